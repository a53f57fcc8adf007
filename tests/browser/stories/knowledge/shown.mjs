/** What the page Knowledge says of its state. */

import { becomes, until } from '../../support/until.mjs';

/**
 * @param {import('playwright-core').Page} page
 * @param {string} state
 */
export async function stateIs(page, state) {
  const line = page.getByTestId('knowledge-state');
  await becomes('what the page says of its state', () => line.getAttribute('data-state'), state);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {RegExp} words
 */
export async function servedIs(page, words) {
  const served = page.getByTestId('served');
  await until(`it is answered from ${words}`, async () => words.test((await served.textContent()) ?? ''));
}
