/* global DataTransfer, document */

/** An admin imports what the shop knows, tries it out, takes files out and goes back; a customer is answered from it meanwhile. */

import assert from 'node:assert/strict';
import { Agent } from '../people/agent.mjs';
import { Customer } from '../people/customer.mjs';
import { latinLeftovers } from '../support/leftovers.mjs';
import { becomes, until } from '../support/until.mjs';
import { filesTakenOut } from './knowledge/files-taken-out.mjs';
import { servedIs, stateIs } from './knowledge/shown.mjs';

const TELEPHONE = { width: 375, height: 720 };

const PETS = `---
url: /pets
---
# Pets

## Can I bring my hamster?

Hamsters are welcome in the workshop.`;
const FAQ = 'question,answer\n怎么开发票？,下单时填写抬头即可。\n';
const BAD = 'question,answer\nWhy?,\n';

/** @param {import('../support/world.mjs').World} world */
export default async function knowledge(world) {
  await readsOnly(world);
  const admin = await Agent.atWork(world, 'admin');
  const { page } = admin;
  await page.getByTestId('page-knowledge').click();
  await stateIs(page, 'demo');
  await searches(page);
  await refused(world, page);
  await imports(page);
  await world.picture(page, 'knowledge-versions');
  await triesOut(page, 'Can I bring my hamster?', 'pets:can-i-bring-my-hamster');
  await world.picture(page, 'knowledge-try');
  await customerReads(world);
  await filesTakenOut(world, page);
  await fitsTelephone(page);
  await goesBack(page);
  await inChinese(world, page);
}

/**
 * Who is no admin reads and tries, and changes nothing.
 *
 * @param {import('../support/world.mjs').World} world
 */
async function readsOnly(world) {
  const { page } = await Agent.atWork(world, 'mina');
  await page.getByTestId('page-knowledge').click();
  await page.getByTestId('entry').first().waitFor();
  assert.equal(await page.getByTestId('knowledge-import').count(), 0);
  await page.getByTestId('knowledge-files').click();
  await page.getByTestId('no-files').waitFor();
  await page.getByTestId('knowledge-versions').click();
  await page.getByTestId('no-versions').waitFor();
  await triesOut(page, 'Can I return my bike?', 'returns');
  // The help is everywhere.
  await page.getByTestId('knowledge').click();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('page-desk').click();
  await page.getByTestId('tab-waiting').waitFor();
}

/** @param {import('playwright-core').Page} page */
async function searches(page) {
  const entries = page.getByTestId('entry');
  await until('a page of entries is there', async () => (await entries.count()) === 25);
  const first = await entries.first().getAttribute('data-id');
  await page.getByTestId('next-page').click();
  await until('the next page is another', async () => (await entries.first().getAttribute('data-id')) !== first);
  await page.getByTestId('entry-search').fill('gift card voucher');
  await becomes('the entry is found', () => entries.first().getAttribute('data-id'), 'gift-cards');
  await entries.first().click();
  await page.getByTestId('entry-dialog').getByTestId('source-text').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('entry-dialog').waitFor({ state: 'detached' });
}

/**
 * A line that cannot be read: all of it is refused, and said where.
 *
 * @param {import('../support/world.mjs').World} world
 * @param {import('playwright-core').Page} page
 */
