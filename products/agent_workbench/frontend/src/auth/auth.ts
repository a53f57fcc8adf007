import { createStore, type Readable } from '../common/store';

export interface Agent {
  id: string;
  username: string;
  name: string;
  role: string;
}

/** What signing in and refreshing answer. The refresh token in the body is left alone: the HttpOnly cookie has it. */
export interface Grant {
  access_token: string;
  expires_at: number;
  agent: Agent;
}

export type AuthState =
  | { kind: 'starting'; unreachable: boolean; }
  | { kind: 'signed_out'; }
  | { kind: 'signed_in'; agent: Agent; token: string; };

/** The calls to the server and the browser's faculties, so that tests can stand in for them. */
export interface AuthPorts {
  login: (username: string, password: string) => Promise<Grant>;
  refresh: () => Promise<Grant>;
  logout: (token: string) => Promise<void>;
  /** Whether somebody may be signed in to this browser: the cookie itself cannot be seen. */
  remembered: () => boolean;
  remember: (signedIn: boolean) => void;
  /** Whether this failure says that the server knows us no more, rather than that it could not be asked. */
  isRefusal: (error: unknown) => boolean;
  /** Runs one job at a time across all tabs of this browser, as far as the browser can. */
  exclusively<T>(job: () => Promise<T>): Promise<T>;
  sleep: (milliseconds: number) => Promise<void>;
  /** Unix seconds. */
  now: () => number;
}

export interface Auth {
  state: Readable<AuthState>;
  /** Called once when the page opens: the cookie may still be good. */
  start: () => Promise<void>;
  signIn: (username: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** The access token in memory; null when signed out. */
  token: () => string | null;
  /** A newer token than `stale`, fetched once however many ask; null when signed out. Throws when unreachable. */
  renew: (stale: string | null) => Promise<string | null>;
}

/** Long enough for the tab that won the race to have stored the new cookie. */
const RETRY_AFTER_RACE_MS = 400;
const RENEW_BEFORE_EXPIRY_S = 60;
/** The clocks of browser and server may differ; a renewal is never scheduled sooner than this. */
const RENEW_AT_LEAST_AFTER_S = 30;
const START_BACKOFF_MS = [1000, 2000, 4000, 8000];

export function createAuth(ports: AuthPorts): Auth {
  const store = createStore<AuthState>({ kind: 'starting', unreachable: false });
  let flight: Promise<string | null> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Raised by every sign-in and sign-out, so that an answer that was under way then changes nothing.
  let era = 0;

  const token = () => {
    const state = store.get();
    return state.kind === 'signed_in' ? state.token : null;
  };

  function accept(grant: Grant): void {
    store.set({ kind: 'signed_in', agent: grant.agent, token: grant.access_token });
    ports.remember(true);
    clearTimeout(timer);
    const wait = Math.max(grant.expires_at - ports.now() - RENEW_BEFORE_EXPIRY_S, RENEW_AT_LEAST_AFTER_S);
    // When this renewal cannot reach the server, the first call that is answered 401 renews.
    timer = setTimeout(() => void renew(grant.access_token).catch(() => undefined), wait * 1000);
  }

  function leave(): void {
    era += 1;
    clearTimeout(timer);
    ports.remember(false);
    store.set({ kind: 'signed_out' });
  }

  async function refreshWithRetry(): Promise<Grant> {
    try {
      return await ports.exclusively(ports.refresh);
    } catch (error) {
      if (!ports.isRefusal(error)) throw error;
      // A refresh token works once, and another tab may just have used it: its new cookie is ours too.
      await ports.sleep(RETRY_AFTER_RACE_MS);
      return ports.exclusively(ports.refresh);
    }
  }

  async function fetchToken(): Promise<string | null> {
    const begun = era;
    try {
      const grant = await refreshWithRetry();
      if (begun === era) accept(grant);
    } catch (error) {
      if (begun !== era) return token();
      if (!ports.isRefusal(error)) throw error;
      leave();
    }
    return token();
  }

  function renew(stale: string | null): Promise<string | null> {
    if (store.get().kind === 'signed_out') return Promise.resolve(null);
    const current = token();
    if (current !== null && current !== stale) return Promise.resolve(current);
    flight ??= fetchToken().finally(() => {
      flight = null;
    });
    return flight;
  }

  async function start(): Promise<void> {
    // Without this a first visit would begin with two refusals and the wait between them.
    if (!ports.remembered()) leave();
    for (let attempt = 0; store.get().kind === 'starting'; attempt += 1) {
      try {
        await renew(null);
      } catch {
        if (store.get().kind !== 'starting') return;
        store.set({ kind: 'starting', unreachable: true });
        await ports.sleep(START_BACKOFF_MS[Math.min(attempt, START_BACKOFF_MS.length - 1)] ?? 0);
      }
    }
  }

  async function signIn(username: string, password: string): Promise<void> {
    const grant = await ports.login(username, password);
    era += 1;
    accept(grant);
  }

  async function signOut(): Promise<void> {
    const last = token();
    leave();
    if (last === null) return;
    // Signed out here whatever the server says; unreachable, its tokens end by themselves.
    await ports.logout(last).catch(() => undefined);
  }

  return { state: store, start, signIn, signOut, token, renew };
}
