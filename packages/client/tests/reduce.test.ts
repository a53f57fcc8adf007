import { describe, expect, it } from 'vitest';
import {
  type BatonEvent,
  type ConversationState,
  EMPTY_CONVERSATION,
  packetIn,
  prependPage,
  reduce,
  visibleItems,
} from '../src';
import { withoutStaleTyping, withPending, withSession } from '../src/reduce';
import {
  assigned,
  briefed,
  connected,
  delta,
  escalated,
  history,
  interrupted,
  pending,
  released,
  said,
  saidByAgent,
  session,
  takenOver,
  typing,
} from './samples';

function folded(...events: BatonEvent[]): ConversationState {
  return events.reduce((state, event) => reduce(state, event, 0), EMPTY_CONVERSATION);
}

const seqs = (state: ConversationState): number[] => state.entries.map((entry) => entry.seq);
const texts = (state: ConversationState): string[] =>
  state.entries.map((entry) => ('content' in entry.payload ? entry.payload.content : ''));

describe('entries', () => {
  it('stand in the order of their numbers, each once, however they come', () => {
    expect(seqs(folded(said(2, 'b'), said(1, 'a'), said(4, 'd'), said(2, 'b'), said(3, 'c')))).toEqual([1, 2, 3, 4]);
  });

  it('leave holes where numbers are for agents only', () => {
    expect(seqs(folded(said(1, 'a'), said(5, 'b')))).toEqual([1, 5]);
  });

  it('change nothing when they come again', () => {
    const state = folded(connected(), said(1, 'a'));
    expect(reduce(state, said(1, 'a'))).toBe(state);
  });
});

describe('history', () => {
  it('fills an empty screen', () => {
    const state = folded(connected(), history([said(1, 'a'), said(2, 'b')], true));
    expect(seqs(state)).toEqual([1, 2]);
    expect(state.hasOlder).toBe(true);
  });

  it('may come again without doubling anything', () => {
    const page = history([said(1, 'a'), said(2, 'b')]);
    expect(texts(folded(page, said(3, 'c'), page))).toEqual(['a', 'b', 'c']);
  });

  it('replaces what it covers and keeps what is newer', () => {
    const state = folded(said(1, 'old'), said(2, 'gone'), said(9, 'newer'), history([said(1, 'a'), said(3, 'c')]));
    expect(texts(state)).toEqual(['a', 'c', 'newer']);
  });

  it('keeps older pages that join on', () => {
    const first = folded(history([said(5, 'e'), said(6, 'f')], true));
    const paged = prependPage(first, history([said(3, 'c'), said(4, 'd')], true).payload);
    const again = reduce(paged, history([said(5, 'e'), said(6, 'f'), said(7, 'g')], true));
    expect(seqs(again)).toEqual([3, 4, 5, 6, 7]);
    expect(again.hasOlder).toBe(true);
  });

  it('knows that the older pages reached the beginning', () => {
    const first = folded(history([said(5, 'e')], true));
    const paged = prependPage(first, history([said(4, 'd')], false).payload);
    expect(reduce(paged, history([said(5, 'e')], true)).hasOlder).toBe(false);
  });

  it('drops older entries when there may be a gap: they can be paged in again', () => {
    const state = folded(history([said(1, 'a'), said(2, 'b')]), history([said(50, 'y'), said(51, 'z')], true));
    expect(seqs(state)).toEqual([50, 51]);
    expect(state.hasOlder).toBe(true);
  });

  it('keeps what is being sent', () => {
    const state = reduce(withPending(EMPTY_CONVERSATION, pending('m1')), history([said(1, 'a')]));
    expect(state.pending).toHaveLength(1);
  });

  it('acknowledges what it holds', () => {
    const state = withPending(EMPTY_CONVERSATION, pending('m1'));
    expect(reduce(state, history([said(1, 'hello', { client_message_id: 'm1' })])).pending).toEqual([]);
  });
});

describe('reset', () => {
  it('forgets everything but what is being sent', () => {
    const state = withPending(folded(connected(session({ epoch: 9 })), said(7, 'x')), pending('m1'));
    const reset = reduce(state, { type: 'reset', payload: { last_seq: 2 }, timestamp: 0, source: 'system' });
    expect(reset).toEqual({ ...EMPTY_CONVERSATION, pending: state.pending });
    expect(reduce(reset, history([said(1, 'a')])).session?.epoch).toBe(1);
  });
});

