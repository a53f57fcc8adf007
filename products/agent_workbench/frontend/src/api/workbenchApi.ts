import type { Api, CallOptions, Citation, EntryEvent, Language, Packet, SessionView } from '@baton/client';
import { type SourceEntry, sourcePath } from '@baton/ui';

export interface SessionList {
  sessions: SessionView[];
  total: number;
  /** The cursor of the next page; null or left out on the last. */
  next?: string | null;
}

export interface SessionQuery {
  status?: string;
  q?: string;
  limit?: number;
  cursor?: string;
}

/** What a change of hands answers: the session after it and what was appended. */
export interface Moved {
  session: SessionView;
  messages: EntryEvent[];
}

export interface Colleague {
  id: string;
  name: string;
  role: string;
}

export interface TrackingView {
  status:
    | 'announced'
    | 'in_transit'
    | 'out_for_delivery'
    | 'ready_for_pickup'
    | 'delivered'
    | 'delivery_failed'
    | 'exception';
  event: string;
  at: number | null;
  place: string;
  url: string;
  expected_on: string | null;
}

export interface OrderView {
  number: string;
  status: string;
  placed_on: string;
  cards: string[];
  tracking: TrackingView | null;
  customer_name?: string;
  /** Which shop has it; empty where there is only one. */
  shop?: string;
}

/** `session` with nothing left out: answers over HTTP may leave out what is null. */
export function wholeSession(session: SessionView): SessionView {
  const nothing = { agent: null, escalation: null };
  return { ...nothing, ...session };
}

/** The calls that the workbench makes itself (docs/api/protocol.md); a conversation makes its own. */
export function createWorkbenchApi(api: Api) {
  const path = (name: string) => `/api/sessions/${encodeURIComponent(name)}`;
  return {
    sessions: (query: SessionQuery, options: CallOptions = {}) =>
      api.get<SessionList>('/api/sessions', { ...options, query: { ...query } }),
    packet: async (name: string, options: CallOptions = {}) =>
      (await api.get<{ packet?: Packet | null }>(path(name), { ...options, query: { limit: 1 } })).packet ?? null,
    takeover: (name: string) => api.post<Moved>(`${path(name)}/takeover`),
    release: (name: string) => api.post<Moved>(`${path(name)}/release`),
    close: (name: string) => api.post<Moved>(`${path(name)}/close`),
    transfer: (name: string, agentId: string) => api.post<Moved>(`${path(name)}/transfer`, { agent_id: agentId }),
    agents: async () => (await api.get<{ agents: Colleague[] }>('/api/agents')).agents,
    source: (citation: Citation, language: Language) =>
      api.get<SourceEntry>(sourcePath(citation), { query: { language } }),
    orders: async (q: string, options: CallOptions = {}) =>
      (await api.get<{ orders: OrderView[] }>('/api/shopify/orders/global-search', { ...options, query: { q } })).orders,
  };
}

export type WorkbenchApi = ReturnType<typeof createWorkbenchApi>;
