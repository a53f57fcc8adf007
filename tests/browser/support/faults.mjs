/** What a browser complains about. A page that does its work complains of nothing. */

/** Pictures of the demo shop's products are at an address that does not exist. */
const PICTURES = 'https://aldermoor.example/';

/** @param {string} level whether a browser wrote it to the console as something that is wrong */
const isFault = (level) => level === 'error' || level === 'warning' || level === 'assert';

export class Faults {
  /** @type {string[]} */
  #seen = [];
  /** @type {RegExp[]} */
  #expected = [];

  /** @param {import('playwright-core').BrowserContext} context */
  watch(context) {
    context.on('console', (message) => {
      const { url } = message.location();
      if (isFault(message.type()) && !url.startsWith(PICTURES)) this.#seen.push(`${message.text()} (${url})`);
    });
    context.on('weberror', (fault) => this.#seen.push(String(fault.error().stack)));
  }

  /**
   * From here on a fault like this is part of the story: a browser reports every refusal of a server as one.
   *
   * @param {RegExp} pattern
   */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  get unexpected() {
    return this.#seen.filter((fault) => !this.#expected.some((pattern) => pattern.test(fault)));
  }
}
