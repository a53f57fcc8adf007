import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';

/** Generous: a condition that is met costs no more than it takes, and a machine may be busy. */
const PATIENCE_S = 20;
const LOOK_EVERY_MS = 25;

/**
 * Looks until `look` finds something, and returns it.
 *
 * @template Found
 * @param {string} what in words, for the one who reads that it did not happen
 * @param {() => Found | Promise<Found>} look
 * @returns {Promise<NonNullable<Found>>}
 */
export async function until(what, look, seconds = PATIENCE_S) {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what} (last: ${inspect(found)})`);
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * Looks until what `look` finds is `expected`; when it never is, the difference is shown.
 *
 * @param {string} what
 * @param {() => unknown} look
 * @param {unknown} expected
 */
export async function becomes(what, look, expected, seconds = PATIENCE_S) {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await look();
    if (isDeepStrictEqual(found, expected)) return;
    if (Date.now() > deadline) assert.deepEqual(found, expected, what);
    await pause(LOOK_EVERY_MS);
  }
}
