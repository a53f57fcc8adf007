/**
 * Messages on their way: one at a time, in the order typed, each until it is acknowledged or definitely refused.
 *
 * A try that ended without an answer may have arrived all the same; repeating it with the same client_message_id
 * gives the first result, never a second message.
 */

import { type BackoffOptions, createBackoff } from './backoff';
import type { Problem } from './events';
import { isTransient, ProblemError } from './problem';
import type { PendingMessage } from './state';
import type { Sent } from './transport';

export interface OutboxOptions {
  readonly send: (message: PendingMessage, signal: AbortSignal) => Promise<Sent>;
  readonly onSent: (sent: Sent) => void;
  readonly onFailed: (message: PendingMessage, problem: Problem) => void;
  readonly backoff?: BackoffOptions;
}

export interface Outbox {
  add(message: PendingMessage): void;
  /** Takes a message out that has not been sent yet, or stops trying. */
  remove(clientMessageId: string): void;
  /** Does not wait for the next try any longer: the network is back. */
  hurry(): void;
  close(): void;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const queue: PendingMessage[] = [];
  const aborter = new AbortController();
  let working = false;
  let endPause: () => void = () => undefined;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let message = queue[0]; message !== undefined; message = queue[0]) {
      await deliver(message);
      if (isClosed()) return;
      if (queue[0] === message) queue.shift();
    }
    working = false;
  }

  async function deliver(message: PendingMessage): Promise<void> {
    const backoff = createBackoff(options.backoff);
    while (queue[0] === message && !isClosed()) {
      try {
        const sent = await options.send(message, aborter.signal);
        if (!isClosed()) options.onSent(sent);
        return;
      } catch (error) {
        if (isClosed()) return;
        if (!isTransient(error)) {
          options.onFailed(message, problemFrom(error));
          return;
        }
        await pause(Math.max(backoff.next(), retryAfterMs(error)));
      }
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function isClosed(): boolean {
    return aborter.signal.aborted;
  }

  return {
    add(message) {
      queue.push(message);
      void work();
    },
    remove(clientMessageId) {
      const at = queue.findIndex((message) => message.client_message_id === clientMessageId);
      if (at < 0) return;
      queue.splice(at, 1);
      if (at === 0) endPause();
    },
    hurry: () => endPause(),
    close() {
      aborter.abort();
      endPause();
    },
  };
}

function retryAfterMs(error: unknown): number {
  return error instanceof ProblemError ? (error.retryAfter ?? 0) * 1_000 : 0;
}

function problemFrom(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { status: 0, code: 'client_error', title: 'Client error', detail: String(error) };
}
