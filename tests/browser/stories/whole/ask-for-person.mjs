/* global document, MutationObserver, window */

import assert from 'node:assert/strict';
import { until } from '../../support/until.mjs';

/** What the design promises to somebody who waits. */
const AT_ONCE_MS = 1_000;

/** Two pages of one browser share a machine that may be doing something else. */
const SLACK_MS = 2_000;

/**
 * The customer wants a person; an agent who looks at the queue sees it without doing anything, and takes over.
 *
 * @param {import('../../support/world.mjs').World} world
 * @param {import('../../people/customer.mjs').Customer} customer
 * @param {import('../../people/agent.mjs').Agent} agent
 * @param {string} session
 */
export async function askForPerson(world, customer, agent, session) {
  await until('the other customer waits', async () => (await agent.count('waiting')) === 1);
  const [pressed, appeared] = [await enterPressed(customer.page), await itemAppears(agent.page, session)];
  await customer.write('I want to talk to a person');

  const item = agent.item(session);
  await item.waitFor();
  const milliseconds = (await appeared()) - (await pressed());
  console.log(`from Enter to the queue: ${milliseconds} ms`);
  assert.ok(milliseconds <= AT_ONCE_MS + SLACK_MS, `the agent saw it after ${milliseconds} ms`);
  assert.equal(await agent.count('waiting'), 2);
  assert.equal(await item.getAttribute('data-status'), 'pending_manual');
  await customer.sees('pending_manual');

  await world.picture(agent.page, 'workbench-queue');
  await agent.choose(session);
  await agent.takeover.click();
  await agent.sees('manual_live');
  await customer.sees('manual_live');
  await until('it is the agent’s own now', async () => (await agent.count('mine')) === 1);
  assert.equal(await agent.count('waiting'), 1);
}

/** @param {import('playwright-core').Page} page */
async function enterPressed(page) {
  const moment = await page.evaluateHandle(() => {
    const pressed = { at: 0 };
    window.addEventListener('keydown', ({ key }) => key === 'Enter' && (pressed.at = Date.now()), { capture: true });
    return pressed;
  });
  return async () => (await moment.jsonValue()).at;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} session
 */
async function itemAppears(page, session) {
  const moment = await page.evaluateHandle((name) => {
    const appeared = { at: 0 };
    const look = () => {
      if (appeared.at === 0 && document.querySelector(`[data-session="${name}"]`) !== null) appeared.at = Date.now();
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
    return appeared;
  }, session);
  return async () => (await moment.jsonValue()).at;
}
