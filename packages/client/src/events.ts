/** What comes over a stream (docs/api/protocol.md). Entries carry a `seq`, everything else is fleeting. */

import type { Packet } from './packet';
import type { EscalationReason, Role, SessionView, Severity, Status } from './session';

export type Source = 'ai_chatbot' | 'agent_workbench' | 'system';

interface Envelope<Type extends string, Payload> {
  readonly type: Type;
  readonly payload: Payload;
  readonly timestamp: number;
  readonly source: Source;
  readonly session_name?: string;
}

interface Entry<Type extends string, Payload> extends Envelope<Type, Payload> {
  readonly seq: number;
  readonly audience?: 'agents';
}

export interface Citation {
  readonly id: string;
  readonly title: string;
  readonly url: string;
}

/** Said while the AI serves. */
export interface NewMessagePayload {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  readonly epoch: number;
  readonly client_message_id?: string;
  readonly reply_id?: string;
  readonly citations?: readonly Citation[];
  readonly confident?: boolean;
  /** Hands changed in the middle of it: this is as far as it came. */
  readonly interrupted?: boolean;
  /** The engine that answered. */
  readonly engine?: string;
  /** An apology that asks whether a person should be got. */
  readonly offers_person?: boolean;
  readonly asks_back?: boolean;
  /** What the customer may say next with a press. */
  readonly choices?: readonly string[];
}

/** What the AI looked up for its answer; for agents only. */
export interface Lookup {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly outcome: string;
}

/** Said while a person serves or is waited for. */
export interface ManualMessagePayload {
  readonly role: 'user' | 'agent';
  readonly content: string;
  readonly epoch: number;
  readonly agent_id?: string;
  readonly agent_name?: string;
  readonly client_message_id?: string;
}

export interface SystemPayload {
  readonly role: 'system';
  /** Left out of entries for agents, which say by their `code` what else they have. */
  readonly content?: string;
  readonly code: string;
  readonly epoch: number;
  readonly agent_id?: string;
  readonly agent_name?: string;
  /** `lookups`: what the next answer stands on, and the engines that were asked before and had none. */
  readonly tools?: readonly Lookup[];
  readonly failed?: readonly string[];
  /** `escalation`: why a person is called; the regulator's rule, and the entry in which it found what it looks for. */
  readonly reason?: EscalationReason;
  readonly severity?: Severity;
  readonly detail?: string;
  readonly rule?: string;
  readonly matched_seq?: number;
  /** `packet`: a better one than before. */
  readonly packet?: Packet;
}

export type StatusAction = 'escalate' | 'takeover' | 'release' | 'close' | 'reopen';

export interface StatusChangePayload {
  readonly action: StatusAction;
  readonly status: Status;
  readonly previous: Status;
  readonly epoch: number;
  readonly reason?: EscalationReason;
  readonly agent_id?: string;
  readonly agent_name?: string;
}

/** `agent_id` is who made the assignment. */
export interface AssignmentPayload {
  readonly to_agent_id: string;
  readonly to_agent_name: string;
  readonly from_agent_id: string | null;
  readonly from_agent_name: string | null;
  readonly epoch: number;
  readonly agent_id?: string;
  readonly agent_name?: string;
}

export type NewMessageEvent = Entry<'new_message', NewMessagePayload>;
export type ManualMessageEvent = Entry<'manual_message', ManualMessagePayload>;
export type NoteEvent = Entry<'note', ManualMessagePayload>;
export type SystemEvent = Entry<'system', SystemPayload>;
export type StatusChangeEvent = Entry<'status_change', StatusChangePayload>;
export type AssignmentEvent = Entry<'assignment', AssignmentPayload>;

/** Something somebody said: what becomes a bubble. */
export type MessageEvent = NewMessageEvent | ManualMessageEvent | NoteEvent;

/** One line of a timeline. */
export type EntryEvent = MessageEvent | SystemEvent | StatusChangeEvent | AssignmentEvent;

export interface ConnectedPayload {
  readonly session?: SessionView;
  readonly last_seq?: number;
  readonly heartbeat_seconds: number;
}

/** A stretch of a timeline, oldest first; `has_more` says that older entries exist. */
export interface HistoryPage {
  readonly messages: readonly EntryEvent[];
  readonly has_more: boolean;
  readonly session: SessionView;
}

/** `offset` counts Unicode code points into the reply. */
export interface AiDeltaPayload {
  readonly reply_id: string;
  readonly epoch: number;
  readonly offset: number;
  readonly text: string;
}

export interface TypingPayload {
  readonly role: Exclude<Role, 'system'>;
  readonly name: string;
  readonly active: boolean;
}

export interface TransferRequestPayload {
  readonly session: SessionView;
  readonly from_agent_id: string;
  readonly from_agent_name: string;
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly field?: string;
  readonly session_status?: Status;
  readonly agent_name?: string;
}

export type ConnectedEvent = Envelope<'connected', ConnectedPayload>;
export type HistoryEvent = Envelope<'history', HistoryPage>;
export type AiDeltaEvent = Envelope<'ai_delta', AiDeltaPayload>;
export type TypingEvent = Envelope<'typing', TypingPayload>;
export type ResetEvent = Envelope<'reset', { readonly last_seq: number }>;
export type HeartbeatEvent = Envelope<'heartbeat', Readonly<Record<string, never>>>;
export type ErrorEvent = Envelope<'error', Problem>;
export type PresenceEvent = Envelope<'presence', Readonly<Record<string, unknown>>>;
export type ReadEvent = Envelope<'read', Readonly<Record<string, unknown>>>;

/** On the agent's own stream only. */
export type SnapshotEvent = Envelope<'snapshot', { readonly sessions: readonly SessionView[] }>;
export type QueueEvent = Envelope<'queue', { readonly session: SessionView }>;
export type TransferRequestEvent = Envelope<'transfer_request', TransferRequestPayload>;

export type BatonEvent =
  | EntryEvent
  | ConnectedEvent
  | HistoryEvent
  | AiDeltaEvent
  | TypingEvent
  | ResetEvent
  | HeartbeatEvent
  | ErrorEvent
  | PresenceEvent
  | ReadEvent
  | SnapshotEvent
  | QueueEvent
  | TransferRequestEvent;

const ENTRY_TYPES: ReadonlySet<string> = new Set([
  'new_message',
  'manual_message',
  'note',
  'system',
  'status_change',
  'assignment',
]);

const MESSAGE_TYPES: ReadonlySet<string> = new Set(['new_message', 'manual_message', 'note']);

export function isEntry(event: BatonEvent): event is EntryEvent {
  return ENTRY_TYPES.has(event.type);
}

export function isMessage(event: BatonEvent): event is MessageEvent {
  return MESSAGE_TYPES.has(event.type);
}

/** The event in the `data` of a frame, or null when it is none of ours (an entry without its number is none). */
export function parseEvent(data: string): BatonEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (!isObject(value) || typeof value['type'] !== 'string' || !isObject(value['payload'])) return null;
  if (ENTRY_TYPES.has(value['type']) && !Number.isSafeInteger(value['seq'])) return null;
  return value as unknown as BatonEvent;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
