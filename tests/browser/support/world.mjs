import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { chromium } from 'playwright-core';
import { Faults } from './faults.mjs';

const ARGUMENTS = [
  '--headless=new',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing but our own services is there, whatever the machine can reach.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** What a story plays in: a browser, the addresses, and those who run the services. */
export class World {
  faults = new Faults();
  shop = fromEnvironment('SHOP_URL');
  workbench = fromEnvironment('WORKBENCH_URL');
  #pictures = process.env['PICTURES_FOLDER'] ?? '';
  #answers = createInterface({ input: process.stdin });

  /** @param {import('playwright-core').Browser} browser */
  constructor(browser) {
    this.browser = browser;
  }

  static async begin() {
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const executablePath = fromEnvironment('CHROMIUM');
    // Every launch has a profile of its own, in a temporary folder.
    return new World(await chromium.launch({ executablePath, args: [...ARGUMENTS, ...asRoot] }));
  }

  /**
   * A person's own browser: nothing in it is shared with another's.
   *
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  async context(options = {}) {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    });
    this.faults.watch(context);
    return context;
  }

  /** All services die at once, as in a power cut. */
  killServices() {
    return this.#ask('@kill');
  }

  /** All services run again. */
  startServices() {
    return this.#ask('@start');
  }

  /** @param {string} request */
  async #ask(request) {
    const answer = new Promise((resolve) => this.#answers.once('line', resolve));
    process.stdout.write(`${request}\n`);
    await answer;
  }

  /**
   * Keeps a picture, when pictures are wanted.
   *
   * @param {import('playwright-core').Page} page
   * @param {string} name
   */
  async picture(page, name) {
    if (this.#pictures === '') return null;
    await mkdir(this.#pictures, { recursive: true });
    return page.screenshot({ path: `${this.#pictures}/${name}.png`, animations: 'disabled', caret: 'hide' });
  }

  /** @param {string} folder */
  async keepScreens(folder) {
    await mkdir(folder, { recursive: true });
    const pages = this.browser.contexts().flatMap((context) => context.pages());
    for (const [index, page] of pages.entries()) {
      await page.screenshot({ path: `${folder}/page-${index + 1}.png`, timeout: 5_000 }).catch(() => undefined);
    }
  }

  async end() {
    this.#answers.close();
    await this.browser.close();
  }
}

/** @param {string} name */
function fromEnvironment(name) {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}
