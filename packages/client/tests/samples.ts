/** Events as the servers send them, with only what a test cares about to be said. */

import type {
  AiDeltaEvent,
  AssignmentEvent,
  ConnectedEvent,
  EntryEvent,
  HistoryEvent,
  ManualMessageEvent,
  NewMessageEvent,
  PendingMessage,
  SessionView,
  StatusChangeEvent,
  SystemEvent,
  TypingEvent,
} from '../src';

const envelope = { timestamp: 1_763_605_000, source: 'system', session_name: 's1' } as const;

export function session(change: Partial<SessionView> = {}): SessionView {
  return {
    session_name: 's1',
    status: 'bot_active',
    language: 'en',
    epoch: 1,
    last_seq: 0,
    created_at: 1_763_600_000,
    updated_at: 1_763_600_000,
    agent: null,
    escalation: null,
    ...change,
  };
}

export function said(seq: number, content: string, more: Partial<NewMessageEvent['payload']> = {}): NewMessageEvent {
  return { ...envelope, type: 'new_message', seq, payload: { role: 'user', content, epoch: 1, ...more } };
}

export function saidByAgent(seq: number, content: string, epoch = 3): ManualMessageEvent {
  const payload = { role: 'agent', content, epoch, agent_id: 'a1', agent_name: 'Maya' } as const;
  return { ...envelope, type: 'manual_message', seq, payload };
}

export function changed(seq: number, payload: StatusChangeEvent['payload']): StatusChangeEvent {
  return { ...envelope, type: 'status_change', seq, payload };
}

export const escalated = (seq: number, epoch = 2): StatusChangeEvent =>
  changed(seq, { action: 'escalate', status: 'pending_manual', previous: 'bot_active', epoch, reason: 'user_request' });

export const takenOver = (seq: number, epoch = 3): StatusChangeEvent =>
  changed(seq, {
    action: 'takeover',
    status: 'manual_live',
    previous: 'pending_manual',
    epoch,
    agent_id: 'a1',
    agent_name: 'Maya',
  });

export const released = (seq: number, epoch = 4): StatusChangeEvent =>
  changed(seq, { action: 'release', status: 'bot_active', previous: 'manual_live', epoch });

export function assigned(seq: number, to: { id: string; name: string }, epoch: number): AssignmentEvent {
  const payload = { to_agent_id: to.id, to_agent_name: to.name, from_agent_id: 'a1', from_agent_name: 'Maya', epoch };
  return { ...envelope, type: 'assignment', seq, payload };
}

export function connected(view: SessionView = session()): ConnectedEvent {
  return { ...envelope, type: 'connected', payload: { session: view, last_seq: view.last_seq, heartbeat_seconds: 15 } };
}

export function history(messages: readonly EntryEvent[], has_more = false, view?: SessionView): HistoryEvent {
  const last_seq = messages.at(-1)?.seq ?? 0;
  return { ...envelope, type: 'history', payload: { messages, has_more, session: view ?? session({ last_seq }) } };
}

export function delta(offset: number, text: string, reply_id = 'r1', epoch = 1): AiDeltaEvent {
  return { ...envelope, type: 'ai_delta', payload: { reply_id, epoch, offset, text } };
}

export const interrupted = (seq: number, content: string, reply_id = 'r1', epoch = 2): NewMessageEvent =>
  said(seq, content, { role: 'assistant', reply_id, epoch, interrupted: true });

export function briefed(seq: number, epoch: number, by = 'openai'): SystemEvent {
  const packet = { epoch, summary: { text: 'Wants a refund', seqs: [1], by }, tried: [], facts: [] };
  return { ...envelope, type: 'system', seq, audience: 'agents', payload: { role: 'system', code: 'packet', epoch, packet } };
}

export function typing(role: 'user' | 'agent' | 'assistant', active: boolean, name = 'Maya'): TypingEvent {
  return { ...envelope, type: 'typing', payload: { role, name, active } };
}

export function pending(client_message_id: string, text = 'hello'): PendingMessage {
  return { client_message_id, kind: 'message', text, created_at: 1_763_605_000, state: 'sending' };
}
