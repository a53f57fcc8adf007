/**
 * The fold: what a conversation looks like after one more event.
 *
 * Events may come twice, late or out of order, from the stream or from the answer of a call; the state is the same.
 */

import { type BatonEvent, type EntryEvent, type HistoryPage, isEntry, type TypingEvent } from './events';
import { isOver, withDelta, withoutDraft } from './draft';
import type { SessionView } from './session';
import { sessionAfter, sessionNewer } from './session-fold';
import { type ConversationState, EMPTY_CONVERSATION, type PendingMessage } from './state';

/** After this long without a repeat nobody is writing any more. */
export const TYPING_MS = 6_000;

/** `state` after `event`. `now` is in milliseconds and only says until when somebody counts as writing. */
export function reduce(state: ConversationState, event: BatonEvent, now: number = Date.now()): ConversationState {
  if (isEntry(event)) return withEntry(state, event);
  switch (event.type) {
    case 'connected':
      return event.payload.session === undefined ? state : withSession(state, event.payload.session);
    case 'history':
      return withHistory(state, event.payload);
    case 'ai_delta':
      return withDelta(state, event.payload);
    case 'typing':
      return withTyping(state, event, now);
    case 'reset':
      return { ...EMPTY_CONVERSATION, pending: state.pending };
    default:
      return state;
  }
}

/** Older entries, as `GET …?before=` returned them. */
export function prependPage(state: ConversationState, page: HistoryPage): ConversationState {
  return withoutAcknowledged({ ...state, entries: merged(page.messages, state.entries), hasOlder: page.has_more });
}

/** The session as the answer of a call shows it; an older view changes nothing. */
export function withSession(state: ConversationState, session: SessionView): ConversationState {
  return droppingOverdue({ ...state, session: sessionNewer(state.session, session) });
}

/** A message just typed, or typed again after it failed: it goes to the end. */
export function withPending(state: ConversationState, message: PendingMessage): ConversationState {
  return { ...state, pending: [...withoutPending(state, message.client_message_id).pending, message] };
}

/** The same messages with one of them changed in its place. */
export function withPendingChanged(state: ConversationState, message: PendingMessage): ConversationState {
  const { client_message_id: id } = message;
  return { ...state, pending: state.pending.map((other) => (other.client_message_id === id ? message : other)) };
}

export function withoutPending(state: ConversationState, clientMessageId: string): ConversationState {
  return { ...state, pending: state.pending.filter((message) => message.client_message_id !== clientMessageId) };
}

/** `state` without those who stopped writing some time ago. */
export function withoutStaleTyping(state: ConversationState, now: number): ConversationState {
  const typing = state.typing.filter((typist) => typist.until > now);
  return typing.length === state.typing.length ? state : { ...state, typing };
}

function withEntry(state: ConversationState, entry: EntryEvent): ConversationState {
  const entries = merged(state.entries, [entry]);
  if (entries === state.entries) return state;
  const session = sessionAfter(state.session, entry);
  const typing = isMessageOf(entry)
    ? state.typing.filter((typist) => typist.role !== entry.payload.role)
    : state.typing;
  return droppingOverdue(withoutAcknowledged({ ...state, entries, session, typing }));
}

/**
 * A history stands for its whole stretch of the timeline. What was loaded before it stays when it joins on without a
 * gap (else it can be paged in again); what is newer came by another way and stays too.
 */
function withHistory(state: ConversationState, page: HistoryPage): ConversationState {
  const first = page.has_more ? (page.messages[0]?.seq ?? 0) : 0;
  const last = page.messages.at(-1)?.seq ?? 0;
  const older = state.entries.filter((entry) => entry.seq < first);
  const newer = state.entries.filter((entry) => entry.seq > last);
  const joins = older.length > 0 && state.entries.some((entry) => entry.seq >= first - 1 && entry.seq <= last);
  const entries = [...(joins ? older : []), ...merged([], page.messages), ...newer];
  const hasOlder = joins ? state.hasOlder : page.has_more;
  const session = sessionNewer(state.session, page.session);
  return droppingOverdue(withoutAcknowledged({ ...state, entries, hasOlder, session }));
}

function withTyping(state: ConversationState, event: TypingEvent, now: number): ConversationState {
  const { role, name, active } = event.payload;
  const others = state.typing.filter((typist) => typist.role !== role || typist.name !== name);
  const typing = active ? [...others, { role, name, until: now + TYPING_MS }] : others;
  return { ...state, typing };
}

/** Both, ordered and each once. Returns `known` itself when there is nothing new. */
function merged(known: readonly EntryEvent[], more: readonly EntryEvent[]): readonly EntryEvent[] {
  const last = known.at(-1)?.seq ?? 0;
  const [only] = more;
  if (more.length === 1 && only !== undefined && only.seq > last) return [...known, only];
  const bySeq = new Map(known.map((entry) => [entry.seq, entry]));
  for (const entry of more) if (!bySeq.has(entry.seq)) bySeq.set(entry.seq, entry);
  if (bySeq.size === known.length) return known;
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

function withoutAcknowledged(state: ConversationState): ConversationState {
  if (state.pending.length === 0) return state;
  const kept = new Set(state.entries.flatMap((entry) => clientMessageIdOf(entry) ?? []));
  const pending = state.pending.filter((message) => !kept.has(message.client_message_id));
  return pending.length === state.pending.length ? state : { ...state, pending };
}

function droppingOverdue(state: ConversationState): ConversationState {
  return state.draft !== null && isOver(state, state.draft) ? withoutDraft(state) : state;
}

function isMessageOf(entry: EntryEvent): entry is Extract<EntryEvent, { type: 'new_message' | 'manual_message' }> {
  return entry.type === 'new_message' || entry.type === 'manual_message';
}

function clientMessageIdOf(entry: EntryEvent): string | undefined {
  return 'client_message_id' in entry.payload ? entry.payload.client_message_id : undefined;
}
