/* global getComputedStyle */

/** On a telephone the widget is the screen; on a small laptop the workbench still has room for the work. */

import assert from 'node:assert/strict';
import { meeting } from '../support/meeting.mjs';

const TELEPHONE = { width: 375, height: 720 };
const LAPTOP = { width: 1024, height: 768 };

/** @param {import('../support/world.mjs').World} world */
export default async function narrow(world) {
  const customerOptions = { viewport: TELEPHONE, isMobile: true, hasTouch: true };
  const { customer, agent } = await meeting(world, { customer: customerOptions, agent: { viewport: LAPTOP } });
  await agent.write('Here it is: https://aldermoor.example/a/very/long/address/that/has/no/place/to/break/anywhere');
  await agent.write('[PRODUCT]https://aldermoor.example/a.jpg|Bell|1|€349.00|Sent|Post|Z1|https://p.example[/PRODUCT]');
  await customer.page.getByTestId('product-card').waitFor();
  await customer.write('Thank you!');
  await agent.bubble('Thank you!').waitFor();
  await fillsTelephone(customer);
  await fitsLaptop(agent);
  await world.picture(customer.page, 'widget-telephone');
  await world.picture(agent.page, 'workbench-laptop');

  await agent.page.getByRole('button', { name: 'Details', exact: true }).click();
  await within(agent.page.getByTestId('details'), LAPTOP);
  await agent.page.getByRole('button', { name: 'Hide details' }).click();
  await agent.page.getByTestId('details').waitFor({ state: 'detached' });
  await customer.page.getByTestId('close').click();
  await customer.page.getByTestId('launcher').waitFor();
  await within(customer.page.getByTestId('launcher'), TELEPHONE);
}

/** @param {import('../people/customer.mjs').Customer} customer */
async function fillsTelephone(customer) {
  assert.deepEqual(await customer.panel.boundingBox(), { x: 0, y: 0, ...TELEPHONE });
  await noSidewaysScrolling(customer.page);
  for (const part of [customer.composer, customer.page.getByTestId('send'), customer.page.getByTestId('close')]) {
    await within(part, TELEPHONE);
  }
  const size = await customer.composer.evaluate((field) => getComputedStyle(field).fontSize);
  assert.ok(parseFloat(size) >= 16, `smaller text makes a telephone zoom in: ${size}`);
}

/** @param {import('../people/agent.mjs').Agent} agent */
async function fitsLaptop(agent) {
  await noSidewaysScrolling(agent.page);
  const parts = ['queue-list', 'conversation', 'composer', 'send', 'release', 'transfer', 'close-session', 'logout'];
  for (const part of parts) await within(agent.page.getByTestId(part), LAPTOP);
  const conversation = await agent.conversation.boundingBox();
  assert.ok((conversation?.width ?? 0) >= 600, 'the conversation has most of the room');
}

/** @param {import('playwright-core').Page} page */
async function noSidewaysScrolling(page) {
  const root = page.locator(':root');
  assert.equal(await root.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), 0);
  assert.equal(await page.getByRole('log').evaluate((log) => log.scrollWidth - log.clientWidth), 0);
}

/**
 * @param {import('playwright-core').Locator} part
 * @param {{ width: number, height: number }} screen
 */
async function within(part, { width, height }) {
  const box = await part.boundingBox();
  assert.ok(box !== null, `${part} is drawn`);
  assert.ok(box.x >= 0 && box.y >= 0, `${part} begins on the screen`);
  assert.ok(box.x + box.width <= width && box.y + box.height <= height, `${part} ends on the screen`);
}
