/** How long to wait before trying again: exponential with full jitter, so that a thousand clients do not come back as one. */

export interface BackoffOptions {
  readonly baseMs?: number;
  readonly capMs?: number;
  readonly random?: () => number;
}

export interface Backoff {
  /** Milliseconds to wait before the next attempt; each call counts one failure. */
  next(): number;
  /** The last attempt was good. */
  reset(): void;
  /** The server's own wish for the shortest step (`retry:` of a stream). */
  setBase(milliseconds: number): void;
}

export function createBackoff({ baseMs = 250, capMs = 15_000, random = Math.random }: BackoffOptions = {}): Backoff {
  let base = baseMs;
  let failures = 0;
  return {
    next() {
      const ceiling = Math.min(capMs, base * 2 ** failures);
      failures += 1;
      return random() * ceiling;
    },
    reset() {
      failures = 0;
    },
    setBase(milliseconds) {
      base = Math.min(milliseconds, capMs);
    },
  };
}
