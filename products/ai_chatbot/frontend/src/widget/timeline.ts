import type { EntryEvent, SessionView, VisibleItem } from '@baton/client';
import type { Translate } from './strings';

/** What happened, in the customer's words; null for what they need not be told. */
export function lineFor(entry: EntryEvent, t: Translate): string | null {
  switch (entry.type) {
    case 'system':
      return entry.payload.content ?? null;
    case 'status_change':
      return statusLine(entry.payload, t);
    case 'assignment':
      // Taking over from nobody is said by the status change already.
      return entry.payload.from_agent_id === null ? null : t('event.transfer', { name: entry.payload.to_agent_name });
    default:
      return null;
  }
}

function statusLine(payload: Extract<EntryEvent, { type: 'status_change' }>['payload'], t: Translate): string | null {
  switch (payload.action) {
    case 'takeover':
      return t('event.takeover', { name: payload.agent_name ?? t('agent.unnamed') });
    case 'close':
      return t('event.close');
    case 'reopen':
      return t('event.reopen');
    case 'escalate':
    case 'release':
      // A system message says so, or the assistant did, in the customer's language.
      return null;
  }
}

/** Who is named above a bubble; undefined for the customer's own. */
export function authorOf(item: VisibleItem, t: Translate): string | undefined {
  if (item.kind === 'draft') return t('role.assistant');
  if (item.kind !== 'entry') return undefined;
  const { entry } = item;
  if (entry.type === 'manual_message' && entry.payload.role === 'agent') {
    return entry.payload.agent_name ?? t('agent.unnamed');
  }
  return entry.type === 'new_message' && entry.payload.role === 'assistant' ? t('role.assistant') : undefined;
}

export function timeOf(item: VisibleItem): number | undefined {
  if (item.kind === 'entry') return item.entry.timestamp;
  return item.kind === 'pending' ? item.message.created_at : undefined;
}

/** Messages after `seq` that somebody else wrote. */
export function unreadAfter(entries: readonly EntryEvent[], seq: number): number {
  return entries.filter(
    (entry) =>
      entry.seq > seq &&
      (entry.type === 'new_message' || entry.type === 'manual_message') &&
      entry.payload.role !== 'user',
  ).length;
}

/** What the last answer offers to choose from; nothing once anything was said after it. */
export function choicesOf(items: readonly VisibleItem[]): readonly string[] {
  const last = items.findLast((item) => item.kind !== 'typing');
  if (last?.kind !== 'entry' || last.entry.type !== 'new_message') return [];
  return last.entry.payload.choices ?? [];
}

export function mayAskForPerson(session: SessionView | null): boolean {
  return session === null || session.status === 'bot_active';
}
