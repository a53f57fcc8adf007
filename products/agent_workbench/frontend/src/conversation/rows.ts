import {
  isMessage,
  visibleItems,
  type ConversationState,
  type EntryEvent,
  type MessageEvent,
  type SystemEvent,
  type VisibleItem,
} from '@baton/client';
import { dayKey } from '../common/format';

/** One row of the conversation as it is drawn. */
export type Row =
  | { kind: 'day'; key: string; at: number }
  /** `grounds` is what agents are told besides, of an escalation. */
  | { kind: 'line'; key: string; entry: EntryEvent; grounds?: SystemEvent }
  /** `first` and `last` of an uninterrupted stretch by one speaker: the first says who, the last says when. */
  | { kind: 'message'; key: string; item: MessageItem; first: boolean; last: boolean }
  | { kind: 'typing'; key: string; item: Extract<VisibleItem, { kind: 'typing' }> };

export type MessageItem =
  | { kind: 'entry'; key: string; entry: MessageEvent }
  | Extract<VisibleItem, { kind: 'pending' | 'draft' }>;

const STRETCH_S = 300;

export function rowsOf(state: ConversationState, me: string): Row[] {
  const rows: Row[] = [];
  let day = '';
  let before: Stretch | null = null;
  let grounds: SystemEvent | undefined;
  for (const item of visibleItems(state)) {
    if (item.kind === 'typing') {
      rows.push({ kind: 'typing', key: item.key, item });
      continue;
    }
    // What is being written belongs to the moment of what was said last.
    const at: number = timeOf(item) ?? before?.at ?? 0;
    if (item.kind !== 'draft' && dayKey(at) !== day) {
      day = dayKey(at);
      before = null;
      rows.push({ kind: 'day', key: `d:${day}:${item.key}`, at });
    }
    const message = messageIn(item);
    if (message === null) {
      if (item.kind !== 'entry') continue;
      const { entry } = item;
      if (isGrounds(entry)) grounds = entry;
      if (!isWorthALine(entry)) continue;
      before = null;
      rows.push({ kind: 'line', key: item.key, entry, ...(isEscalationOn(grounds, entry) && { grounds }) });
      continue;
    }
    before = appended(rows, message, at, speakerOf(message, me), before);
  }
  return rows;
}

interface Stretch {
  speaker: string;
  at: number;
  row: Extract<Row, { kind: 'message' }>;
}

function appended(rows: Row[], item: MessageItem, at: number, speaker: string, before: Stretch | null): Stretch {
  const goesOn = before !== null && before.speaker === speaker && at - before.at < STRETCH_S;
  if (goesOn) before.row.last = false;
  const row: Stretch['row'] = { kind: 'message', key: item.key, item, first: !goesOn, last: true };
  rows.push(row);
  return { speaker, at, row };
}

type TimedItem = Exclude<VisibleItem, { kind: 'typing' }>;

function timeOf(item: TimedItem): number | null {
  switch (item.kind) {
    case 'entry':
      return item.entry.timestamp;
    case 'pending':
      return item.message.created_at;
    case 'draft':
      return null;
  }
}

function messageIn(item: TimedItem): MessageItem | null {
  if (item.kind !== 'entry') return item;
  return isMessage(item.entry) ? { kind: 'entry', key: item.key, entry: item.entry } : null;
}

/** A message that is being sent has the same speaker as the entry that it becomes. */
function speakerOf(item: MessageItem, me: string): string {
  switch (item.kind) {
    case 'entry': {
      const { type, payload } = item.entry;
      const agent = 'agent_id' in payload ? payload.agent_id : undefined;
      return `${type === 'note' ? 'note' : payload.role} ${agent ?? ''}`;
    }
    case 'pending':
      return `${item.message.kind === 'note' ? 'note' : 'agent'} ${me}`;
    case 'draft':
      return 'assistant ';
  }
}

/** Why a person is called: a part of the line that says that one is. */
function isGrounds(entry: EntryEvent): entry is SystemEvent {
  return entry.type === 'system' && entry.payload.code === 'escalation';
}

function isEscalationOn(grounds: SystemEvent | undefined, { type, payload }: EntryEvent): grounds is SystemEvent {
  return type === 'status_change' && payload.action === 'escalate' && payload.epoch === grounds?.payload.epoch;
}

/** What an escalation stands on is said with it, and a packet is shown beside the conversation. */
const WITHOUT_A_LINE: ReadonlySet<string> = new Set(['escalation', 'packet']);

/** A takeover is followed by the assignment to the same agent, which says nothing new. (HTTP may leave a null out.) */
function isWorthALine(entry: EntryEvent): boolean {
  if (entry.type === 'system') return !WITHOUT_A_LINE.has(entry.payload.code);
  if (entry.type !== 'assignment') return true;
  const { from_agent_id, to_agent_id, agent_id } = entry.payload;
  return !(from_agent_id == null && to_agent_id === agent_id);
}
