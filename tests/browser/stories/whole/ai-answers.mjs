/* global MutationObserver */

import assert from 'node:assert/strict';
import { until } from '../../support/until.mjs';

/**
 * The AI answers from the orders and the knowledge base, in two languages, and admits what it does not know.
 *
 * @param {import('../../support/world.mjs').World} world
 * @param {import('../../people/customer.mjs').Customer} customer
 */
export async function aiAnswers(world, customer) {
  await customer.openWidget();
  await world.picture(customer.page, 'shop-open');
  await asksForOrder(customer);
  await world.picture(customer.page, 'widget-answer');

  const returns = await customer.ask('What is your return policy?');
  assert.match(await returns.innerText(), /30 days/);
  assert.ok(await returns.getByTestId('citation').first().isVisible(), 'the source is named');
  await readsSource(customer, returns);

  await customer.page.getByTestId('language').click();
  await until('the widget speaks Chinese', () => customer.page.getByText('智能助手').first().isVisible());
  const policy = await customer.ask('退货政策是什么');
  assert.match(await policy.innerText(), /30 天/);
  assert.ok(await policy.getByTestId('citation').first().isVisible(), 'the source is named in Chinese');
  await world.picture(customer.page, 'widget-answer-zh');
  await chooses(world, customer);
  await customer.page.getByTestId('language').click();

  const unknown = await customer.ask('What is the name of your founder’s grandmother?');
  assert.match(await unknown.innerText(), /don't know/);
}

/**
 * Said so shortly it may mean either of two things; one press says which.
 *
 * @param {import('../../support/world.mjs').World} world
 * @param {import('../../people/customer.mjs').Customer} customer
 */
async function chooses(world, customer) {
  const asked = await customer.ask('爆胎保修吗');
  const choices = customer.panel.getByTestId('choice');
  assert.deepEqual(await choices.allInnerTexts(), ['轮胎、胎压与补胎', '保修']);
  await world.picture(customer.page, 'widget-choices');
  const before = await customer.answers().count();
  await choices.nth(1).press('Enter');
  const answer = customer.answers().nth(before);
  await answer.waitFor();
  assert.match(await answer.innerText(), /保修 5 年/);
  assert.equal(await choices.count(), 0, 'what was chosen is not offered again');
  assert.ok(await asked.isVisible());
}

/**
 * The demo shop's addresses lead nowhere, so a source is read in the widget; all of it by keyboard.
 *
 * @param {import('../../people/customer.mjs').Customer} customer
 * @param {import('playwright-core').Locator} answer
 */
async function readsSource(customer, answer) {
  const chip = answer.getByTestId('citation').first().getByRole('button');
  await chip.press('Enter');
  const source = customer.panel.getByTestId('source');
  await source.getByTestId('source-text').waitFor();
  assert.match(await source.innerText(), /30 days/);
  await customer.page.keyboard.press('Escape');
  await until('the source is closed', async () => (await source.count()) === 0);
  assert.ok(await customer.panel.isVisible(), 'the chat stays open');
  const hasFocus = /** @param {Element} element */ (element) => element.matches(':focus');
  await until('the focus is where it was', () => chip.evaluate(hasFocus));
}

/** @param {import('../../people/customer.mjs').Customer} customer */
async function asksForOrder(customer) {
  const seen = await watchDrafts(customer.page);
  const answer = await customer.ask('Where is my order AM20451? mira@example.com');
  const cards = answer.getByTestId('product-card');
  assert.equal(await cards.count(), 2);
  assert.match(await cards.first().innerText(), /Aldermoor Brook/);

  const drafts = await seen();
  // On a busy machine not every step of it is drawn.
  const whole = (await answer.textContent()) ?? '';
  const grows = drafts.some((text) => text.length < whole.length);
  assert.ok(grows, `the answer grows while it is written: ${JSON.stringify([...drafts, whole])}`);
  const raw = drafts.filter((text) => text.includes('PRODUCT]'));
  assert.deepEqual(raw, [], 'a card never shows as what it is made of');
  assert.doesNotMatch(await customer.panel.innerText(), /PRODUCT\]/);
}

/**
 * Notes every state of a draft from now on.
 *
 * @param {import('playwright-core').Page} page
 */
async function watchDrafts(page) {
  const notes = await page.getByTestId('panel').evaluateHandle((panel) => {
    /** @type {string[]} */
    const drafts = [];
    const note = () => {
      for (const draft of panel.querySelectorAll('[data-testid="draft"]')) drafts.push(draft.textContent);
    };
    new MutationObserver(note).observe(panel, { subtree: true, childList: true, characterData: true });
    return drafts;
  });
  return () => notes.jsonValue();
}
