import {
  EMPTY_CONVERSATION,
  reduce,
  type BatonEvent,
  type ConversationState,
  type EntryEvent,
  type SystemEvent,
} from '@baton/client';
import { describe, expect, it } from 'vitest';
import { lineText } from '../src/conversation/lineText';
import { rowsOf } from '../src/conversation/rows';
import { TEXTS } from '../src/i18n/language';
import { previewText } from '../src/queue/preview';

const ME = 'a1';
const NOON = new Date('2026-03-01T12:00:00').getTime() / 1000;

function entry(seq: number, type: EntryEvent['type'], payload: object, at = NOON + seq): EntryEvent {
  return { type, payload: { epoch: 1, ...payload }, timestamp: at, source: 'system', session_name: 's', seq } as EntryEvent;
}

const folded = (...events: BatonEvent[]): ConversationState =>
  events.reduce((state, event) => reduce(state, event), EMPTY_CONVERSATION);

const user = (seq: number, at?: number) => entry(seq, 'new_message', { role: 'user', content: `${seq}` }, at);
const by = (id: string, name: string) => ({ agent_id: id, agent_name: name });

describe('rowsOf', () => {
  it('separates days', () => {
    const rows = rowsOf(folded(user(1, NOON - 86_400), user(2, NOON), user(3, NOON + 1)), ME);
    expect(rows.map((row) => row.kind)).toEqual(['day', 'message', 'day', 'message', 'message']);
  });

  it('joins what one speaker says in a row', () => {
    const answer = entry(3, 'new_message', { role: 'assistant', content: 'a' });
    const rows = rowsOf(folded(user(1), user(2), answer), ME).filter((row) => row.kind === 'message');
    expect(rows.map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });

  it('gives a message that is being sent the speaker of the entry it becomes', () => {
    const said = entry(1, 'manual_message', { role: 'agent', content: 'one', ...by(ME, 'Mina') });
    const pending = { client_message_id: 'c', kind: 'message', text: 'two', created_at: NOON + 2, state: 'sending' } as const;
    const rows = rowsOf({ ...folded(said), pending: [pending] }, ME);
    expect(rows.at(-1)).toMatchObject({ kind: 'message', key: 'm:c', first: false });
  });

  it('leaves out the assignment that only repeats a takeover, and keeps a transfer', () => {
    const takeover = entry(1, 'assignment', { to_agent_id: ME, from_agent_id: null, ...by(ME, 'Mina') });
    const transfer = entry(2, 'assignment', { to_agent_id: 'a2', from_agent_id: ME, ...by(ME, 'Mina') });
    const rows = rowsOf(folded(takeover, transfer), ME);
    expect(rows.flatMap((row) => (row.kind === 'line' ? row.entry.seq : []))).toEqual([2]);
  });
});

describe('lineText', () => {
  const change = (action: string, more: object = {}) =>
    entry(1, 'status_change', { action, status: 'bot_active', previous: 'manual_live', ...more });

  it('says who, and "you" to the one who did it', () => {
    const taken = change('takeover', by('a2', 'Jonas'));
    expect(lineText(taken, ME, TEXTS.en.t)).toBe('Jonas took over');
    expect(lineText(taken, 'a2', TEXTS.en.t)).toBe('You took over');
  });

  it('speaks Chinese', () => {
    expect(lineText(change('release', by('a2', '陈美玲')), ME, TEXTS.zh.t)).toBe('陈美玲 已结束服务，AI 重新接管');
  });

  it('knows a close by the customer from one by an agent', () => {
    expect(lineText(change('close'), ME, TEXTS.en.t)).toBe('The conversation was closed');
    expect(lineText(change('close', by('a2', 'Jonas')), ME, TEXTS.en.t)).toBe('Jonas closed the conversation');
  });
});

describe('an escalation', () => {
  const change = entry(5, 'status_change', { action: 'escalate', status: 'pending_manual', reason: 'keyword', epoch: 2 });
  const told = { role: 'system', code: 'escalation', reason: 'keyword', rule: 'alarm', severity: 'high', matched_seq: 3 };
  const grounds = entry(4, 'system', { ...told, epoch: 2 }) as SystemEvent;

  it('is one line, with what it stands on', () => {
    const lines = rowsOf(folded(user(3), grounds, change), ME).filter((row) => row.kind === 'line');
    expect(lines).toEqual([{ kind: 'line', key: 'e:5', entry: change, grounds }]);
  });

  it('may be known without that', () => {
    const later = entry(6, 'status_change', { ...change.payload, epoch: 4 });
    const lines = rowsOf(folded(grounds, later), ME).filter((row) => row.kind === 'line');
    expect(lines).toEqual([{ kind: 'line', key: 'e:6', entry: later }]);
  });

  it('says why, how urgent it is, and because of what', () => {
    expect(lineText(change, ME, TEXTS.en.t)).toBe('The customer waits for a person · Keyword');
    expect(lineText(change, ME, TEXTS.en.t, grounds)).toBe(
      'The customer waits for a person · Keyword · Alarming words · Urgent · because of',
    );
    expect(lineText(change, ME, TEXTS.zh.t, grounds)).toMatch(/依据消息$/);
  });

  it('says nothing twice', () => {
    const asked = entry(5, 'status_change', { action: 'escalate', reason: 'user_request', epoch: 2 });
    const because = entry(4, 'system', { ...told, rule: 'asks_for_person', severity: 'normal' }) as SystemEvent;
    expect(lineText(asked, ME, TEXTS.en.t, because)).toBe(
      'The customer waits for a person · Asked for a person · because of',
    );
  });
});

describe('a better packet', () => {
  it('is no line and parts nothing that was said', () => {
    const packet = entry(2, 'system', { role: 'system', code: 'packet' });
    const rows = rowsOf(folded(user(1), packet, user(3)), ME);
    expect(rows.map((row) => row.kind)).toEqual(['day', 'message', 'message']);
    expect(rows.at(-1)).toMatchObject({ first: false });
  });
});

describe('what the AI looked up', () => {
  const looked = entry(1, 'system', {
    role: 'system',
    code: 'lookups',
    tools: [
      { name: 'look_up_order', arguments: { number: 'AM20451' }, outcome: 'found' },
      { name: 'search', arguments: {}, outcome: '3 entries' },
    ],
  });

  it('is a line of its own', () => {
    expect(rowsOf(folded(looked), ME).at(-1)).toMatchObject({ kind: 'line', entry: { seq: 1 } });
    expect(lineText(looked, ME, TEXTS.en.t)).toBe(
      'The AI looked up: Order (AM20451) → found · search → 3 found',
    );
    expect(lineText(looked, ME, TEXTS.zh.t)).toBe('AI 查询了：订单 (AM20451) → 已找到 · search → 找到 3 条');
  });

  it('says which engines had no answer', () => {
    const failed = { role: 'system', code: 'lookups', tools: [], failed: ['openai'] };
    expect(lineText(entry(1, 'system', failed), ME, TEXTS.en.t)).toBe('No answer from: openai');
    const both = entry(1, 'system', { ...looked.payload, failed: ['openai'] });
    expect(lineText(both, ME, TEXTS.en.t)).toMatch(/^No answer from: openai · The AI looked up: Order/);
  });

  it('is not taken for something the customer was told', () => {
    const told = entry(2, 'system', { role: 'system', code: 'escalated', content: 'A colleague has been asked.' });
    expect(lineText(told, ME, TEXTS.en.t)).toBe('The customer was told: A colleague has been asked.');
  });
});

describe('previewText', () => {
  it('never shows the wire format of a card, whole or cut off', () => {
    expect(previewText('Here:\n[PRODUCT]|Trail Lamp|1|£2|Sent|||[/PRODUCT] ok')).toBe('Here: ▣ Trail Lamp ok');
    expect(previewText('Here: [PRODUCT]https://img.example/a.p')).toBe('Here:');
  });
});
