/** The calls that a conversation makes, for either side of it. */

import type { Api } from './api';
import type { HistoryPage, MessageEvent } from './events';
import type { SessionView } from './session';
import type { PendingMessage } from './state';

export interface Sent {
  readonly message: MessageEvent;
  readonly session: SessionView;
  readonly replayed: boolean;
}

export interface Transport {
  /** The path of the session's stream, under the API's base. */
  readonly eventsPath: string;
  send(message: PendingMessage, signal: AbortSignal): Promise<Sent>;
  loadBefore(seq: number, signal: AbortSignal): Promise<HistoryPage>;
  sendTyping(active: boolean): Promise<void>;
}

/** The customer's side (`/api/chat` takes a message in any state). */
export function customerTransport(api: Api, sessionName: string): Transport {
  return {
    ...following(api, sessionName),
    send: ({ text, client_message_id }, signal) =>
      api.post('/api/chat', { message: text, client_message_id, session_name: sessionName, wait: false }, { signal }),
    sendTyping: (active) => api.post('/api/manual/typing', { session_name: sessionName, active }),
  };
}

/** The agent's side; notes go to agents only. */
export function agentTransport(api: Api, sessionName: string): Transport {
  const path = sessionPath(sessionName);
  return {
    ...following(api, sessionName),
    send: ({ kind, text, client_message_id }, signal) =>
      api.post(`${path}/${kind === 'note' ? 'notes' : 'messages'}`, { content: text, client_message_id }, { signal }),
    sendTyping: (active) => api.post(`${path}/typing`, { active }),
  };
}

const PAGE_SIZE = 100;

function following(api: Api, sessionName: string): Pick<Transport, 'eventsPath' | 'loadBefore'> {
  const path = sessionPath(sessionName);
  return {
    eventsPath: `${path}/events`,
    loadBefore: (seq, signal) => api.get(path, { query: { before: seq, limit: PAGE_SIZE }, signal }),
  };
}

function sessionPath(sessionName: string): string {
  return `/api/sessions/${encodeURIComponent(sessionName)}`;
}
