/**
 * A stream that is followed for as long as anybody wants it: read, notice that it died, wait a little, resume.
 *
 *     connecting ──200──▶ open ──ended, silent, cut──▶ waiting ──▶ connecting
 *         └──401 without help, 403, 404, 422 …──▶ stopped
 */

import type { HeadersSource } from './api';
import { type BackoffOptions, createBackoff } from './backoff';
import { type BatonEvent, parseEvent, type Problem } from './events';
import { isTransientStatus, problemOf } from './problem';
import { createSseParser, type SseFrame } from './sse';
import { watchPage } from './page-signals';

export type ConnectionState = 'connecting' | 'open' | 'waiting' | 'stopped';

export interface StreamOptions {
  readonly url: string;
  readonly headers?: HeadersSource;
  /** Where to continue; without it the server begins with `history`. */
  readonly lastEventId?: string;
  /** `id` is the cursor after this event. */
  readonly onEvent: (event: BatonEvent, id?: string) => void;
  /** `problem` says why the stream stopped, unless it was closed. */
  readonly onState?: (state: ConnectionState, problem?: Problem) => void;
  /** Called on 401; true when it is worth another attempt with fresh headers. */
  readonly onUnauthorized?: () => Promise<boolean>;
  readonly fetch?: typeof fetch;
  /** Silence for this long is a dead connection, whatever the socket says: three missed heartbeats by default. */
  readonly heartbeatTimeoutMs?: number;
  readonly backoff?: BackoffOptions;
}

export interface StreamConnection {
  close(): void;
  /** Gives up whatever is being waited for, a pause or a doubtful connection, and connects anew. */
  reconnectNow(): void;
}

const HEARTBEAT_TIMEOUT_MS = 45_000;

/** How an attempt ended, and so what comes next. */
type Outcome =
  { readonly next: 'retry'; readonly afterMs?: number } | { readonly next: 'stop'; readonly problem: Problem };

export function connectStream(options: StreamOptions): StreamConnection {
  const fetchFrom = options.fetch ?? globalThis.fetch.bind(globalThis);
  const timeoutMs = options.heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MS;
  const backoff = createBackoff(options.backoff);
  let cursor = options.lastEventId ?? '';
  let closed = false;
  let refreshed = false;
  let hurried = false;
  let lastByteAt = Date.now();
  let endAttempt: () => void = () => undefined;
  let endPause: (() => void) | null = null;

  async function follow(): Promise<void> {
    while (!isClosed()) {
      announce('connecting');
      const outcome = await attempt();
      if (isClosed()) return;
      if (outcome.next === 'stop') {
        stop(outcome.problem);
        return;
      }
      if (hurried) {
        hurried = false;
        continue;
      }
      announce('waiting');
      await pause(Math.max(backoff.next(), outcome.afterMs ?? 0));
    }
  }

  async function attempt(): Promise<Outcome> {
    const aborter = new AbortController();
    endAttempt = () => aborter.abort();
    const watchdog = createWatchdog(timeoutMs, endAttempt);
    try {
      const headers = await withAbort(Promise.resolve(options.headers?.()), aborter.signal);
      const response = await fetchFrom(options.url, {
        headers: { Accept: 'text/event-stream', ...headers, ...(cursor === '' ? {} : { 'Last-Event-ID': cursor }) },
        cache: 'no-store',
        signal: aborter.signal,
      });
      if (!response.ok) return await refused(response);
      if (response.body === null || !isEventStream(response)) return { next: 'retry' };
      if (isClosed()) return { next: 'retry' };
      announce('open');
      await read(response.body, watchdog.feed);
      return { next: 'retry' };
    } catch {
      return { next: 'retry' };
    } finally {
      watchdog.stop();
      aborter.abort();
    }
  }

  async function read(body: ReadableStream<Uint8Array>, feed: () => void): Promise<void> {
    const handlers = {
      onFrame: (frame: SseFrame) => deliver(frame.data, frame.id),
      onRetry: (milliseconds: number) => backoff.setBase(milliseconds),
    };
    const parser = createSseParser(handlers, cursor);
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || isClosed()) return;
      lastByteAt = Date.now();
      feed();
      parser.push(value);
    }
  }

  function deliver(data: string, id: string): void {
    if (closed) return;
    cursor = id;
    const event = parseEvent(data);
    if (event === null) return;
    backoff.reset();
    refreshed = false;
    try {
      options.onEvent(event, id === '' ? undefined : id);
    } catch (error) {
      // A fault of the listener is the page's to report; the stream has done its part and goes on.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  async function refused(response: Response): Promise<Outcome> {
    const error = await problemOf(response);
    if (error.status === 401 && options.onUnauthorized !== undefined && (await options.onUnauthorized())) {
      // The first refresh is followed at once; when that did not help either, patience.
      hurried = !refreshed;
      refreshed = true;
      return { next: 'retry' };
    }
    if (isTransientStatus(error.status) || error.status < 400) {
      return { next: 'retry', afterMs: (error.retryAfter ?? 0) * 1_000 };
    }
    return { next: 'stop', problem: error.problem };
  }

  async function pause(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      endPause = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
    endPause = null;
  }

  function reconnectNow(): void {
    if (endPause !== null) {
      endPause();
      return;
    }
    hurried = true;
    endAttempt();
  }

  function stop(problem?: Problem): void {
    closed = true;
    unwatch();
    endAttempt();
    endPause?.();
    options.onState?.('stopped', problem);
  }

  function announce(state: ConnectionState): void {
    options.onState?.(state);
  }

  // A function, because control flow analysis does not see that `closed` changes while we wait.
  function isClosed(): boolean {
    return closed;
  }

  const unwatch = watchPage({
    onOnline: reconnectNow,
    // Timers of a hidden page are slowed down or stopped, so the watchdog may have slept through a silence.
    onVisible: () => {
      if (endPause !== null || Date.now() - lastByteAt > timeoutMs / 2) reconnectNow();
    },
  });
  void follow();

  return {
    close: () => {
      if (!closed) stop();
    },
    reconnectNow,
  };
}

function createWatchdog(milliseconds: number, bite: () => void): { feed: () => void; stop: () => void } {
  let timer = setTimeout(bite, milliseconds);
  return {
    feed: () => {
      clearTimeout(timer);
      timer = setTimeout(bite, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

function withAbort<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')), { once: true });
    promise.then(resolve, reject);
  });
}

function isEventStream(response: Response): boolean {
  return response.headers.get('Content-Type')?.startsWith('text/event-stream') ?? false;
}
