import type { Api, CallOptions, EntryEvent, SessionView } from '@baton/client';

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

export interface OrderView {
  number: string;
  status: string;
  placed_on: string;
  cards: string[];
  customer_name?: string;
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
    takeover: (name: string) => api.post<Moved>(`${path(name)}/takeover`),
    release: (name: string) => api.post<Moved>(`${path(name)}/release`),
    close: (name: string) => api.post<Moved>(`${path(name)}/close`),
    transfer: (name: string, agentId: string) => api.post<Moved>(`${path(name)}/transfer`, { agent_id: agentId }),
    agents: async () => (await api.get<{ agents: Colleague[] }>('/api/agents')).agents,
    orders: async (q: string, options: CallOptions = {}) =>
      (await api.get<{ orders: OrderView[] }>('/api/shopify/orders/global-search', { ...options, query: { q } })).orders,
  };
}

export type WorkbenchApi = ReturnType<typeof createWorkbenchApi>;
