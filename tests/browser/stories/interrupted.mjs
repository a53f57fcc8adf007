/* global document, MutationObserver, window */

/** An agent takes over while the AI is speaking: what it had said stays, marked, and what matters is at a glance. */

import assert from 'node:assert/strict';
import { Agent } from '../people/agent.mjs';
import { Customer } from '../people/customer.mjs';
import { compare } from '../support/compare.mjs';
import { becomes, until } from '../support/until.mjs';

/** Three answers at once take the AI more than a second. */
const LONG = 'How do I charge the battery? How can I return my bike? How long does delivery to Germany take?';

/** @param {import('../support/world.mjs').World} world */
export default async function interrupted(world) {
  const customer = await Customer.visiting(world);
  await customer.openWidget();
  await customer.ask('Where is my order AM20451? mira@example.com');
  const { session_name: session } = await customer.credentials();
  const agent = await Agent.atWork(world, 'mina');
  await agent.tab('ai').click();
  await agent.choose(session);

  await takesOverWithTheFirstWords(agent);
  await customer.write(LONG);
  await agent.sees('manual_live');
  await customer.sees('manual_live');

  for (const person of [customer, agent]) await staysMarked(person);
  await compare(world, customer, agent);
  await hasPacket(agent);
  await world.picture(agent.page, 'workbench-packet');
  await world.picture(customer.page, 'widget-interrupted');

  await agent.release();
  await until('the packet goes with the case', async () => (await agent.page.getByTestId('packet').count()) === 0);
  await customer.ask('How do I charge the battery?');
  await compare(world, customer, agent);
}

/**
 * Clicks as soon as the AI speaks; from out here that may take longer than it has to say.
 *
 * @param {Agent} agent
 */
async function takesOverWithTheFirstWords(agent) {
  await agent.page.evaluate(() => {
    const look = () => {
      const speaks = document.querySelector('[data-testid="draft"]') !== null;
      if (speaks) {
        observer.disconnect();
        /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="takeover"]'))?.click();
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true });
  });
}

/** @param {Customer | Agent} person */
async function staysMarked(person) {
  const marked = person.page.locator('[data-testid="message"][data-mark="interrupted"]');
  await marked.waitFor();
  await becomes('no draft is left', () => person.page.getByTestId('draft').count(), 0);
  assert.equal(await marked.count(), 1);
  assert.equal(await marked.getAttribute('data-role'), 'assistant');
}

/** @param {Agent} agent */
async function hasPacket(agent) {
  const packet = agent.page.getByTestId('packet');
  await packet.waitFor();
  assert.match(await packet.innerText(), /AM20451/);
  assert.match(await packet.innerText(), /mira@example\.com/);
  const cite = packet.getByTestId('cite').first();
  const seq = await cite.getAttribute('data-cites');
  await cite.click();
  const cited = agent.conversation.locator(`[data-seq="${seq}"]`);
  await until('the entry is in view', () =>
    cited.evaluate((line) => {
      const { top, bottom } = line.getBoundingClientRect();
      return top >= 0 && bottom <= window.innerHeight;
    }),
  );
}
