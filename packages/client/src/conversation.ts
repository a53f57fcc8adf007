/**
 * One conversation on a screen: follows its stream, folds what comes, sends what is typed.
 *
 * What is shown is the fold and nothing else. The answer of a call is one more event for it, so a message that comes
 * back both ways is still one bubble.
 */

import type { HeadersSource } from './api';
import type { BackoffOptions } from './backoff';
import { type ConnectionState, connectStream } from './connect';
import type { BatonEvent, EntryEvent, HistoryPage, Problem } from './events';
import { createOutbox } from './outbox';
import {
  prependPage,
  reduce,
  withoutPending,
  withoutStaleTyping,
  withPending,
  withPendingChanged,
  withSession,
} from './reduce';
import type { SessionView } from './session';
import { type ConversationState, EMPTY_CONVERSATION, type PendingMessage } from './state';
import type { Transport } from './transport';
import { onceMore, typed } from './typed';
import { createTypingSignal } from './typing-signal';

export interface ConversationOptions {
  readonly transport: Transport;
  /** As for `createApi`: the stream is opened under it. */
  readonly baseUrl?: string;
  readonly headers?: HeadersSource;
  readonly onUnauthorized?: () => Promise<boolean>;
  /** What is known already, so that the screen is not empty until the stream speaks. */
  readonly initial?: HistoryPage;
  /** What was typed before and is still to be sent, in this order, before anything else. */
  readonly unsent?: readonly PendingMessage[];
  readonly fetch?: typeof fetch;
  readonly heartbeatTimeoutMs?: number;
  readonly backoff?: BackoffOptions;
}

export interface ConversationSnapshot extends ConversationState {
  readonly connection: ConnectionState;
  /** Why the stream stopped for good. */
  readonly problem: Problem | null;
  readonly loadingOlder: boolean;
}

export interface Conversation {
  /** The same object until something changes, as useSyncExternalStore wants it. */
  readonly getState: () => ConversationSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  /** Shows the message at once and sends it; returns its client_message_id. */
  send(text: string, kind?: PendingMessage['kind']): string;
  /** Sends a failed message again, under the same id. */
  retry(clientMessageId: string): void;
  /** Takes a message that was not sent off the screen. */
  discard(clientMessageId: string): void;
  loadOlder(): Promise<void>;
  /** For every key stroke; throttled here. */
  sendTyping(active?: boolean): void;
  /** Folds in what another call answered (a takeover, an escalation). */
  absorb(answer: { readonly session?: SessionView; readonly messages?: readonly EntryEvent[] }): void;
  reconnectNow(): void;
  close(): void;
}

/** How long a message waits for the stream at most. */
const LISTEN_FIRST_MS = 1_000;

export function createConversation(options: ConversationOptions): Conversation {
  const { transport, initial } = options;
  const listeners = new Set<() => void>();
  const aborter = new AbortController();
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  let snapshot: ConversationSnapshot = {
    ...(initial === undefined ? EMPTY_CONVERSATION : folded(EMPTY_CONVERSATION, initial)),
    connection: 'connecting',
    problem: null,
    loadingOlder: false,
  };

  function update(change: Partial<ConversationSnapshot>): void {
    if (aborter.signal.aborted) return;
    snapshot = { ...snapshot, ...change };
    for (const listener of [...listeners]) listener();
  }

  function fold(step: (state: ConversationState) => ConversationState): void {
    const next = step(snapshot);
    if (next !== snapshot) update(next);
  }

  function take(event: BatonEvent): void {
    fold((state) => reduce(state, event));
    if (event.type === 'typing') expireTyping();
  }

  function expireTyping(): void {
    clearTimeout(typingTimer);
    const next = Math.min(...snapshot.typing.map((typist) => typist.until));
    if (!Number.isFinite(next)) return;
    typingTimer = setTimeout(
      () => {
        fold((state) => withoutStaleTyping(state, Date.now()));
        expireTyping();
      },
      Math.max(next - Date.now(), 0) + 1,
    );
  }

  let listenTimer: ReturnType<typeof setTimeout> | undefined;
  let listens: () => void = () => undefined;
  // The pieces of an answer come to whoever listens already, so nothing is asked before somebody does.
  const listening = new Promise<void>((resolve) => {
    listens = resolve;
    listenTimer = setTimeout(resolve, LISTEN_FIRST_MS);
  });

  const outbox = createOutbox({
    send: (message, signal) => listening.then(() => transport.send(message, signal)),
    onSent: ({ message, session }) => absorb({ messages: [message], session }),
    onFailed: (message, problem) =>
      fold((state) => withPendingChanged(state, { ...message, state: 'failed', problem })),
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
  });
  const typingSignal = createTypingSignal((active) => transport.sendTyping(active));
  const stream = connectStream({
    ...options,
    url: `${options.baseUrl ?? ''}${transport.eventsPath}`,
    onEvent: take,
    onState: (connection, problem) => {
      update({ connection, problem: problem ?? null });
      if (connection !== 'connecting') listens();
      if (connection === 'open') outbox.hurry();
    },
  });

  function absorb({ session, messages = [] }: Parameters<Conversation['absorb']>[0]): void {
    fold((state) => {
      const seen = messages.reduce((folded, event) => reduce(folded, event), state);
      return session === undefined ? seen : withSession(seen, session);
    });
  }

  function enqueue(message: PendingMessage): void {
    fold((state) => withPending(state, message));
    outbox.add(message);
  }

  function send(text: string, kind: PendingMessage['kind'] = 'message'): string {
    const message = typed(text, kind);
    typingSignal.sent();
    enqueue(message);
    return message.client_message_id;
  }

  function retry(clientMessageId: string): void {
    const failed = snapshot.pending.find((message) => message.client_message_id === clientMessageId);
    if (failed?.state === 'failed') enqueue(onceMore(failed));
  }

  for (const message of options.unsent ?? []) enqueue(message);

  function discard(clientMessageId: string): void {
    outbox.remove(clientMessageId);
    fold((state) => withoutPending(state, clientMessageId));
  }

  async function loadOlder(): Promise<void> {
    const oldest = snapshot.entries[0];
    if (oldest === undefined || !snapshot.hasOlder || snapshot.loadingOlder) return;
    update({ loadingOlder: true });
    try {
      const page = await transport.loadBefore(oldest.seq, aborter.signal);
      fold((state) => prependPage(state, page));
    } finally {
      update({ loadingOlder: false });
    }
  }

  function close(): void {
    aborter.abort();
    stream.close();
    outbox.close();
    typingSignal.close();
    clearTimeout(typingTimer);
    clearTimeout(listenTimer);
    listeners.clear();
  }

  return {
    getState: () => snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send,
    retry,
    discard,
    loadOlder,
    sendTyping: (active = true) => typingSignal.set(active),
    absorb,
    reconnectNow: () => stream.reconnectNow(),
    close,
  };
}

function folded(state: ConversationState, page: HistoryPage): ConversationState {
  return reduce(state, { type: 'history', payload: page, timestamp: 0, source: 'system' });
}
