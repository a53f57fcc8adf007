/** Who gets in and who does not, and what they are told. */

import assert from 'node:assert/strict';
import { Agent } from '../people/agent.mjs';

/** What the service allows (domain/agent.py). */
const ATTEMPTS = 5;

/** @param {import('../support/world.mjs').World} world */
export default async function signIn(world) {
  world.faults.expect(/status of (401|429) .*\/api\/auth\/login/);
  const agent = await Agent.arriving(world);
  await world.picture(agent.page, 'workbench-sign-in');
  await wrongPassword(agent);
  await signOut(agent);
}

/**
 * Of an account that no other story needs.
 *
 * @param {Agent} agent
 */
async function wrongPassword({ page }) {
  const alert = page.getByRole('alert');
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    await tryToSignIn(page, 'admin', 'not the password');
    await alert.filter({ hasText: 'The user name or the password is wrong.' }).waitFor();
  }
  await tryToSignIn(page, 'admin', 'not the password');
  await alert.filter({ hasText: /Too many failed attempts. Try again in 1[45]:\d\d/ }).waitFor();
  await tryToSignIn(page, 'admin', 'demo-admin-8642');
  await alert.filter({ hasText: 'Too many failed attempts' }).waitFor();
  await page.getByTestId('language').click();
  await alert.filter({ hasText: '失败次数过多' }).waitFor();
  await page.getByTestId('language').click();
}

/** @param {Agent} agent */
async function signOut({ page }) {
  await tryToSignIn(page, 'mina', 'demo-mina-2468');
  await page.getByTestId('agent-name').waitFor();
  await page.reload();
  await page.getByTestId('agent-name').waitFor();
  await page.getByTestId('logout').click();
  await page.getByTestId('username').waitFor();
  await page.reload();
  await page.getByTestId('username').waitFor();
  assert.equal(await page.getByTestId('queue-item').count(), 0);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} username
 * @param {string} password
 */
async function tryToSignIn(page, username, password) {
  await page.getByTestId('username').fill(username);
  await page.getByTestId('password').fill(password);
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/auth/login'));
  await page.getByTestId('sign-in').click();
  await answered;
}
