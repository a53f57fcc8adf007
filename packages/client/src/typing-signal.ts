/** Tells the other side that somebody writes: at most every few seconds, and once when they stop. */

const REPEAT_MS = 3_000;
const IDLE_MS = 5_000;

export interface TypingSignal {
  /** Call at every key stroke with true; with false when the text is gone. */
  set(active: boolean): void;
  /** The text was sent: the message itself says that writing is over. */
  sent(): void;
  close(): void;
}

export function createTypingSignal(send: (active: boolean) => Promise<void>): TypingSignal {
  let lastSentAt = 0;
  let active = false;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;

  function say(value: boolean): void {
    active = value;
    lastSentAt = value ? Date.now() : 0;
    // Not worth a retry: the next key stroke repeats it, and it goes stale by itself.
    send(value).catch(() => undefined);
  }

  function set(value: boolean): void {
    clearTimeout(idleTimer);
    if (!value) {
      if (active) say(false);
      return;
    }
    if (Date.now() - lastSentAt >= REPEAT_MS) say(true);
    idleTimer = setTimeout(() => set(false), IDLE_MS);
  }

  function sent(): void {
    clearTimeout(idleTimer);
    active = false;
    lastSentAt = 0;
  }

  return { set, sent, close: sent };
}
