/** All services die while everybody is at it; what was typed meanwhile arrives, once, when they are back. */

import assert from 'node:assert/strict';
import { Customer } from '../people/customer.mjs';
import { compare } from '../support/compare.mjs';
import { meeting } from '../support/meeting.mjs';
import { becomes, until } from '../support/until.mjs';

/** @typedef {Customer | import('../people/agent.mjs').Agent} Person */

/** A page that was refused several times waits longer before it tries again. */
const RECOVERY_S = 45;

/** @param {import('../support/world.mjs').World} world */
export default async function outage(world) {
  world.faults.expect(/net::ERR_/);
  const { customer, agent } = await meeting(world);
  await customer.write('Before the outage');
  await agent.bubble('Before the outage').waitFor();
  const asking = await Customer.visiting(world);
  await asking.openWidget();
  await asking.ask('Hello');

  await world.killServices();
  await writesIntoTheVoid(customer, 'Is anybody there?');
  await writesIntoTheVoid(agent, 'I am, but the line is down.');
  await writesIntoTheVoid(asking, 'How do I charge the battery?');
  await Promise.all([customer, agent, asking].map(seesBanner));
  await world.picture(customer.page, 'widget-outage');
  await world.picture(agent.page, 'workbench-outage');

  await world.startServices();
  await Promise.all([customer, agent, asking].map(bannerGoes));
  for (const text of ['Is anybody there?', 'the line is down']) {
    await Promise.all([customer, agent].map((person) => arrivesOnce(person, text)));
  }
  await arrivesOnce(asking, 'How do I charge the battery?');
  await asking.answers().filter({ hasText: /charg/i }).waitFor();
  await becomes('the question is answered once', () => asking.answers().count(), 2);
  await compare(world, customer, agent);
}

/**
 * @param {Person} person
 * @param {string} text
 */
async function writesIntoTheVoid(person, text) {
  await person.write(text);
  const bubble = person.bubble(text);
  await bubble.waitFor();
  assert.equal(await bubble.getAttribute('data-mark'), 'sending');
}

/** @param {Person} person */
async function seesBanner(person) {
  await person.banner.waitFor();
}

/** @param {Person} person */
async function bannerGoes(person) {
  await until('the banner goes', async () => (await person.banner.count()) === 0, RECOVERY_S);
}

/**
 * @param {Person} person
 * @param {string} text
 */
async function arrivesOnce(person, text) {
  const bubble = person.bubble(text);
  const delivered = async () => (await bubble.first().getAttribute('data-seq')) !== null;
  await until(`“${text}” is delivered`, delivered, RECOVERY_S);
  assert.equal(await bubble.count(), 1, `“${text}” is there once`);
}
