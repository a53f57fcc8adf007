import assert from 'node:assert/strict';

/** @typedef {import('../../people/agent.mjs').Agent} Agent */

const TAKEOVER = '**/api/sessions/*/takeover';

/**
 * Two agents take over at the same moment: one serves, the other is told who was faster.
 *
 * @param {import('../../support/world.mjs').World} world
 * @param {import('../../people/customer.mjs').Customer} customer
 * @param {readonly [Agent, Agent]} agents
 * @param {string} session
 * @returns {Promise<Agent>} the one who serves
 */
export async function raceForTakeover(world, customer, agents, session) {
  world.faults.expect(/status of 409 .*\/takeover/);
  await customer.page.getByTestId('talk-to-person').click();
  await customer.sees('pending_manual');
  for (const agent of agents) {
    await agent.tab('waiting').click();
    await agent.choose(session);
    await agent.takeover.waitFor();
  }
  await bothAtOnce(agents);
  await Promise.all(agents.map((agent) => agent.sees('manual_live')));
  await customer.sees('manual_live');

  const lost = await Promise.all(agents.map((agent) => agent.composer.isDisabled()));
  assert.deepEqual([...lost].sort(), [false, true], 'one of the two serves');
  const [winner, loser] = lost[0] === true ? [agents[1], agents[0]] : agents;
  const name = await winner.page.getByTestId('agent-name').innerText();
  await loser.notices.filter({ hasText: `${name} was faster` }).waitFor();
  return winner;
}

/**
 * Neither request leaves before both were made, so that neither page can know of the other's.
 *
 * @param {readonly Agent[]} agents
 */
async function bothAtOnce(agents) {
  let made = 0;
  /** @type {() => void} */
  let release = () => undefined;
  const all = new Promise((resolve) => (release = () => resolve(undefined)));
  for (const { page } of agents) {
    await page.route(TAKEOVER, async (route) => {
      made += 1;
      if (made === agents.length) release();
      await all;
      await route.continue();
    });
  }
  await Promise.all(agents.map((agent) => agent.takeover.click()));
  await all;
}
