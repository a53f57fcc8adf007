/**
 * The agent closes the conversation; the customer writes again, and the AI answers.
 *
 * @param {import('../../people/customer.mjs').Customer} customer
 * @param {import('../../people/agent.mjs').Agent} agent
 */
export async function closeAndReopen(customer, agent) {
  await agent.close();
  await customer.sees('closed');
  await customer.lines.filter({ hasText: 'This conversation is closed' }).first().waitFor();
  await customer.ask('How long is the warranty?');
  await customer.sees('bot_active');
  await customer.lines.filter({ hasText: 'reopened' }).waitFor();
  await agent.sees('bot_active');
}