describe('optimistic messages', () => {
  it('become the entry with the same client_message_id, in the same bubble', () => {
    const before = withPending(folded(said(1, 'a')), pending('m1'));
    const after = reduce(before, said(2, 'hello', { client_message_id: 'm1' }));
    expect(visibleItems(before).map((item) => item.key)).toEqual(['e:1', 'm:m1']);
    expect(visibleItems(after).map((item) => item.key)).toEqual(['e:1', 'm:m1']);
    expect(after.pending).toEqual([]);
  });

  it('stay when another with the same text arrives', () => {
    const state = withPending(EMPTY_CONVERSATION, pending('m1', 'hello'));
    expect(reduce(state, said(1, 'hello', { client_message_id: 'm2' })).pending).toHaveLength(1);
  });

  it('stand below everything that was said', () => {
    const state = reduce(withPending(EMPTY_CONVERSATION, pending('m1')), saidByAgent(1, 'first'));
    expect(visibleItems(state).map((item) => item.kind)).toEqual(['entry', 'pending']);
  });
});

describe('the draft', () => {
  it('grows by what joins on', () => {
    expect(folded(connected(), delta(0, 'Hel'), delta(3, 'lo')).draft?.text).toBe('Hello');
  });

  it('counts code points', () => {
    expect(folded(connected(), delta(0, '🚲您'), delta(2, '好')).draft?.text).toBe('🚲您好');
  });

  it('ignores repeats, and everything after a gap', () => {
    expect(folded(connected(), delta(0, 'ab'), delta(0, 'ab'), delta(3, 'd'), delta(1, 'b')).draft?.text).toBe('ab');
  });

  it('does not begin in the middle', () => {
    expect(folded(connected(), delta(4, 'middle')).draft).toBeNull();
  });

  it('is replaced by a newer reply, whose beginning may be missing', () => {
    expect(folded(connected(), delta(0, 'old'), delta(0, 'new', 'r2')).draft?.text).toBe('new');
    expect(folded(connected(), delta(0, 'old'), delta(5, 'new', 'r2')).draft).toBeNull();
  });

  it('does not come back by a straggler of the older reply', () => {
    const state = folded(connected(), delta(0, 'old'), delta(0, 'new', 'r2'), delta(3, 'er'), delta(0, 'old'));
    expect(state.draft?.text).toBe('new');
  });

  it('becomes the message with its reply_id, in the same bubble, once', () => {
    const before = folded(connected(), delta(0, 'Hel'));
    const after = reduce(before, said(2, 'Hello', { role: 'assistant', reply_id: 'r1' }));
    expect(visibleItems(before).map((item) => item.key)).toEqual(['r:r1']);
    expect(visibleItems(after).map((item) => item.key)).toEqual(['r:r1']);
    expect(reduce(after, delta(0, 'Hel')).draft).toBeNull();
    expect(reduce(after, delta(3, 'lo')).draft).toBeNull();
  });

  it('is gone when a history holds its message', () => {
    const page = history([said(1, 'Hello', { role: 'assistant', reply_id: 'r1' })]);
    expect(folded(connected(), delta(0, 'Hel'), page).draft).toBeNull();
  });

  it('ends with a change of hands, and nothing of the past epoch is shown after it', () => {
    const state = folded(connected(), delta(0, 'Hel'), escalated(1));
    expect(state.draft).toBeNull();
    expect(reduce(state, delta(0, 'Bot talking over a person', 'r2')).draft).toBeNull();
    expect(reduce(state, delta(0, 'Even under the epoch of the person', 'r3', 2)).draft).toBeNull();
  });

  it('ends when the answer of a call shows a newer epoch', () => {
    const state = withSession(folded(connected(), delta(0, 'Hel')), session({ epoch: 3, status: 'manual_live' }));
    expect(state.draft).toBeNull();
  });

  it('of a newer epoch survives the late arrival of the change that allowed it', () => {
    const before = connected(session({ epoch: 3, status: 'manual_live' }));
    expect(folded(before, delta(0, 'Back', 'r2', 4), released(5, 4)).draft?.text).toBe('Back');
  });
});

describe('the session', () => {
  it('follows every change of hands', () => {
    let state = folded(connected(), escalated(1));
    expect(state.session).toMatchObject({ status: 'pending_manual', epoch: 2, escalation: { reason: 'user_request' } });
    state = reduce(state, takenOver(2));
    expect(state.session).toMatchObject({ status: 'manual_live', agent: { id: 'a1', name: 'Maya' } });
    state = reduce(state, assigned(3, { id: 'a2', name: 'Tom' }, 4));
    expect(state.session).toMatchObject({ status: 'manual_live', epoch: 4, agent: { id: 'a2', name: 'Tom' } });
    state = reduce(state, released(4, 5));
    expect(state.session).toMatchObject({ status: 'bot_active', agent: null, escalation: null, last_seq: 4 });
  });

  it('does not go back when entries come late', () => {
    const state = folded(connected(), takenOver(2), escalated(1));
    expect(state.session).toMatchObject({ status: 'manual_live', epoch: 3, last_seq: 2 });
  });

  it('does not flicker while a replay catches up', () => {
    const view = session({ status: 'bot_active', epoch: 4, last_seq: 4 });
    const state = folded(connected(view), escalated(1), takenOver(2));
    expect(state.session?.status).toBe('bot_active');
  });

  it('ignores an older view', () => {
    const state = withSession(
      folded(connected(session({ epoch: 3, last_seq: 9 }))),
      session({ epoch: 2, last_seq: 10 }),
    );
    expect(state.session?.epoch).toBe(3);
  });
});

