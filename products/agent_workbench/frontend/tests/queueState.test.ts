import type { SessionView } from '@baton/client';
import { describe, expect, it } from 'vitest';
import { EMPTY_QUEUE, listOf, merged, withPage, withSnapshot, type Page, type Tab } from '../src/queue/queueState';

const ME = 'a1';

function session(name: string, change: Partial<SessionView> = {}): SessionView {
  return {
    session_name: name,
    status: 'pending_manual',
    language: 'en',
    epoch: 1,
    last_seq: 1,
    created_at: 0,
    updated_at: 100,
    agent: null,
    escalation: null,
    ...change,
  };
}

const mine = { status: 'manual_live', agent: { id: ME, name: 'Mina' } } as const;
const names = (state: typeof EMPTY_QUEUE, tab: Tab) => listOf(state, tab, ME).map((one) => one.session_name);

describe('merged', () => {
  it('keeps the summary with the higher last_seq, in whatever order they come', () => {
    const older = session('s', { last_seq: 4 });
    const newer = session('s', { last_seq: 5, ...mine });
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      const state = order.reduce((queue, one) => merged(queue, [one]), EMPTY_QUEUE);
      expect(names(state, 'waiting')).toEqual([]);
      expect(names(state, 'mine')).toEqual(['s']);
    }
  });

  it('of equal last_seq keeps the later updated_at', () => {
    const early = session('s', { updated_at: 100, preview: 'early' });
    const late = session('s', { updated_at: 101, preview: 'late' });
    expect(listOf(merged(merged(EMPTY_QUEUE, [late]), [early]), 'waiting', ME)[0]?.preview).toBe('late');
    expect(listOf(merged(merged(EMPTY_QUEUE, [early]), [late]), 'waiting', ME)[0]?.preview).toBe('late');
  });

  it('shows a session once however often it is named', () => {
    const state = merged(merged(EMPTY_QUEUE, [session('s'), session('s')]), [session('s')]);
    expect(names(state, 'waiting')).toEqual(['s']);
  });
});

describe('withSnapshot', () => {
  it('replaces what waits and what is mine', () => {
    const before = merged(EMPTY_QUEUE, [session('gone'), session('also gone', mine), session('stays')]);
    const state = withSnapshot(before, [session('stays'), session('new', mine)], ME);
    expect(names(state, 'waiting')).toEqual(['stays']);
    expect(names(state, 'mine')).toEqual(['new']);
  });

  it('leaves the sessions of the AI and of others alone', () => {
    const before = merged(EMPTY_QUEUE, [session('ai', { status: 'bot_active' })]);
    expect(names(withSnapshot(before, [], ME), 'ai')).toEqual(['ai']);
  });

  it('does not let an older summary bring back what it removed', () => {
    const state = withSnapshot(merged(EMPTY_QUEUE, [session('s', { last_seq: 5 })]), [], ME);
    expect(names(merged(state, [session('s', { last_seq: 4 })]), 'waiting')).toEqual([]);
  });

  it('lets the server bring it back, with the same stamp or a newer one', () => {
    const state = withSnapshot(merged(EMPTY_QUEUE, [session('s', { last_seq: 5 })]), [], ME);
    expect(names(merged(state, [session('s', { last_seq: 5 })]), 'waiting')).toEqual(['s']);
    expect(names(merged(state, [session('s', { last_seq: 6 })]), 'waiting')).toEqual(['s']);
  });

  it('does not undo what a call has answered meanwhile', () => {
    const taken = merged(EMPTY_QUEUE, [session('s', { last_seq: 6, ...mine })]);
    const state = withSnapshot(taken, [session('s', { last_seq: 5 })], ME);
    expect(names(state, 'mine')).toEqual(['s']);
  });
});

describe('withPage', () => {
  const ai = (name: string, at: number) => session(name, { status: 'bot_active', updated_at: at });
  const page = (change: Partial<Page>): Page => ({
    tab: 'ai',
    sessions: [],
    first: true,
    last: false,
    askedAt: 1,
    ...change,
  });

  it('removes what the first page would have named', () => {
    const before = merged(EMPTY_QUEUE, [ai('left', 50), ai('beyond the page', 10)]);
    const state = withPage(before, page({ sessions: [ai('top', 60), ai('bottom', 40)] }), ME);
    expect(names(state, 'ai')).toEqual(['top', 'bottom', 'beyond the page']);
  });

  it('removes everything unnamed when there is one page only', () => {
    const before = merged(EMPTY_QUEUE, [ai('left', 10)]);
    expect(names(withPage(before, page({ sessions: [ai('top', 60)], last: true }), ME), 'ai')).toEqual(['top']);
  });

  it('keeps what was heard of after the page was asked for', () => {
    const asked = merged(EMPTY_QUEUE, []);
    const before = merged(asked, [ai('came meanwhile', 70)]);
    const state = withPage(before, page({ sessions: [ai('top', 60)], last: true, askedAt: asked.revision }), ME);
    expect(names(state, 'ai')).toEqual(['came meanwhile', 'top']);
  });

  it('only adds with a further page', () => {
    const before = merged(EMPTY_QUEUE, [ai('a', 60)]);
    const state = withPage(before, page({ sessions: [ai('b', 40)], first: false, last: true }), ME);
    expect(names(state, 'ai')).toEqual(['a', 'b']);
  });
});

describe('listOf', () => {
  it('orders waiting sessions by the longest wait', () => {
    const waits = (name: string, at: number) =>
      session(name, { escalation: { reason: 'keyword', at }, updated_at: 1000 - at });
    const state = merged(EMPTY_QUEUE, [waits('second', 20), waits('first', 10), waits('third', 30)]);
    expect(names(state, 'waiting')).toEqual(['first', 'second', 'third']);
  });

  it('tells my sessions from those of others', () => {
    const other = session('theirs', { status: 'manual_live', agent: { id: 'a2', name: 'Jonas' } });
    const state = merged(EMPTY_QUEUE, [other, session('ours', mine)]);
    expect(names(state, 'mine')).toEqual(['ours']);
    expect(names(state, 'others')).toEqual(['theirs']);
  });
});