async function refused(world, page) {
  world.faults.expect(/422 \(Unprocessable/);
  await drop(page, { 'help.md': PETS, 'bad.csv': BAD, 'logo.png': 'x' });
  await page.getByTestId('panel-import').waitFor();
  assert.match((await page.getByTestId('ignored').textContent()) ?? '', /logo\.png/);
  await page.getByTestId('import').click();
  await becomes('the problem is shown', () => page.getByTestId('problem').allTextContents(), [
    'bad.csv · line 2: has no answer',
  ]);
  await world.picture(page, 'knowledge-import');
  await page.getByRole('button', { name: 'Leave out all' }).click();
}

/** @param {import('playwright-core').Page} page */
async function imports(page) {
  const files = { 'pets.md': PETS, 'faq.csv': FAQ };
  await page
    .getByTestId('files')
    .setInputFiles(Object.entries(files).map(([name, text]) => ({ name, mimeType: '', buffer: Buffer.from(text) })));
  await page.getByTestId('url-base').fill('shop.net');
  assert.ok(await page.getByTestId('import').isDisabled());
  await page.getByTestId('url-base').fill('https://shop.net/help/');
  await page.getByTestId('import-note').fill('New rules for pets');
  await page.getByTestId('import').click();
  const version = page.getByTestId('version').first();
  await version.getByText('New rules for pets').waitFor();
  assert.equal(await version.getAttribute('data-number'), '1');
  await version.getByText('Entries: 2 · files: 2').waitFor();
  await version.getByText('2 added').waitFor();
  await servedIs(page, /^Version 1 /);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} question
 * @param {string} id
 */
async function triesOut(page, question, id) {
  await page.getByTestId('knowledge-try').click();
  await page.getByTestId('question').fill(question);
  await page.getByTestId('question').press('Enter');
  const match = page.getByTestId('match').first();
  await match.waitFor();
  assert.deepEqual([await match.getAttribute('data-id'), await match.getAttribute('data-passes')], [id, 'true']);
}

/** @param {import('../support/world.mjs').World} world */
async function customerReads(world) {
  const customer = await Customer.visiting(world);
  await customer.openWidget();
  await customer.ask('Can I bring my hamster?');
  await customer.bubble('Hamsters are welcome').waitFor();
  await customer.page.locator('a[href="https://shop.net/pets#can-i-bring-my-hamster"]').waitFor();
}

/** @param {import('playwright-core').Page} page */
async function fitsTelephone(page) {
  const before = page.viewportSize();
  await page.setViewportSize(TELEPHONE);
  for (const tab of ['entries', 'files', 'try', 'versions', 'import']) {
    await page.getByTestId(`knowledge-${tab}`).click();
    await page.getByTestId(`panel-${tab}`).waitFor();
    const beside = await page.getByTestId('knowledge').evaluate((main) => main.scrollWidth - main.clientWidth);
    assert.equal(beside, 0, `${tab} fits`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, 'the top bar fits');
  const logout = await page.getByTestId('logout').boundingBox();
  assert.ok(logout !== null && logout.x + logout.width <= TELEPHONE.width, 'whoever is on a telephone can sign out');
  if (before !== null) await page.setViewportSize(before);
}

/**
 * By the keyboard, and asked first.
 *
 * @param {import('playwright-core').Page} page
 */
async function goesBack(page) {
  await page.getByTestId('knowledge-import').press('ArrowLeft');
  await page.getByTestId('panel-versions').waitFor();
  const nothing = page.locator('[data-testid="version"][data-number="0"]');
  await nothing.getByTestId('activate').press('Enter');
  await page.getByTestId('confirm-activate').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('confirm-activate').waitFor({ state: 'detached' });
  await servedIs(page, /^Version 1 /);

  await nothing.getByTestId('activate').press('Enter');
  await page.getByTestId('confirm-activate').press('Enter');
  await nothing.getByTestId('current').waitFor();
  await stateIs(page, 'demo');
  await page.reload();
  await stateIs(page, 'demo');
}

/**
 * @param {import('../support/world.mjs').World} world
 * @param {import('playwright-core').Page} page
 */
async function inChinese(world, page) {
  await page.getByTestId('language').click();
  await page.getByText('AI 依据这里的内容回答客户。').waitFor();
  await page.getByTestId('knowledge-versions').click();
  await page.getByTestId('version').first().waitFor();
  assert.deepEqual(await latinLeftovers(page, ['New rules for pets', 'No invoices']), []);
  await page.getByTestId('knowledge-import').click();
  await page.getByTestId('panel-import').waitFor();
  const known = ['Markdown', 'CSV', 'HTML', '.md', '.csv', '.html', 'https://shop.example.com/help/', 'http', 'https'];
  assert.deepEqual(await latinLeftovers(page, known), []);
  await world.picture(page, 'knowledge-import-zh');
}

/**
 * @param {import('playwright-core').Page} page
 * @param {Record<string, string>} files
 */
async function drop(page, files) {
  const transfer = await page.evaluateHandle((given) => {
    const made = new DataTransfer();
    for (const [name, text] of Object.entries(given)) made.items.add(new File([text], name));
    return made;
  }, files);
  await page.getByTestId('knowledge').dispatchEvent('drop', { dataTransfer: transfer });
}
