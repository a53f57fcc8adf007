/* global document */

/** An admin takes files out, one after the other, and brings them back with an older version. */

import assert from 'node:assert/strict';
import { Agent } from '../../people/agent.mjs';
import { latinLeftovers } from '../../support/leftovers.mjs';
import { becomes, until } from '../../support/until.mjs';
import { servedIs, stateIs } from './shown.mjs';

/**
 * With faq.csv and pets.md in version 1, which is current again at the end.
 *
 * @param {import('../../support/world.mjs').World} world
 * @param {import('playwright-core').Page} page
 */
export async function filesTakenOut(world, page) {
  await takesOut(world, page);
  await takesOutTheLast(world);
  await comesBack(page);
}

/**
 * By the keyboard, and asked first; an agent sees the files and leaves them alone.
 *
 * @param {import('../../support/world.mjs').World} world
 * @param {import('playwright-core').Page} page
 */
async function takesOut(world, page) {
  const mina = await Agent.atWork(world, 'mina');
  await mina.page.getByTestId('page-knowledge').click();
  await mina.page.getByTestId('knowledge-files').click();
  await filesAre(mina.page, ['faq.csv', 'pets.md']);
  assert.equal(await mina.page.getByTestId('remove-file').count(), 0);

  await page.getByTestId('knowledge-files').click();
  await filesAre(page, ['faq.csv', 'pets.md']);
  await page.getByTestId('file-search').fill('FAQ');
  await filesAre(page, ['faq.csv']);
  await page.getByTestId('remove-file').press('Enter');
  await page.getByTestId('remove-dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('remove-dialog').waitFor({ state: 'detached' });
  await servedIs(page, /^Version 1 /);
  await page.getByTestId('file-search').fill('');
  await world.picture(page, 'knowledge-files');

  await page.getByRole('button', { name: 'Remove faq.csv' }).press('Enter');
  await page.keyboard.type('No invoices');
  assert.equal(await page.getByTestId('last-file').count(), 0);
  await world.picture(page, 'knowledge-remove');
  await page.getByTestId('confirm-remove').press('Enter');
  await page.getByText('faq.csv is removed: version 2, entries: 1.').waitFor();
  await filesAre(page, ['pets.md']);
  await servedIs(page, /^Version 2 /);
  const panel = page.getByTestId('panel-files');
  await until('the keyboard goes on where the file was', () =>
    panel.evaluate((element) => element.contains(document.activeElement)),
  );

  await page.getByTestId('knowledge-versions').click();
  await page.getByTestId('version').first().getByText('No invoices').waitFor();
  await page.getByTestId('version').first().getByText('1 removed').waitFor();
}

/**
 * Of a file that somebody else took out it is said; without the last one the AI knows nothing.
 *
 * @param {import('../../support/world.mjs').World} world
 */
async function takesOutTheLast(world) {
  world.faults.expect(/404 \(Not Found/);
  const [one, other] = [await Agent.atWork(world, 'admin'), await Agent.atWork(world, 'admin')];
  for (const { page } of [one, other]) {
    await page.getByTestId('page-knowledge').click();
    await page.getByTestId('knowledge-files').click();
    await page.getByTestId('remove-file').click();
    await page.getByTestId('last-file').waitFor();
  }
  await one.page.getByTestId('confirm-remove').click();
  await one.page.getByTestId('no-files').waitFor();
  await stateIs(one.page, 'empty');
  await world.picture(one.page, 'knowledge-empty');

  await other.page.getByTestId('language').dispatchEvent('click');
  await other.page.getByTestId('confirm-remove').click();
  await other.page.getByTestId('remove-failed').getByText('此文件已被他人移除。').waitFor();
  await stateIs(other.page, 'empty');
  assert.deepEqual(await latinLeftovers(other.page, ['pets.md']), []);
  await world.picture(other.page, 'knowledge-remove-zh');
  await other.page.keyboard.press('Escape');
  await other.page.getByTestId('no-files').waitFor();
}

/** @param {import('playwright-core').Page} page */
async function comesBack(page) {
  await page.locator('[data-testid="version"][data-number="1"]').getByTestId('activate').click();
  await page.getByTestId('confirm-activate').click();
  await servedIs(page, /^Version 1 /);
  await page.getByTestId('knowledge-files').click();
  await filesAre(page, ['faq.csv', 'pets.md']);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {readonly string[]} names
 */
async function filesAre(page, names) {
  const files = page.getByTestId('file');
  await becomes('the files', () => files.evaluateAll((all) => all.map((file) => file.getAttribute('data-name'))), names);
}
