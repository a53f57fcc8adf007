import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuth, type AuthPorts, type Grant } from '../src/auth/auth';

const AGENT = { id: 'a1', username: 'mina', name: 'Mina', role: 'agent' };
const REFUSED = new Error('401');
const UNREACHABLE = new Error('no answer');

const grant = (token: string, lifetime = 900): Grant => ({ access_token: token, expires_at: lifetime, agent: AGENT });

function ports(change: Partial<AuthPorts> = {}): AuthPorts {
  return {
    login: () => Promise.resolve(grant('first')),
    refresh: vi.fn(() => Promise.resolve(grant('second'))),
    logout: () => Promise.resolve(),
    remembered: () => true,
    remember: () => undefined,
    isRefusal: (error) => error === REFUSED,
    exclusively: (job) => job(),
    sleep: () => Promise.resolve(),
    now: () => 0,
    ...change,
  };
}

async function signedIn(change: Partial<AuthPorts> = {}) {
  const given = ports(change);
  const auth = createAuth(given);
  await auth.signIn('mina', 'secret');
  return { auth, given };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('renew', () => {
  it('asks the server once, however many ask at the same time', async () => {
    const { auth, given } = await signedIn();
    const tokens = await Promise.all([auth.renew('first'), auth.renew('first'), auth.renew('first')]);
    expect(tokens).toEqual(['second', 'second', 'second']);
    expect(given.refresh).toHaveBeenCalledTimes(1);
  });

  it('does not ask for a token that has been replaced already', async () => {
    const { auth, given } = await signedIn();
    await auth.renew('first');
    expect(await auth.renew('first')).toBe('second');
    expect(given.refresh).toHaveBeenCalledTimes(1);
  });

  it('tries once more when another tab used the refresh token first', async () => {
    const refresh = vi.fn().mockRejectedValueOnce(REFUSED).mockResolvedValueOnce(grant('second'));
    const { auth } = await signedIn({ refresh });
    expect(await auth.renew('first')).toBe('second');
  });

  it('signs out when the server refuses twice', async () => {
    const refresh = vi.fn().mockRejectedValue(REFUSED);
    const { auth } = await signedIn({ refresh });
    expect(await auth.renew('first')).toBeNull();
    expect(refresh).toHaveBeenCalledTimes(2);
    expect(auth.state.get().kind).toBe('signed_out');
  });

  it('stays signed in when the server cannot be reached', async () => {
    const { auth } = await signedIn({ refresh: () => Promise.reject(UNREACHABLE) });
    await expect(auth.renew('first')).rejects.toBe(UNREACHABLE);
    expect(auth.token()).toBe('first');
  });

  it('goes through the lock that all tabs share', async () => {
    const exclusively = vi.fn();
    await signedIn({
      exclusively: async (job) => {
        exclusively();
        return job();
      },
    }).then(({ auth }) => auth.renew('first'));
    expect(exclusively).toHaveBeenCalledTimes(1);
  });

  it('happens by itself before the token expires', async () => {
    const { auth } = await signedIn();
    await vi.advanceTimersByTimeAsync(839_000);
    expect(auth.token()).toBe('first');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(auth.token()).toBe('second');
  });

  it('does not sign in again who signed out meanwhile', async () => {
    let answer: (grant: Grant) => void = () => undefined;
    const { auth } = await signedIn({ refresh: () => new Promise<Grant>((resolve) => (answer = resolve)) });
    const renewing = auth.renew('first');
    await auth.signOut();
    answer(grant('second'));
    expect(await renewing).toBeNull();
    expect(auth.state.get().kind).toBe('signed_out');
  });
});

describe('start', () => {
  it('signs in with the cookie', async () => {
    const auth = createAuth(ports());
    await auth.start();
    expect(auth.token()).toBe('second');
  });

  it('asks for credentials when the cookie is no good', async () => {
    const auth = createAuth(ports({ refresh: () => Promise.reject(REFUSED) }));
    await auth.start();
    expect(auth.state.get().kind).toBe('signed_out');
  });

  it('asks the server nothing where nobody has signed in', async () => {
    const given = ports({ remembered: () => false });
    const auth = createAuth(given);
    await auth.start();
    expect(auth.state.get().kind).toBe('signed_out');
    expect(given.refresh).not.toHaveBeenCalled();
  });

  it('remembers whether somebody is signed in', async () => {
    const remember = vi.fn();
    const { auth } = await signedIn({ remember });
    expect(remember).toHaveBeenLastCalledWith(true);
    await auth.signOut();
    expect(remember).toHaveBeenLastCalledWith(false);
  });

  it('waits for a server that cannot be reached yet', async () => {
    const refresh = vi.fn().mockRejectedValueOnce(UNREACHABLE).mockResolvedValueOnce(grant('second'));
    const seen: unknown[] = [];
    const auth = createAuth(ports({ refresh }));
    auth.state.subscribe(() => seen.push(auth.state.get()));
    await auth.start();
    expect(seen[0]).toEqual({ kind: 'starting', unreachable: true });
    expect(auth.token()).toBe('second');
  });
});
