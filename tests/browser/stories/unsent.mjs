/** The page is loaded anew while messages do not get through: they arrive, once, in order, under the eyes of both. */

import assert from 'node:assert/strict';
import { compare } from '../support/compare.mjs';
import { meeting } from '../support/meeting.mjs';
import { until } from '../support/until.mjs';

/** @typedef {import('../people/customer.mjs').Customer} Customer */

const TYPED = ['Did this get through?', 'And this?', 'I try once more.'];

/** @param {import('../support/world.mjs').World} world */
export default async function unsent(world) {
  world.faults.expect(/net::ERR_/);
  const { customer, agent } = await meeting(world);

  await losesEveryAnswer(customer);
  await comesBack(customer);
  await customer.write(TYPED[0] ?? '');
  await agent.bubble(TYPED[0] ?? '').waitFor();
  await waits(customer, TYPED.slice(0, 1));

  await losesEverything(customer);
  await customer.write(TYPED[1] ?? '');
  await comesBack(customer);
  await customer.write(TYPED[2] ?? '');
  await waits(customer, TYPED);
  await comesBack(customer);
  await waits(customer, TYPED);
  await world.picture(customer.page, 'widget-unsent');
  const tab = await customer.secondTab();
  await tab.write('I am here, in another tab.');
  await agent.bubble('in another tab').waitFor();

  await customer.page.unrouteAll({ behavior: 'ignoreErrors' });
  for (const text of TYPED) await Promise.all([customer, tab, agent].map((person) => arrivesOnce(person, text)));
  await compare(world, customer, agent);
  const said = (await customer.said()).map(({ text }) => text).filter((text) => TYPED.includes(text));
  assert.deepEqual(said, TYPED, 'in the order in which they were typed');

  await comesBack(customer);
  await compare(world, customer, agent);
  await never(customer);
}

/**
 * What is asked arrives, but nothing that is answered; no stream is there to tell either.
 *
 * @param {Customer} customer
 */
async function losesEveryAnswer({ page }) {
  await page.route('**/api/**', async (route) => {
    if (!route.request().url().endsWith('/events')) await route.fetch().catch(() => undefined);
    await route.abort();
  });
}

/**
 * The newer route comes before the older one, which stays: in between nothing may get through.
 *
 * @param {Customer} customer
 */
async function losesEverything({ page }) {
  await page.route('**/api/**', (route) => route.abort());
}

/** @param {Customer} customer */
async function comesBack(customer) {
  await customer.page.reload();
  await customer.openWidget();
}

/**
 * @param {Customer} customer
 * @param {string[]} texts
 */
async function waits(customer, texts) {
  const sending = customer.page.locator('[data-testid="message"][data-mark="sending"]');
  await until('all of it waits to be sent', async () => (await sending.count()) === texts.length);
  for (const [place, text] of texts.entries()) assert.match(await sending.nth(place).innerText(), new RegExp(text.slice(0, -1)));
}

/**
 * @param {Customer | import('../people/agent.mjs').Agent} person
 * @param {string} text
 */
async function arrivesOnce(person, text) {
  const bubble = person.bubble(text);
  const delivered = async () => (await bubble.first().getAttribute('data-seq')) !== null;
  await until(`“${text}” is delivered`, delivered, 45);
  assert.equal(await bubble.count(), 1, `“${text}” is there once`);
}

/** @param {Customer} customer */
async function never(customer) {
  const left = await customer.page.evaluate(() => sessionStorage.getItem('baton.unsent'));
  assert.equal(left, null, 'nothing is left to send');
}
