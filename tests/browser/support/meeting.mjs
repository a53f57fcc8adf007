import { Agent } from '../people/agent.mjs';
import { Customer } from '../people/customer.mjs';

/**
 * A customer who is served by an agent, each in front of their page.
 *
 * @param {import('./world.mjs').World} world
 * @param {{ customer?: import('playwright-core').BrowserContextOptions,
 *   agent?: import('playwright-core').BrowserContextOptions }} [options]
 */
export async function meeting(world, options = {}) {
  const customer = await Customer.visiting(world, options.customer);
  await customer.openWidget();
  await customer.page.getByTestId('talk-to-person').click();
  await customer.sees('pending_manual');
  const { session_name: session } = await customer.credentials();
  const agent = await Agent.atWork(world, 'mina', options.agent);
  await agent.choose(session);
  await agent.takeover.click();
  await agent.sees('manual_live');
  await customer.sees('manual_live');
  return { customer, agent, session };
}
