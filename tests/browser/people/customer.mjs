import { shown } from '../support/timeline.mjs';
import { until } from '../support/until.mjs';

/** A customer on the shop's page. */
export class Customer {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    this.panel = page.getByTestId('panel');
    this.composer = page.getByTestId('composer');
    this.status = page.getByTestId('status');
    this.typing = page.getByTestId('typing');
    this.lines = page.getByTestId('system-line');
    this.banner = page.getByTestId('banner');
  }

  /**
   * Somebody who has just come to the shop.
   *
   * @param {import('../support/world.mjs').World} world
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  static async visiting(world, options) {
    const context = await world.context(options);
    const customer = new Customer(await context.newPage());
    await customer.page.goto(world.shop);
    return customer;
  }

  async openWidget() {
    await this.page.getByTestId('launcher').click();
    await this.panel.waitFor();
  }

  /** The same person in one more tab. */
  async secondTab() {
    const tab = new Customer(await this.page.context().newPage());
    await tab.page.goto(this.page.url());
    await tab.openWidget();
    return tab;
  }

  /** @param {string} text */
  async write(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /**
   * Writes and waits for the AI's answer.
   *
   * @param {string} text
   */
  async ask(text) {
    const before = await this.answers().count();
    await this.write(text);
    const answer = this.answers().nth(before);
    await answer.waitFor({ timeout: 20_000 });
    return answer;
  }

  answers() {
    return this.page.locator('[data-testid="message"][data-role="assistant"][data-seq]');
  }

  /** @param {string} text */
  bubble(text) {
    return this.page.getByTestId('message').filter({ hasText: text });
  }

  said() {
    return shown(this.page);
  }

  /**
   * Waits until the header says so.
   *
   * @param {'bot_active' | 'pending_manual' | 'manual_live' | 'closed'} status
   */
  async sees(status) {
    await until(`the customer sees ${status}`, async () => (await this.status.getAttribute('data-status')) === status);
  }

  /** @returns {Promise<{ session_name: string, token: string }>} */
  credentials() {
    return until('the browser has a session', () =>
      this.page.evaluate(() => JSON.parse(localStorage.getItem('baton.session') ?? 'null')),
    );
  }
}
