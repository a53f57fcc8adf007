/* global getComputedStyle */

/** Customer, assistant and agent have one visual weight on both screens; a missing picture leaves no wound. */

import assert from 'node:assert/strict';
import { Agent } from '../people/agent.mjs';
import { Customer } from '../people/customer.mjs';
import { until } from '../support/until.mjs';

const ROLES = ['user', 'assistant', 'agent'];

/** @param {import('../support/world.mjs').World} world */
export default async function appearance(world) {
  const customer = await Customer.visiting(world);
  await customer.openWidget();
  await customer.ask('Hello');
  await customer.ask('Where is my order AM20451? mira@example.com');
  const { session_name: session } = await customer.credentials();
  const agent = await Agent.atWork(world, 'mina');
  await agent.tab('ai').click();
  await agent.choose(session);
  await agent.takeover.click();
  await agent.sees('manual_live');
  await agent.write('One line');
  await customer.bubble('One line').waitFor();
  await customer.write('One line');
  await agent.bubble('One line').nth(1).waitFor();

  for (const { page } of [customer, agent]) await degradesHandsomely(page);
  const weights = await Promise.all([customer, agent].flatMap(({ page }) => ROLES.map((role) => weight(page, role))));
  for (const one of weights) assert.deepEqual(one, weights[0]);
  const heights = await Promise.all([customer, agent].map(({ page }) => heightsOf(page, 'One line')));
  assert.equal(new Set(heights.flat()).size, 1, `one line is as high for everybody: ${heights.join()}`);
}

/** @param {import('playwright-core').Page} page */
async function degradesHandsomely(page) {
  const cards = page.getByTestId('message').getByTestId('product-card');
  await cards.first().scrollIntoViewIfNeeded();
  const drawings = cards.getByTestId('no-picture');
  await until('a drawing stands in for each picture', async () => (await drawings.count()) === 2);
  assert.equal(await cards.locator('img').count(), 0);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} role
 */
function weight(page, role) {
  const content = page.locator(`[data-testid="message"][data-role="${role}"] [data-testid="content"]`).first();
  return content.evaluate((element) => {
    const { padding, fontSize, fontWeight, fontFamily, lineHeight, borderRadius, borderWidth, boxShadow } =
      getComputedStyle(element.parentElement ?? element);
    return { padding, fontSize, fontWeight, fontFamily, lineHeight, borderRadius, borderWidth, boxShadow };
  });
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} text
 */
function heightsOf(page, text) {
  const bubbles = page.getByTestId('message').filter({ hasText: text }).getByTestId('content');
  return bubbles.evaluateAll((all) => all.map((one) => one.parentElement?.getBoundingClientRect().height));
}
