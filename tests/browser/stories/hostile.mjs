/* global document, window */

/** Whatever somebody writes is text on both screens: nothing runs, leads anywhere bad or breaks the page. */

import assert from 'node:assert/strict';
import { compare } from '../support/compare.mjs';
import { meeting } from '../support/meeting.mjs';

const WRITTEN = [
  '<script>window.broken = 1</script><img src=x onerror="window.broken = 1"><b>bold</b>',
  'javascript:window.broken=1, [here](javascript:window.broken=1), data:text/html,<script>window.broken=1</script>',
  '[PRODUCT]javascript:window.broken=1|Lamp|1|€1|Sent|Post|Z1|javascript:window.broken=1[/PRODUCT]',
  '[PRODUCT]never closed|and too short',
  'abc \u202e backwards \u202c \u200f and \u2066 isolated',
  `${'\u0301'.repeat(200)}zalgo`,
  `${'long'.repeat(2_475)} ends here ${'很长'.repeat(44)}`.padEnd(10_000, '.'),
];

/** @typedef {import('../people/customer.mjs').Customer | import('../people/agent.mjs').Agent} Person */

/** @param {import('../support/world.mjs').World} world */
export default async function hostile(world) {
  const { customer, agent } = await meeting(world);
  for (const text of WRITTEN) {
    await customer.write(text);
    await agent.write(text);
  }
  for (const person of [customer, agent]) {
    await person.bubble('ends here').nth(1).waitFor();
    await harmless(person);
    await fits(person);
  }
  await compare(world, customer, agent);
  const texts = (await agent.said()).map(({ text }) => text);
  const [, , card, ...others] = WRITTEN;
  for (const text of [WRITTEN[0], WRITTEN[1], ...others]) {
    assert.equal(texts.filter((shown) => shown === text?.trim()).length, 2, `shown as written: ${text?.slice(0, 60)}`);
  }
  assert.ok(!texts.includes(String(card)), 'a card is a card');
  await world.picture(agent.page, 'workbench-hostile');
}

/** @param {Person} person */
async function harmless({ page }) {
  assert.equal(await page.evaluate(() => 'broken' in window), false, 'nothing ran');
  const messages = page.getByTestId('message');
  assert.equal(await messages.locator('script, img, b, iframe').count(), 0);
  const links = await messages.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  assert.deepEqual(links, []);
}

/** @param {Person} person */
async function fits({ page }) {
  const widths = await page.getByRole('log').evaluate((log) => ({
    log: log.scrollWidth - log.clientWidth,
    page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  assert.deepEqual(widths, { log: 0, page: 0 }, 'nothing is wider than its place');
}
