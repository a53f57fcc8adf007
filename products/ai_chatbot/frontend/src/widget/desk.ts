/**
 * The customer's end: one conversation at a time, opened at its first use, the same one in every tab.
 *
 *     idle ──first use──▶ opening ──▶ talking ──expired (401, 403, 404)──▶ idle, or opening with what was unsent
 */

import {
  type Api,
  type Citation,
  type Conversation,
  createApi,
  createConversation,
  customerTransport,
  isTransient,
  type Language,
  onceMore,
  type PendingMessage,
  ProblemError,
  type SessionView,
  typed,
} from '@baton/client';
import { type SourceEntry, sourcePath } from '@baton/ui';
import type { Credentials, CredentialStore } from './credentials';
import type { UnsentStore } from './unsent';

export interface DeskState {
  readonly phase: 'idle' | 'opening' | 'talking';
  readonly conversation: Conversation | null;
  /** Typed before there was a session to send it in. */
  readonly waiting: readonly PendingMessage[];
  /** Opening was tried and failed at least once. */
  readonly troubled: boolean;
  /** The conversation before this one could not be continued. */
  readonly expired: boolean;
}

export interface Desk {
  readonly getState: () => DeskState;
  readonly subscribe: (listener: () => void) => () => void;
  setLanguage(language: Language): void;
  send(text: string): void;
  /** Tries again to open a session for what waits. */
  retryOpening(): void;
  /** Asks for a person; rejects when that did not work. */
  talkToPerson(): Promise<void>;
  newConversation(): Promise<void>;
  /** The text that an answer stands on. */
  readSource(citation: Citation, language: Language): Promise<SourceEntry>;
  close(): void;
}

export interface DeskOptions {
  readonly baseUrl: string;
  readonly language: Language;
  readonly credentials: CredentialStore;
  readonly unsent: UnsentStore;
}

interface Opened extends Credentials {
  readonly session: SessionView;
}

const IDLE: DeskState = { phase: 'idle', conversation: null, waiting: [], troubled: false, expired: false };
const OPEN_AGAIN_MS = 3_000;
const LOST: ReadonlySet<number> = new Set([401, 403, 404]);

