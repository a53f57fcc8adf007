/* global document, getComputedStyle */

/** Nobody touches a mouse: the customer asks for a person, the agent serves and hands back. */

import assert from 'node:assert/strict';
import { Agent } from '../people/agent.mjs';
import { Customer } from '../people/customer.mjs';
import { until } from '../support/until.mjs';

/** More than there is to step through on either page. */
const STEPS = 60;

/** @param {import('../support/world.mjs').World} world */
export default async function keyboard(world) {
  const customer = await Customer.visiting(world);
  await customerAsks(customer);
  const { session_name: session } = await customer.credentials();

  const agent = await Agent.arriving(world);
  await agentSignsIn(agent);
  await agentTakesOver(agent, session);
  await customer.sees('manual_live');
  await agentReplies(agent);
  await customer.bubble('Without a mouse').waitFor();
  assert.equal(await customer.bubble('A note').count(), 0);
  await agentReleases(agent);
  await customer.sees('bot_active');
}

/** @param {Customer} customer */
async function customerAsks(customer) {
  const { page } = customer;
  await walk(page, 'Tab', 'launcher');
  await page.keyboard.press('Enter');
  await customer.panel.waitFor();
  await focusIs(page, 'composer');
  await page.keyboard.type('Which bike folds?');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('I go by train.');
  await page.keyboard.press('Enter');
  await customer.answers().first().waitFor();
  assert.deepEqual((await customer.said())[0]?.text, 'Which bike folds?\nI go by train.');

  await page.keyboard.press('Escape');
  await customer.panel.waitFor({ state: 'detached' });
  await focusIs(page, 'launcher');
  await page.keyboard.press('Enter');
  await focusIs(page, 'composer');
  await walk(page, 'Shift+Tab', 'talk-to-person');
  await page.keyboard.press('Enter');
  await customer.sees('pending_manual');
}

/** @param {Agent} agent */
async function agentSignsIn({ page }) {
  await focusIs(page, 'username');
  await page.keyboard.type('mina');
  await page.keyboard.press('Tab');
  await page.keyboard.type('demo-mina-2468');
  await page.keyboard.press('Enter');
  await page.getByTestId('agent-name').waitFor();
}

/**
 * @param {Agent} agent
 * @param {string} session
 */
async function agentTakesOver(agent, session) {
  const { page } = agent;
  await agent.item(session).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  for (let step = 0; step < STEPS && !page.url().endsWith(session); step += 1) await page.keyboard.press('j');
  assert.equal(await agent.item(session).getAttribute('aria-current'), 'true');
  await agent.takeover.waitFor();
  await page.keyboard.press('t');
  await agent.sees('manual_live');
  await focusIs(page, 'composer');
}

/** @param {Agent} agent */
async function agentReplies({ page }) {
  await page.keyboard.type('Without a mouse');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await focusIs(page, 'composer');
  await page.keyboard.type('A note');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await focusIs(page, 'composer');
}

/** @param {Agent} agent */
async function agentReleases(agent) {
  await walk(agent.page, 'Shift+Tab', 'release');
  await agent.page.keyboard.press('Enter');
  await agent.sees('bot_active');
}

/**
 * Steps until the focus is there, and shows.
 *
 * @param {import('playwright-core').Page} page
 * @param {'Tab' | 'Shift+Tab'} key
 * @param {string} testId
 */
async function walk(page, key, testId) {
  for (let step = 0; step < STEPS; step += 1) {
    await page.keyboard.press(key);
    const focus = await focused(page);
    if (focus.testId !== testId) continue;
    assert.notEqual(focus.outline, 'none', `one can see that ${testId} has the focus`);
    return;
  }
  assert.fail(`${key} does not lead to ${testId}`);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} testId
 */
async function focusIs(page, testId) {
  await until(`${testId} has the focus`, async () => (await focused(page)).testId === testId);
}

/** @param {import('playwright-core').Page} page */
function focused(page) {
  return page.evaluate(() => {
    const outer = document.activeElement;
    const inner = outer?.shadowRoot?.activeElement ?? outer;
    const outline = inner === null ? 'none' : getComputedStyle(inner).outlineStyle;
    return { testId: inner?.getAttribute('data-testid') ?? '', outline };
  });
}
