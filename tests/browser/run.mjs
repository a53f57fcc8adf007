/** `node run.mjs <story>`: tells one story of `stories/`; its exit code says whether it went well. */

import assert from 'node:assert/strict';
import { World } from './support/world.mjs';

/** Before pytest loses patience, so that there are pictures of what it came to. */
const DEADLINE_MS = 200_000;

const [, , name = ''] = process.argv;
const { default: tell } = await import(`./stories/${name}.mjs`);
const world = await World.begin();
const began = performance.now();
try {
  await Promise.race([tell(world), tooLong()]);
  assert.deepEqual(world.faults.unexpected, [], 'the browser reported faults');
  console.log(`${name}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
} catch (error) {
  process.exitCode = 1;
  console.log(error);
  console.log('faults that the browser reported:', world.faults.unexpected);
  await world.keepScreens(process.env['FAILED_FOLDER'] ?? '.');
} finally {
  await world.end();
}
process.exit();

async function tooLong() {
  await new Promise((resolve) => setTimeout(resolve, DEADLINE_MS));
  throw new Error(`the story takes more than ${DEADLINE_MS / 1_000} s`);
}