export function createDesk({ baseUrl, credentials, unsent, ...options }: DeskOptions): Desk {
  const listeners = new Set<() => void>();
  let state = IDLE;
  let language = options.language;
  let current: Credentials | null = null;
  let opening: Promise<Conversation> | null = null;
  let closed = false;
  let kept: readonly PendingMessage[] = [];

  const headers = (): Record<string, string> => (current === null ? {} : { Authorization: `Bearer ${current.token}` });
  const api: Api = createApi({ baseUrl, headers });

  function update(change: Partial<DeskState>): void {
    state = { ...state, ...change };
    keepUnsent();
    for (const listener of [...listeners]) listener();
  }

  function unsentNow(): readonly PendingMessage[] {
    return state.conversation?.getState().pending ?? state.waiting;
  }

  function keepUnsent(): void {
    const messages = unsentNow();
    if (messages !== kept) unsent.write(messages);
    kept = messages;
  }

  /** Shows the conversation that `found` gives access to. `fresh` ones are not given up when refused. */
  function follow(found: Credentials, fresh: boolean): Conversation {
    state.conversation?.close();
    current = found;
    const bearer = { Authorization: `Bearer ${found.token}` };
    const sessionApi = createApi({ baseUrl, headers: () => bearer });
    const conversation = createConversation({
      transport: customerTransport(sessionApi, found.session_name),
      baseUrl,
      headers: () => bearer,
      unsent: state.waiting,
    });
    let worthReplacing = !fresh;
    conversation.subscribe(() => {
      keepUnsent();
      const { connection, problem, pending } = conversation.getState();
      if (connection === 'open') worthReplacing = true;
      const refusals = [problem, ...pending.map((message) => message.problem)];
      if (worthReplacing && refusals.some((refusal) => LOST.has(refusal?.status ?? 0))) lose(found);
    });
    update({ phase: 'talking', conversation, waiting: [], troubled: false });
    return conversation;
  }

  function lose(lost: Credentials): void {
    if (credentials.read()?.token === lost.token) credentials.clear();
    forget(true);
  }

  function ensureOpen(): Promise<Conversation> {
    if (state.conversation !== null) return Promise.resolve(state.conversation);
    opening ??= openPatiently().finally(() => (opening = null));
    return opening;
  }

  async function openPatiently(): Promise<Conversation> {
    update({ phase: 'opening' });
    for (;;) {
      try {
        const { found, fresh } = await alone(openOnce);
        return follow(found, fresh);
      } catch (error) {
        if (closed) throw error;
        update({ troubled: true });
        if (!isTransient(error)) {
          update({ phase: 'idle' });
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, OPEN_AGAIN_MS));
      }
    }
  }

  /** The session that another tab opened meanwhile, or a new one. */
  async function openOnce(): Promise<{ found: Credentials; fresh: boolean }> {
    const stored = credentials.read();
    if (stored !== null) return { found: stored, fresh: false };
    return { found: keep(await api.post<Opened>('/api/sessions', { language })), fresh: true };
  }

  function keep({ session_name, token, expires_at }: Opened): Credentials {
    const found = { session_name, token, expires_at };
    credentials.write(found);
    return found;
  }

  function send(text: string): void {
    if (state.conversation !== null) {
      state.conversation.send(text);
      return;
    }
    update({ waiting: [...state.waiting, typed(text)] });
    retryOpening();
  }

  function retryOpening(): void {
    // A refusal shows as `troubled`, and the texts stay.
    ensureOpen().catch(() => undefined);
  }

  async function talkToPerson(): Promise<void> {
    const conversation = await ensureOpen();
    const session_name = current?.session_name;
    conversation.absorb(await api.post('/api/manual/escalate', { session_name, reason: 'user_request' }));
  }

  async function newConversation(): Promise<void> {
    if (current === null) return;
    try {
      const opened = await api.post<Opened>('/api/conversation/new', { language });
      follow(keep(opened), true);
      update({ expired: false });
    } catch (error) {
      if (!(error instanceof ProblemError) || !LOST.has(error.status)) throw error;
      credentials.clear();
      forget(false);
    }
  }

  /** Another tab opened a session, began a new one or lost it. */
  function adopt(): void {
    // While one is being opened, opening looks here itself.
    if (opening !== null) return;
    const stored = credentials.read();
    if (stored?.token === current?.token) return;
    if (stored !== null) {
      follow(stored, false);
      return;
    }
    forget(false);
  }

  /** The session is gone or no longer ours: what was not sent goes into a new one. */
  function forget(expired: boolean): void {
    const waiting = unsentNow().map(onceMore);
    state.conversation?.close();
    current = null;
    update({ ...IDLE, waiting, expired });
    if (waiting.length > 0) retryOpening();
  }

  /** Goes on where this tab was before the page was loaded anew. */
  function begin(): void {
    const waiting = unsent.read();
    if (waiting.length === 0) {
      adopt();
      return;
    }
    update({ waiting });
    retryOpening();
  }

  const unwatch = credentials.watch(adopt);
  begin();

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setLanguage(chosen) {
      language = chosen;
    },
    send,
    retryOpening,
    talkToPerson,
    newConversation,
    readSource: (citation, chosen) => api.get<SourceEntry>(sourcePath(citation), { query: { language: chosen } }),
    close() {
      closed = true;
      unwatch();
      state.conversation?.close();
      listeners.clear();
    },
  };
}

/** One tab at a time, where the browser can say so: two that open at once shall share one session. */
async function alone<Value>(work: () => Promise<Value>): Promise<Value> {
  // Absent on plain http.
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks === undefined ? work() : locks.request('baton.session', work);
}
