import type { EntryEvent, VisibleItem } from '@baton/client';
import { createTranslator } from '@baton/ui';
import { describe, expect, it } from 'vitest';
import { widgetStrings } from '../src/widget/strings';
import { choicesOf, lineFor, unreadAfter } from '../src/widget/timeline';

const t = createTranslator('en', widgetStrings);
const envelope = { timestamp: 0, source: 'system', seq: 1 } as const;

describe('lineFor', () => {
  it('says once that a person came, and that another took over', () => {
    const takeover = {
      action: 'takeover',
      status: 'manual_live',
      previous: 'pending_manual',
      epoch: 2,
      agent_name: 'Maya',
    } as const;
    const to = { to_agent_id: 'a2', to_agent_name: 'Tom', epoch: 3 };
    expect(lineFor({ ...envelope, type: 'status_change', payload: takeover }, t)).toBe(
      'Maya has joined the conversation',
    );
    const first = { ...to, from_agent_id: null, from_agent_name: null };
    expect(lineFor({ ...envelope, type: 'assignment', payload: first }, t)).toBeNull();
    const second = { ...to, from_agent_id: 'a1', from_agent_name: 'Maya' };
    expect(lineFor({ ...envelope, type: 'assignment', payload: second }, t)).toBe(
      'Tom has taken over the conversation',
    );
  });

  it("repeats the server's own words, and does not say the same twice", () => {
    const notice = { role: 'system', content: 'Our colleague has left.', code: 'released', epoch: 4 } as const;
    const release = { action: 'release', status: 'bot_active', previous: 'manual_live', epoch: 4 } as const;
    expect(lineFor({ ...envelope, type: 'system', payload: notice }, t)).toBe('Our colleague has left.');
    expect(lineFor({ ...envelope, type: 'status_change', payload: release }, t)).toBeNull();
  });
});

it('counts as unread what somebody else said', () => {
  const said = (seq: number, role: 'user' | 'assistant'): EntryEvent => ({
    ...envelope,
    seq,
    type: 'new_message',
    payload: { role, content: 'x', epoch: 1 },
  });
  expect(unreadAfter([said(1, 'assistant'), said(2, 'user'), said(3, 'assistant')], 1)).toBe(1);
});

it('offers choices until something is said after them', () => {
  const entry = (seq: number, role: 'user' | 'assistant', choices: readonly string[] = []): VisibleItem => ({
    kind: 'entry',
    key: String(seq),
    entry: { ...envelope, seq, type: 'new_message', payload: { role, content: 'x', epoch: 1, choices } },
  });
  const asked = entry(2, 'assistant', ['Warranty', 'Returns']);
  const typing: VisibleItem = { kind: 'typing', key: 't', typist: { role: 'user', name: '', until: 0 } };
  expect(choicesOf([entry(1, 'user'), asked])).toEqual(['Warranty', 'Returns']);
  expect(choicesOf([asked, typing])).toEqual(['Warranty', 'Returns']);
  expect(choicesOf([asked, entry(3, 'user')])).toEqual([]);
  expect(choicesOf([entry(1, 'user'), entry(2, 'assistant')])).toEqual([]);
  expect(choicesOf([])).toEqual([]);
});
