/** How the head of a conversation (who serves, which epoch) follows from its entries. */

import type { EntryEvent, StatusChangeEvent } from './events';
import type { AgentRef, SessionView } from './session';

/** Whichever of the two views is newer; of two equally new ones the second. */
export function sessionNewer(known: SessionView | null, seen: SessionView): SessionView {
  if (known === null || known.epoch < seen.epoch) return seen;
  if (known.epoch > seen.epoch) return known;
  return known.last_seq > seen.last_seq ? known : seen;
}

/** The session after `entry`. Every change of hands raises the epoch, so a late entry of a past one changes nothing. */
export function sessionAfter(session: SessionView | null, entry: EntryEvent): SessionView | null {
  if (session === null) return null;
  const last_seq = Math.max(session.last_seq, entry.seq);
  const counted = last_seq === session.last_seq ? session : { ...session, last_seq, updated_at: entry.timestamp };
  if (entry.payload.epoch < session.epoch) return counted;
  switch (entry.type) {
    case 'status_change':
      return afterStatusChange(counted, entry);
    case 'assignment': {
      const { epoch, to_agent_id: id, to_agent_name: name } = entry.payload;
      return { ...counted, epoch, agent: { id, name } };
    }
    default:
      return counted;
  }
}

function afterStatusChange(session: SessionView, { payload, timestamp }: StatusChangeEvent): SessionView {
  const { status, epoch, reason } = payload;
  switch (payload.action) {
    case 'escalate':
      return { ...session, status, epoch, escalation: { reason: reason ?? 'manual', at: timestamp } };
    case 'takeover':
      return { ...session, status, epoch, agent: agentOf(payload) ?? session.agent };
    case 'release':
    case 'close':
      return { ...session, status, epoch, agent: null, escalation: null };
    case 'reopen':
      return { ...session, status, epoch };
  }
}

function agentOf({ agent_id: id, agent_name: name }: StatusChangeEvent['payload']): AgentRef | null {
  return id === undefined ? null : { id, name: name ?? '' };
}
