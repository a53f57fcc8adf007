/* global document, requestAnimationFrame */

import assert from 'node:assert/strict';
import { becomes } from '../../support/until.mjs';

/**
 * @typedef {import('../../people/customer.mjs').Customer} Customer
 * @typedef {import('../../people/agent.mjs').Agent} Agent
 */

/**
 * Both pages are loaded anew, and are where they were.
 *
 * @param {Customer} customer
 * @param {Agent} agent
 * @param {string} session
 */
export async function reload(customer, agent, session) {
  const [customerSaw, agentSaw] = [await customer.said(), await agent.said()];
  await customer.page.reload();
  await customer.openWidget();
  await becomes('the customer sees the same as before', () => customer.said(), customerSaw);
  await customer.sees('manual_live');

  await agent.page.reload();
  await agent.page.getByTestId('agent-name').waitFor();
  await becomes('the agent sees the same as before', () => agent.said(), agentSaw);
  assert.equal(new URL(agent.page.url()).hash, `#/sessions/${session}`);
  assert.equal(await agent.item(session).getAttribute('aria-current'), 'true');
}

/**
 * The customer has two tabs, and both tell everything.
 *
 * @param {Customer} customer
 * @param {Agent} agent
 */
export async function secondTab(customer, agent) {
  const tab = await customer.secondTab();
  await becomes('the second tab shows what the first does', () => tab.said(), await customer.said());
  await agent.write('Can you see this twice?');
  await Promise.all([customer, tab].map((one) => one.bubble('see this twice').waitFor()));
  await tab.write('Yes, in two tabs.');
  await customer.bubble('in two tabs').waitFor();
  await agent.bubble('in two tabs').waitFor();
  return tab;
}

/**
 * The agent looks at another session and comes back.
 *
 * @param {Agent} agent
 * @param {string} session
 * @param {string} other
 */
export async function lookAway(agent, session, other) {
  const before = await agent.said();
  await agent.tab('waiting').click();
  await agent.choose(other);
  await agent.bubble('Does the Fen fold?').waitFor();
  await agent.tab('mine').click();
  await agent.item(session).waitFor();
  const atOnce = await agent.item(session).evaluate(clickAndCount);
  assert.equal(atOnce, before.length, 'the history is there as soon as the click is drawn');
  await becomes('nothing is lost or doubled by looking away', () => agent.said(), before);
}

/** @param {HTMLElement} item */
async function clickAndCount(item) {
  item.click();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return document.querySelectorAll('[data-testid="conversation"] [data-testid="message"]').length;
}
