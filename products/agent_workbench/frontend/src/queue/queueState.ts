import type { SessionView as Session, Status } from '@baton/client';
import { wholeSession } from '../api/workbenchApi';

/** One known session. A hidden one keeps its stamp, so that a late, older summary cannot bring it back. */
interface Known {
  session: Session;
  hidden: boolean;
  /** The `revision` of the queue at which the server last said so. */
  confirmedAt: number;
}

/** Every session that the workbench has heard of; the tabs are views of it. */
export interface QueueState {
  known: ReadonlyMap<string, Known>;
  revision: number;
}

export type Tab = 'waiting' | 'mine' | 'others' | 'ai' | 'closed';

export const TABS: readonly Tab[] = ['waiting', 'mine', 'others', 'ai', 'closed'];

export const TAB_STATUS: Record<Tab, Status> = {
  waiting: 'pending_manual',
  mine: 'manual_live',
  others: 'manual_live',
  ai: 'bot_active',
  closed: 'closed',
};

export const EMPTY_QUEUE: QueueState = { known: new Map(), revision: 0 };

export function tabOf(session: Session, me: string): Tab {
  switch (session.status) {
    case 'pending_manual':
      return 'waiting';
    case 'manual_live':
      return session.agent?.id === me ? 'mine' : 'others';
    case 'bot_active':
      return 'ai';
    case 'closed':
      return 'closed';
  }
}

/** Whether `a` is a later word on the session than `b`. */
function newer(a: Session, b: Session): boolean {
  return a.last_seq !== b.last_seq ? a.last_seq > b.last_seq : a.updated_at > b.updated_at;
}

/** Summaries in any order, however often: of each session the newest stays. */
export function merged(state: QueueState, sessions: readonly Session[]): QueueState {
  const known = new Map(state.known);
  const revision = state.revision + 1;
  for (const session of sessions.map(wholeSession)) {
    const before = known.get(session.session_name);
    const kept = before && !newer(session, before.session) ? before.session : session;
    // An equal stamp is as good as new: it is what the server says now, so it shows a hidden session again.
    const outdated = before !== undefined && newer(before.session, session);
    known.set(session.session_name, {
      session: kept,
      hidden: outdated && before.hidden,
      confirmedAt: outdated ? before.confirmedAt : revision,
    });
  }
  return { known, revision };
}

/**
 * All that waits and all that `me` serves, as of now: what was in those two sets and is not named any more has left
 * them while nobody told us.
 */
export function withSnapshot(state: QueueState, sessions: readonly Session[], me: string): QueueState {
  return hiding(merged(state, sessions), sessions, ({ session }) => {
    const tab = tabOf(session, me);
    return tab === 'waiting' || tab === 'mine';
  });
}

/** One page of a tab as the server answered it. */
export interface Page {
  tab: Tab;
  sessions: readonly Session[];
  /** The first page, which also says what is not in the tab any more. */
  first: boolean;
  last: boolean;
  /** The revision when the page was asked for: what was confirmed later is not in question. */
  askedAt: number;
}

export function withPage(state: QueueState, page: Page, me: string): QueueState {
  const next = merged(state, page.sessions);
  if (!page.first) return next;
  const reach = page.last ? -Infinity : Math.min(...page.sessions.map((session) => session.updated_at));
  return hiding(
    next,
    page.sessions,
    ({ session, confirmedAt }) =>
      tabOf(session, me) === page.tab && confirmedAt <= page.askedAt && session.updated_at > reach,
  );
}

function hiding(state: QueueState, named: readonly Session[], gone: (entry: Known) => boolean): QueueState {
  const names = new Set(named.map((session) => session.session_name));
  const known = new Map(state.known);
  for (const [name, entry] of state.known) {
    if (!names.has(name) && gone(entry)) known.set(name, { ...entry, hidden: true });
  }
  return { known, revision: state.revision };
}

/** The sessions of a tab in the order in which an agent wants them. */
export function listOf(state: QueueState, tab: Tab, me: string): Session[] {
  const sessions: Session[] = [];
  for (const { session, hidden } of state.known.values()) {
    if (!hidden && tabOf(session, me) === tab) sessions.push(session);
  }
  return sessions.sort(tab === 'waiting' ? byWait : byChange);
}

export function waitingSince(session: Session): number {
  return session.escalation?.at ?? session.updated_at;
}

function byWait(a: Session, b: Session): number {
  return waitingSince(a) - waitingSince(b) || byName(a, b);
}

function byChange(a: Session, b: Session): number {
  return b.updated_at - a.updated_at || byName(a, b);
}

function byName(a: Session, b: Session): number {
  return a.session_name < b.session_name ? -1 : 1;
}