describe('typing', () => {
  it('shows until it goes stale, is taken back, or the message comes', () => {
    const state = folded(connected(), typing('agent', true));
    expect(visibleItems(state).map((item) => item.kind)).toEqual(['typing']);
    expect(withoutStaleTyping(state, 5_999).typing).toHaveLength(1);
    expect(withoutStaleTyping(state, 6_001).typing).toEqual([]);
    expect(reduce(state, typing('agent', false)).typing).toEqual([]);
    expect(reduce(state, saidByAgent(1, 'here')).typing).toEqual([]);
  });

  it('is one line for each person', () => {
    expect(folded(typing('agent', true), typing('agent', true)).typing).toHaveLength(1);
  });

  it('of the assistant is not shown next to its draft', () => {
    const state = folded(connected(), typing('assistant', true, ''), delta(0, 'Hel'));
    expect(visibleItems(state).map((item) => item.kind)).toEqual(['draft']);
  });
});

it('ignores what it does not know', () => {
  const state = folded(connected());
  expect(reduce(state, { type: 'heartbeat', payload: {}, timestamp: 0, source: 'system' })).toBe(state);
  expect(reduce(state, { type: 'tomorrow', payload: {} } as unknown as BatonEvent)).toBe(state);
});

describe('an interrupted answer', () => {
  const shown = folded(connected(), said(1, 'a?'), delta(0, 'Hel'), delta(3, 'lo wor'));

  it('takes the place of its draft, and the draft does not come back', () => {
    const state = [interrupted(2, 'Hello wor'), escalated(3), delta(9, 'ld'), delta(0, 'Hello')].reduce(
      (before, event) => reduce(before, event, 0),
      shown,
    );
    expect(visibleItems(state).map((item) => item.key)).toEqual(['e:1', 'r:r1', 'e:3']);
    expect(state.draft).toBeNull();
    expect(texts(state)).toEqual(['a?', 'Hello wor', '']);
  });

  it('is the same bubble as its draft was', () => {
    const key = visibleItems(shown).at(-1)?.key;
    expect(visibleItems(reduce(shown, interrupted(2, 'Hello wor'), 0)).at(-1)?.key).toBe(key);
  });

  it('looks the same when the change of hands comes first', () => {
    const state = [escalated(3), delta(9, 'ld'), interrupted(2, 'Hello wor')].reduce(
      (before, event) => reduce(before, event, 0),
      shown,
    );
    expect(visibleItems(state).map((item) => item.key)).toEqual(['e:1', 'r:r1', 'e:3']);
  });
});

describe('another engine that answers instead', () => {
  it('begins the draft anew', () => {
    const state = folded(connected(), delta(0, 'It might be'), delta(0, 'Two ', 'r2'), delta(11, '…'), delta(4, 'days', 'r2'));
    expect(state.draft).toMatchObject({ reply_id: 'r2', text: 'Two days' });
    expect(visibleItems(state)).toHaveLength(1);
  });

  it('takes the place of the draft without a word before its answer', () => {
    const state = folded(connected(), delta(0, 'It might be'), said(1, 'Two days', { role: 'assistant', reply_id: 'r1' }));
    expect(state.draft).toBeNull();
    expect(visibleItems(state)).toHaveLength(1);
  });
});

describe('a packet', () => {
  const newest = (...events: BatonEvent[]) => packetIn(folded(connected(), ...events).entries);

  it('is the newest one, whether it was heard of or read', () => {
    expect(newest(escalated(1), briefed(3, 2, 'another'), briefed(2, 2))?.summary.by).toBe('another');
    expect(newest(history([escalated(1), takenOver(2), briefed(3, 3)]))?.summary.by).toBe('openai');
  });

  it('goes when the AI serves again', () => {
    expect(newest(escalated(1), briefed(2, 2), takenOver(3), released(4))).toBeNull();
    expect(newest(escalated(1), briefed(2, 2), released(3), escalated(4, 5), briefed(5, 5))?.epoch).toBe(5);
    expect(newest(escalated(1))).toBeNull();
  });
});
