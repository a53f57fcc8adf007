/** On both screens: the AI answers, a person takes over and hands back, and nobody misses or repeats a word. */

import { Agent } from '../people/agent.mjs';
import { Customer } from '../people/customer.mjs';
import { screens } from '../support/pictures.mjs';
import { somebodyWaits } from '../support/service.mjs';
import { Wiretap } from '../support/wiretap.mjs';
import { aiAnswers } from './whole/ai-answers.mjs';
import { askForPerson } from './whole/ask-for-person.mjs';
import { closeAndReopen } from './whole/close-and-reopen.mjs';
import { compare } from '../support/compare.mjs';
import { raceForTakeover } from './whole/race-for-takeover.mjs';
import { lookAway, reload, secondTab } from './whole/reload.mjs';
import { greet, talkAtOnce, writeNote } from './whole/talk.mjs';

/** @param {import('../support/world.mjs').World} world */
export default async function whole(world) {
  const other = await somebodyWaits(world, 'Does the Fen fold?');
  const customer = await Customer.visiting(world, { viewport: { width: 1024, height: 800 } });
  const tap = await Wiretap.on(customer.page);
  await aiAnswers(world, customer);
  const { session_name: session } = await customer.credentials();

  const agent = await Agent.atWork(world, 'mina');
  await askForPerson(world, customer, agent, session);
  await greet(customer, agent);
  await writeNote(customer, agent, tap);
  await screens(world, customer, agent, 'screens');
  await talkAtOnce(customer, agent);
  await compare(world, customer, agent);

  await reload(customer, agent, session);
  await compare(world, customer, agent);
  const tab = await secondTab(customer, agent);
  await lookAway(agent, session, other);
  await compare(world, tab, agent);

  await agent.release();
  await customer.sees('bot_active');
  await customer.ask('How far does the battery go?');
  const colleague = await Agent.atWork(world, 'jun');
  const winner = await raceForTakeover(world, customer, [agent, colleague], session);
  await closeAndReopen(customer, winner);
  await compare(world, customer, winner);
  await compare(world, tab, winner);
}
