import { shown } from '../support/timeline.mjs';
import { until } from '../support/until.mjs';

/** An agent at the workbench. */
export class Agent {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    this.composer = page.getByTestId('composer');
    this.conversation = page.getByTestId('conversation');
    this.takeover = page.getByTestId('takeover');
    this.status = page.getByTestId('status');
    this.typing = page.getByTestId('typing');
    this.banner = page.getByTestId('banner');
    this.notices = page.getByTestId('notice');
  }

  /**
   * Somebody in front of the sign-in page.
   *
   * @param {import('../support/world.mjs').World} world
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  static async arriving(world, options) {
    const context = await world.context(options);
    const agent = new Agent(await context.newPage());
    await agent.page.goto(world.workbench);
    await agent.page.getByTestId('username').waitFor();
    return agent;
  }

  /**
   * Somebody who is signed in.
   *
   * @param {import('../support/world.mjs').World} world
   * @param {string} username
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  static async atWork(world, username, options) {
    const agent = await Agent.arriving(world, options);
    await agent.page.getByTestId('demo-agent').filter({ hasText: `${username} /` }).click();
    await agent.page.getByTestId('agent-name').waitFor();
    return agent;
  }

  /** @param {string} session */
  item(session) {
    return this.page.locator(`[data-testid="queue-item"][data-session="${session}"]`);
  }

  /** @param {'waiting' | 'mine' | 'others' | 'ai' | 'closed'} name */
  tab(name) {
    return this.page.getByTestId(`tab-${name}`);
  }

  /** @param {'waiting' | 'mine'} name how many the tab's badge says */
  async count(name) {
    const badge = this.tab(name).getByTestId('badge');
    return (await badge.count()) === 0 ? 0 : Number(await badge.textContent());
  }

  /** @param {string} session */
  async choose(session) {
    await this.item(session).click();
    await this.conversation.waitFor();
  }

  /** @param {string} text */
  async write(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** @param {string} text */
  async note(text) {
    await this.page.getByTestId('mode-note').click();
    await this.write(text);
    await this.page.getByTestId('mode-reply').click();
  }

  async release() {
    await this.page.getByTestId('release').click();
    await this.sees('bot_active');
  }

  async close() {
    await this.page.getByTestId('close-session').click();
    await this.page.getByTestId('confirm-close').click();
    await this.sees('closed');
  }

  /** @param {string} text */
  bubble(text) {
    return this.conversation.getByTestId('message').filter({ hasText: text });
  }

  said() {
    return shown(this.page);
  }

  /** @param {'bot_active' | 'pending_manual' | 'manual_live' | 'closed'} status */
  async sees(status) {
    await until(`the agent sees ${status}`, async () => (await this.status.getAttribute('data-status')) === status);
  }
}
