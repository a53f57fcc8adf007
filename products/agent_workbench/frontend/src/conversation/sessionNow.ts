import type { SessionView } from '@baton/client';
import { wholeSession } from '../api/workbenchApi';

/**
 * The session as both sources together know it: the queue's summary and the head that the conversation's own stream
 * makes. Whichever is further along says who serves; the stream's entries do not tell how urgent an escalation is, the
 * summary does.
 */
export function sessionNow(summary: SessionView | undefined, head: SessionView | null): SessionView | null {
  if (head === null) return summary ?? null;
  const live = wholeSession(head);
  if (summary === undefined) return live;
  if (summary.epoch > live.epoch || (summary.epoch === live.epoch && summary.last_seq >= live.last_seq)) return summary;
  const told = live.escalation?.severity === undefined && summary.epoch === live.epoch ? summary.escalation : null;
  return { ...summary, ...live, escalation: live.escalation && (told ?? live.escalation) };
}

export interface Rights {
  mine: boolean;
  takeover: boolean;
  /** Release and transfer. */
  handOver: boolean;
  close: boolean;
}

/** What this agent may do in the session; the server has the last word. */
export function rightsIn(session: SessionView, agent: { id: string; role: string }): Rights {
  const { status } = session;
  const live = status === 'manual_live';
  const mine = live && session.agent?.id === agent.id;
  const serves = mine || (live && agent.role === 'admin');
  return {
    mine,
    takeover: status === 'bot_active' || status === 'pending_manual',
    handOver: serves,
    close: live ? serves : status !== 'closed',
  };
}
