/** Both screens in Chinese, and nothing on them that is not. */

import assert from 'node:assert/strict';
import { Agent } from '../people/agent.mjs';
import { Customer } from '../people/customer.mjs';
import { latinLeftovers } from '../support/leftovers.mjs';
import { screens } from '../support/pictures.mjs';

/** @param {import('../support/world.mjs').World} world */
export default async function chinese(world) {
  const customer = await Customer.visiting(world, { viewport: { width: 1024, height: 800 } });
  await customer.page.getByTestId('shop-language').click();
  await customer.page.getByText('四款车，各有所长').waitFor();
  await customer.openWidget();
  await reads(customer.page, ['智能助手', '转人工客服', '我的订单到哪里了？']);
  await world.picture(customer.page, 'shop-open-zh');
  await customer.ask('我的订单 AM20388 到哪里了？li.wei@example.com');
  assert.deepEqual(await latinLeftovers(customer.page, ORDER), []);
  await customer.write('转人工');
  await customer.sees('pending_manual');
  const { session_name: session } = await customer.credentials();

  const agent = await signsIn(world);
  await agent.item(session).waitFor();
  await world.picture(agent.page, 'workbench-queue-zh');
  await agent.choose(session);
  await reads(agent.page, ['等待中', '我的', '已关闭', '详情', '客户等待人工服务']);
  await agent.takeover.click();
  await agent.sees('manual_live');
  await agent.write('您好，我是俊，请问有什么可以帮您？');
  await customer.bubble('我是俊').waitFor();
  await customer.write('我想换一个颜色。');
  await agent.bubble('我想换一个颜色').waitFor();
  await agent.note('老客户，请优先处理。');
  await agent.bubble('老客户').waitFor();
  await reads(agent.page, ['交还 AI', '转接…', '内部备注', '您已接管会话']);
  await reads(customer.page, ['正在为您服务', '俊 Jun 已加入会话']);
  await screens(world, customer, agent, 'screens-zh');

  assert.deepEqual(await latinLeftovers(customer.page, ORDER), []);
  assert.deepEqual(await latinLeftovers(agent.page, [...ORDER, ...guest(session)]), []);
}

const ORDER = ['AM20388', 'li.wei@example.com', 'Aldermoor Fen', 'graphite', 'Fennel Freight', 'FF523938499'];

const CREDENTIALS = ['mina', 'jun', 'admin', 'demo'];

/** @param {string} session */
function guest(session) {
  return [session, session.replace(/[^0-9a-z]/gi, '').slice(-4)];
}

/** @param {import('../support/world.mjs').World} world */
async function signsIn(world) {
  const agent = await Agent.arriving(world);
  await agent.page.getByTestId('language').click();
  await reads(agent.page, ['登录', '用户名', '密码', '演示坐席']);
  const card = agent.page.getByTestId('demo-agent').filter({ hasText: 'jun /' });
  await card.waitFor();
  assert.deepEqual(await latinLeftovers(agent.page, CREDENTIALS), []);
  await card.click();
  await agent.page.getByTestId('agent-name').waitFor();
  return agent;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {readonly string[]} texts
 */
async function reads(page, texts) {
  for (const text of texts) await page.getByText(text).first().waitFor();
}
