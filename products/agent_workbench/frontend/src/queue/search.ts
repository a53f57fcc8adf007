import { createStore, type Readable } from '../common/store';
import type { SessionList, SessionQuery } from '../api/workbenchApi';

export interface SearchState {
  text: string;
  phase: 'off' | 'searching' | 'found' | 'failed';
  /** Names in the order of the answer; the sessions themselves are in the queue, where they stay up to date. */
  names: readonly string[];
  next: string | null;
  total: number;
}

export interface Search {
  state: Readable<SearchState>;
  type: (text: string) => void;
  more: () => void;
}

const OFF: SearchState = { text: '', phase: 'off', names: [], next: null, total: 0 };
const DEBOUNCE_MS = 250;
const PAGE_SIZE = 50;

export function createSearch(
  fetchPage: (query: SessionQuery, signal: AbortSignal) => Promise<SessionList>,
  onSessions: (sessions: SessionList['sessions']) => void,
): Search {
  const store = createStore<SearchState>(OFF);
  let aborter = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function type(text: string): void {
    clearTimeout(timer);
    aborter.abort();
    if (text.trim() === '') {
      store.set({ ...OFF, text });
      return;
    }
    store.update((state) => ({ ...state, text, phase: 'searching' }));
    timer = setTimeout(() => void run(null), DEBOUNCE_MS);
  }

  async function run(cursor: string | null): Promise<void> {
    aborter = new AbortController();
    const { signal } = aborter;
    const q = store.get().text.trim();
    try {
      const answer = await fetchPage({ q, limit: PAGE_SIZE, ...(cursor !== null && { cursor }) }, signal);
      if (signal.aborted) return;
      onSessions(answer.sessions);
      const found = answer.sessions.map((session) => session.session_name);
      store.update((state) => ({
        ...state,
        phase: 'found',
        names: cursor === null ? found : [...new Set([...state.names, ...found])],
        next: answer.next ?? null,
        total: answer.total,
      }));
    } catch {
      if (!signal.aborted) store.update((state) => ({ ...state, phase: 'failed' }));
    }
  }

  return {
    state: store,
    type,
    more: () => {
      const { phase, next } = store.get();
      if (phase === 'failed') void run(null);
      else if (phase === 'found' && next !== null) void run(next);
    },
  };
}
