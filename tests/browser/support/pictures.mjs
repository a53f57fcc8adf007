/**
 * Both screens side by side, as one picture.
 *
 * @param {import('./world.mjs').World} world
 * @param {import('../people/customer.mjs').Customer} customer
 * @param {import('../people/agent.mjs').Agent} agent
 * @param {string} name
 */
export async function screens(world, customer, agent, name) {
  const suffix = name.replace('screens', '');
  const left = await world.picture(customer.page, `widget-agent${suffix}`);
  const right = await world.picture(agent.page, `workbench-conversation${suffix}`);
  if (left === null || right === null) return;
  const context = await world.context({ viewport: { width: 1920, height: 700 } });
  const page = await context.newPage();
  const images = [left, right].map((picture) => `<img src="data:image/png;base64,${picture.toString('base64')}">`);
  await page.setContent(`<style>${STYLE}</style>${images.join('')}`);
  await world.picture(page, name);
  await context.close();
}

const STYLE = `
  body { margin: 0; height: 100vh; box-sizing: border-box; padding: 20px; display: flex; gap: 20px;
    justify-content: center; align-items: center; background: #dfe7e2 }
  img { min-width: 0; max-height: 100%; border-radius: 12px; box-shadow: 0 8px 30px rgb(0 0 0 / 0.18) }
`;
