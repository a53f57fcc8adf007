import assert from 'node:assert/strict';
import { until } from '../../support/until.mjs';

/**
 * @typedef {import('../../people/customer.mjs').Customer} Customer
 * @typedef {import('../../people/agent.mjs').Agent} Agent
 */

/**
 * Each writes, and the other one sees that they do.
 *
 * @param {Customer} customer
 * @param {Agent} agent
 */
export async function greet(customer, agent) {
  await agent.composer.pressSequentially('Hello Mira, ');
  await customer.typing.waitFor();
  await agent.write('Hello Mira, this is Mina. I have your order in front of me.');
  await customer.bubble('this is Mina').waitFor();
  assert.equal(await customer.typing.count(), 0, 'who has sent is not writing any more');

  await customer.composer.pressSequentially('Great, ');
  await agent.typing.waitFor();
  await customer.write('Great, can you send it to my office? Kiln Yard 3, Sheffield.');
  await agent.bubble('Kiln Yard 3').waitFor();
  assert.equal(await agent.typing.count(), 0);
}

/**
 * Both write at the same time.
 *
 * @param {Customer} customer
 * @param {Agent} agent
 */
export async function talkAtOnce(customer, agent) {
  await Promise.all([
    inOrder(FROM_CUSTOMER, (text) => customer.write(text)),
    inOrder(FROM_AGENT, (text) => agent.write(text)),
  ]);
  for (const text of [...FROM_CUSTOMER, ...FROM_AGENT]) {
    await customer.bubble(text).waitFor();
    await agent.bubble(text).waitFor();
  }
  await bothSeeEnd(customer, agent);
}

const FROM_CUSTOMER = ['Thank you!', 'One more thing:', 'does it come assembled?'];
const FROM_AGENT = ['You are welcome.', 'The carrier calls before they come.', 'Is there anything else?'];

/**
 * @param {Customer} customer
 * @param {Agent} agent
 */
async function bothSeeEnd(customer, agent) {
  await until('the customer sees the end', () => seesEnd(customer.page.getByRole('log')));
  await until('the agent sees the end', () => seesEnd(agent.conversation));
}

/** @param {import('playwright-core').Locator} log */
function seesEnd(log) {
  return log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2);
}

/**
 * @param {string[]} texts
 * @param {(text: string) => Promise<void>} write
 */
async function inOrder(texts, write) {
  for (const text of texts) await write(text);
}

/**
 * A note for colleagues: the agent sees it, and of the customer's page not even the network does.
 *
 * @param {Customer} customer
 * @param {Agent} agent
 * @param {import('../../support/wiretap.mjs').Wiretap} tap
 */
export async function writeNote(customer, agent, tap) {
  const note = 'A customer since 2021, and patient: worth a voucher';
  await agent.note(note);
  await agent.bubble(note).waitFor();
  await agent.write('Done: it goes to your office.');
  await customer.bubble('it goes to your office').waitFor();
  assert.equal(await customer.bubble(note).count(), 0);
  assert.ok(!(await customer.page.locator('baton-widget').evaluate(everything)).includes(note));
  await until('what follows the note has come over the wire', () => tap.text.includes('it goes to your office'));
  assert.ok(!tap.text.includes(note), 'the note never left for the customer');
  await bothSeeEnd(customer, agent);
}

/** @param {Element} host */
function everything(host) {
  return host.shadowRoot?.innerHTML ?? '';
}
