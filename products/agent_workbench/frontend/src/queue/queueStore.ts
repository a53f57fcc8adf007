import type { SessionView } from '@baton/client';
import type { SessionList, SessionQuery } from '../api/workbenchApi';
import { createStore, type Readable } from '../common/store';
import { EMPTY_QUEUE, merged, TAB_STATUS, withPage, withSnapshot, type QueueState, type Tab } from './queueState';

/** How far a tab has been loaded page by page. The first snapshot brings `waiting` and `mine` whole. */
export interface Paging {
  phase: 'new' | 'loading' | 'ready' | 'failed';
  next: string | null;
}

export type PagingState = Readonly<Record<Tab, Paging>>;

export interface QueueStore {
  me: string;
  sessions: Readable<QueueState>;
  paging: Readable<PagingState>;
  merge: (sessions: readonly SessionView[]) => void;
  snapshot: (sessions: readonly SessionView[]) => void;
  /** The tab's first page, unless it is there already. */
  open: (tab: Tab) => void;
  more: (tab: Tab) => void;
}

type FetchPage = (query: SessionQuery) => Promise<SessionList>;

const PAGE_SIZE = 50;
const UNLOADED: Paging = { phase: 'new', next: null };
const NOTHING_LOADED: PagingState = {
  waiting: UNLOADED,
  mine: UNLOADED,
  others: UNLOADED,
  ai: UNLOADED,
  closed: UNLOADED,
};

export function createQueueStore(me: string, fetchPage: FetchPage): QueueStore {
  const sessions = createStore<QueueState>(EMPTY_QUEUE);
  const paging = createStore<PagingState>(NOTHING_LOADED);
  let opened: Tab = 'waiting';

  const setPaging = (tab: Tab, next: Paging) => paging.update((all) => ({ ...all, [tab]: next }));

  async function load(tab: Tab, cursor: string | null): Promise<void> {
    const before = paging.get()[tab];
    setPaging(tab, { ...before, phase: 'loading' });
    const askedAt = sessions.get().revision;
    try {
      const answer = await fetchPage(queryFor(tab, cursor));
      const first = cursor === null;
      const next = answer.next ?? null;
      const page = { tab, sessions: answer.sessions, first, last: next === null, askedAt };
      sessions.update((state) => withPage(state, page, me));
      setPaging(tab, { phase: 'ready', next });
    } catch {
      setPaging(tab, { ...before, phase: 'failed' });
    }
  }

  function open(tab: Tab): void {
    opened = tab;
    const { phase } = paging.get()[tab];
    if (!comesWithSnapshot(tab) && (phase === 'new' || phase === 'failed')) void load(tab, null);
  }

  return {
    me,
    sessions,
    paging,
    merge: (found) => sessions.update((state) => merged(state, found)),
    snapshot: (found) => {
      sessions.update((state) => withSnapshot(state, found, me));
      // What changed in the other tabs while nobody told us shows when they are loaded anew.
      const ready: Paging = { phase: 'ready', next: null };
      paging.set({ ...NOTHING_LOADED, waiting: ready, mine: ready });
      open(opened);
    },
    open,
    more: (tab) => {
      const { phase, next } = paging.get()[tab];
      if (phase === 'failed' || (phase === 'ready' && next !== null)) void load(tab, next);
    },
  };
}

function comesWithSnapshot(tab: Tab): boolean {
  return tab === 'waiting' || tab === 'mine';
}

function queryFor(tab: Tab, cursor: string | null): SessionQuery {
  return { status: TAB_STATUS[tab], limit: PAGE_SIZE, ...(cursor !== null && { cursor }) };
}
