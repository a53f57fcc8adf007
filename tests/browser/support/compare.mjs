import assert from 'node:assert/strict';
import { agentToken } from './service.mjs';
import { shownNumbers, told } from './timeline.mjs';
import { becomes } from './until.mjs';

/**
 * Both screens show what both services tell, each thing once and in order.
 *
 * @param {import('./world.mjs').World} world
 * @param {import('../people/customer.mjs').Customer} customer
 * @param {import('../people/agent.mjs').Agent} agent
 */
export async function compare(world, customer, agent) {
  const { session_name: session, token } = await customer.credentials();
  const forCustomer = await told(world.shop, session, token);
  const forAgent = await told(world.workbench, session, await agentToken(world));
  await becomes('the customer sees what the chatbot tells', () => customer.said(), forCustomer);
  await becomes('the agent sees what the workbench tells', () => agent.said(), forAgent);

  const seqs = new Set(forCustomer.map(({ seq }) => seq));
  assert.deepEqual(
    forAgent.filter(({ seq }) => seqs.has(seq)),
    forCustomer,
    'the agent is told all that the customer is',
  );
  for (const { page } of [customer, agent]) {
    const numbers = await shownNumbers(page);
    const ordered = [...new Set(numbers)].sort((one, two) => one - two);
    assert.deepEqual(numbers, ordered, 'everything is there once and in order');
  }
}
