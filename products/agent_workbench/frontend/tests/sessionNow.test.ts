import type { SessionView } from '@baton/client';
import { describe, expect, it } from 'vitest';
import { rightsIn, sessionNow } from '../src/conversation/sessionNow';

function session(change: Partial<SessionView> = {}): SessionView {
  return {
    session_name: 's',
    status: 'pending_manual',
    language: 'en',
    epoch: 2,
    last_seq: 5,
    created_at: 0,
    updated_at: 100,
    agent: null,
    escalation: { reason: 'keyword', at: 90, severity: 'high', detail: 'refund' },
    ...change,
  };
}

describe('sessionNow', () => {
  it('takes whichever knows the later epoch', () => {
    const live = session({ epoch: 3, status: 'manual_live' });
    expect(sessionNow(session(), live)?.status).toBe('manual_live');
    expect(sessionNow(live, session())?.status).toBe('manual_live');
  });

  it('keeps what only the summary tells of an escalation', () => {
    const live = session({ last_seq: 6, escalation: { reason: 'keyword', at: 90 } });
    expect(sessionNow(session(), live)?.escalation).toMatchObject({ severity: 'high', detail: 'refund' });
  });

  it('does not keep an escalation that is over', () => {
    const live = session({ epoch: 3, status: 'bot_active', escalation: null });
    expect(sessionNow(session(), live)?.escalation).toBeNull();
  });

  it('fills in what an answer left out because it is null', () => {
    const leftOut = ['agent', 'escalation'];
    const bare = Object.entries(session({ epoch: 3 })).filter(([name]) => !leftOut.includes(name));
    expect(sessionNow(session(), Object.fromEntries(bare) as unknown as SessionView)).toMatchObject({ agent: null, escalation: null });
  });

  it('makes do with either', () => {
    expect(sessionNow(undefined, null)).toBeNull();
    expect(sessionNow(session(), null)).toEqual(session());
    expect(sessionNow(undefined, session())).toEqual(session());
  });
});

describe('rightsIn', () => {
  const me = { id: 'a1', role: 'agent' };
  const live = (id: string) => session({ status: 'manual_live', agent: { id, name: id } });

  it.each([
    ['waiting', session(), me, { mine: false, takeover: true, handOver: false, close: true }],
    ['mine', live('a1'), me, { mine: true, takeover: false, handOver: true, close: true }],
    ['of another', live('a2'), me, { mine: false, takeover: false, handOver: false, close: false }],
    ['of another, for an administrator', live('a2'), { id: 'a1', role: 'admin' }, { mine: false, takeover: false, handOver: true, close: true }],
    ['closed', session({ status: 'closed' }), me, { mine: false, takeover: false, handOver: false, close: false }],
  ])('%s', (_, given, agent, rights) => {
    expect(rightsIn(given, agent)).toEqual(rights);
  });
});
