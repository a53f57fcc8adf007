import type { SessionView } from '@baton/client';
import { tabOf } from './queueState';

/** Waiting and own sessions call for attention until looked at; others only when they went on since. */
export function isUnread(session: SessionView, seenUpTo: number | undefined, me: string): boolean {
  if (seenUpTo !== undefined) return session.last_seq > seenUpTo;
  const tab = tabOf(session, me);
  return tab === 'waiting' || tab === 'mine';
}
