import { type PendingMessage, visibleItems } from '@baton/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connected, said, session } from '../../../../packages/client/tests/samples';
import {
  type Answer,
  type Asked,
  frame,
  hangUp,
  json,
  problem,
  serve,
  streaming,
  type TestServer,
} from '../../../../packages/client/tests/server';
import type { Credentials, CredentialStore } from '../src/widget/credentials';
import { createDesk, type Desk } from '../src/widget/desk';
import { tabsUnsent, type UnsentStore } from '../src/widget/unsent';

/** What the tabs of one browser share. */
class SharedCredentials implements CredentialStore {
  value: Credentials | null = null;
  private readonly listeners = new Set<() => void>();

  read(): Credentials | null {
    return this.value;
  }
  write(credentials: Credentials): void {
    this.value = credentials;
  }
  clear(): void {
    this.value = null;
  }
  watch(onChange: () => void): () => void {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  }
  changedByAnotherTab(value: Credentials | null): void {
    this.value = value;
    for (const listener of this.listeners) listener();
  }
}

const held = (n: number): Credentials => ({ session_name: `s${n}`, token: `t${n}`, expires_at: 4e9 });
const opened = (n: number): Answer => json(201, { ...held(n), session: session({ session_name: `s${n}` }) });

let server: TestServer;
let desks: Desk[];
let credentials: SharedCredentials;
/** Tokens that the server takes. */
let valid: Set<string>;
let openings: number;
/** Whether messages are answered at all. */
let takes: boolean;
let opensWith: Answer[];

beforeEach(async () => {
  // Node 20 has no navigator; a page on plain http has one without locks.
  vi.stubGlobal('navigator', {});
  desks = [];
  credentials = new SharedCredentials();
  valid = new Set(['t1', 't2', 't9']);
  openings = 0;
  takes = true;
  opensWith = [];
  let seq = 0;
  server = await serve((response, asked) => {
    const isOpening = asked.url === '/api/sessions' || asked.url === '/api/conversation/new';
    const token = asked.headers.authorization?.replace('Bearer ', '') ?? '';
    if (isOpening && opensWith.length > 0) opensWith.shift()?.(response, asked);
    else if (isOpening) opened((openings += 1))(response, asked);
    else if (!valid.has(token)) problem(401, 'token_invalid')(response, asked);
    else if (asked.url.endsWith('/events')) streaming(frame(connected(session())))(response, asked);
    else if (!takes) hangUp(response, asked);
    else keep(asked, (seq += 1))(response, asked);
  });
});

function keep(asked: Asked, seq: number): Answer {
  const { message, client_message_id } = asked.body as { message: string; client_message_id: string };
  return json(200, {
    message: said(seq, message, { client_message_id }),
    session: session({ last_seq: seq }),
    replayed: false,
  });
}

afterEach(async () => {
  for (const desk of desks) desk.close();
  await server.close();
  vi.unstubAllGlobals();
});

/** What a tab keeps through a reload. */
class Tab implements UnsentStore {
  kept: readonly PendingMessage[] = [];
  read(): readonly PendingMessage[] {
    return this.kept;
  }
  write(messages: readonly PendingMessage[]): void {
    this.kept = messages;
  }
}

function desk(unsent: UnsentStore = new Tab()): Desk {
  const created = createDesk({ baseUrl: server.url, language: 'en', credentials, unsent });
  desks.push(created);
  return created;
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 3_000, interval: 5 });

function shown(of: Desk): string[] {
  const { conversation } = of.getState();
  if (conversation === null) return [];
  return visibleItems(conversation.getState()).map((item) =>
    item.kind === 'entry' && 'content' in item.entry.payload ? item.entry.payload.content : item.kind,
  );
}

describe('opening', () => {
  it('waits for the first use, and then happens once', async () => {
    const customer = desk();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.asked).toHaveLength(0);
    customer.send('one');
    customer.send('two');
    expect(customer.getState()).toMatchObject({ phase: 'opening', waiting: [{ text: 'one' }, { text: 'two' }] });
    await until(() => expect(shown(customer)).toEqual(['one', 'two']));
    expect(openings).toBe(1);
    expect(credentials.value).toEqual(held(1));
  });

  it('goes on trying while the service does not answer, and loses nothing', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'clearTimeout'] });
    opensWith = [problem(503, 'unavailable')];
    const customer = desk();
    customer.send('one');
    await until(() => expect(customer.getState().troubled).toBe(true));
    await vi.advanceTimersByTimeAsync(3_100);
    await until(() => expect(shown(customer)).toEqual(['one']));
    expect(customer.getState().troubled).toBe(false);
    vi.useRealTimers();
  });

  it('keeps what was typed when it is refused, and can be tried again', async () => {
    opensWith = [problem(422, 'invalid_input')];
    const customer = desk();
    customer.send('one');
    const refused = { phase: 'idle', waiting: [{ text: 'one' }], troubled: true };
    await until(() => expect(customer.getState()).toMatchObject(refused));
    customer.retryOpening();
    await until(() => expect(shown(customer)).toEqual(['one']));
  });
});

describe('the session of this browser', () => {
  it('is continued after a reload', async () => {
    credentials.value = held(9);
    const customer = desk();
    await until(() => expect(customer.getState().conversation?.getState().connection).toBe('open'));
    expect(openings).toBe(0);
  });

  it('is shared with the tab that opened it first', async () => {
    const [first, second] = [desk(), desk()];
    first.send('one');
    await until(() => expect(shown(first)).toEqual(['one']));
    credentials.changedByAnotherTab(credentials.value);
    second.send('two');
    await until(() => expect(shown(second)).toEqual(['two']));
    expect(openings).toBe(1);
  });

  it('follows a new conversation that another tab began', () => {
    credentials.value = held(1);
    const customer = desk();
    const before = customer.getState().conversation;
    credentials.changedByAnotherTab(held(2));
    expect(customer.getState().conversation).not.toBe(before);
    credentials.changedByAnotherTab(null);
    expect(customer.getState()).toMatchObject({ phase: 'idle', conversation: null });
  });

  it('is replaced when it expired, and what was not sent goes into the new one', async () => {
    credentials.value = { ...held(9), token: 'expired' };
    const customer = desk();
    customer.send('still here?');
    await until(() => expect(shown(customer)).toEqual(['still here?']));
    expect(customer.getState().expired).toBe(true);
    expect(credentials.value).toEqual(held(1));
  });

  it('is not replaced for ever when the server refuses new ones too', async () => {
    valid.clear();
    const customer = desk();
    customer.send('one');
    await until(() => expect(customer.getState().conversation?.getState().pending[0]?.state).toBe('failed'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(openings).toBe(1);
  });

  it('gives way to a new conversation on request', async () => {
    credentials.value = held(9);
    const customer = desk();
    await customer.newConversation();
    expect(credentials.value).toEqual(held(1));
    expect(customer.getState().phase).toBe('talking');
  });
});

describe('what was not sent when the page went', () => {
  const posted = () => server.asked.flatMap(({ url, body }) => (url === '/api/chat' ? [body] : []));

  it('is sent by the next page, in order, under the same ids, and then forgotten', async () => {
    credentials.value = held(9);
    takes = false;
    const tab = new Tab();
    const before = desk(tab);
    before.send('one');
    before.send('two');
    const ids = tab.kept.map((message) => message.client_message_id);
    await until(() => expect(posted()).not.toHaveLength(0));
    before.close();

    takes = true;
    const tries = posted().length;
    const after = desk(tab);
    after.send('three');
    await until(() => expect(shown(after)).toEqual(['one', 'two', 'three']));
    expect(posted().slice(tries)).toMatchObject([
      { message: 'one', client_message_id: ids[0] },
      { message: 'two', client_message_id: ids[1] },
      { message: 'three' },
    ]);
    expect(tab.kept).toEqual([]);
  });

  it('is kept also where no session could be opened', async () => {
    opensWith = [problem(422, 'invalid_input')];
    const tab = new Tab();
    const before = desk(tab);
    before.send('one');
    await until(() => expect(before.getState().phase).toBe('idle'));
    before.close();
    const after = desk(tab);
    await until(() => expect(shown(after)).toEqual(['one']));
    expect(tab.kept).toEqual([]);
  });

  it('goes into the session that another tab has begun meanwhile', async () => {
    const tab = new Tab();
    opensWith = [problem(422, 'invalid_input')];
    const before = desk(tab);
    before.send('one');
    await until(() => expect(before.getState().phase).toBe('idle'));
    before.close();
    credentials.value = held(2);
    const after = desk(tab);
    await until(() => expect(shown(after)).toEqual(['one']));
    expect([openings, credentials.value]).toEqual([0, held(2)]);
  });

  it('goes with a session that another tab has lost into the next one', async () => {
    credentials.value = held(9);
    takes = false;
    const customer = desk();
    customer.send('one');
    await until(() => expect(posted()).toHaveLength(1));
    takes = true;
    credentials.changedByAnotherTab(null);
    await until(() => expect(shown(customer)).toEqual(['one']));
    expect(credentials.value).toEqual(held(1));
  });
});

describe('the storage of a tab', () => {
  const message: PendingMessage = { client_message_id: 'c', kind: 'message', text: 'one', created_at: 1, state: 'sending' };
  let items: Map<string, string>;

  beforeEach(() => {
    items = new Map();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => items.set(key, value),
      removeItem: (key: string) => items.delete(key),
    });
  });

  it('gives back what was typed, to be sent', () => {
    const unsent = tabsUnsent('k');
    expect(unsent.read()).toEqual([]);
    unsent.write([{ ...message, state: 'failed', problem: { status: 422, code: 'c', title: 't', detail: 'd' } }]);
    expect(tabsUnsent('k').read()).toEqual([message]);
    unsent.write([]);
    expect(items.size).toBe(0);
  });

  it.each(['{', '7', 'null', '[null, 7, {"text": "x"}]', JSON.stringify([{ ...message, kind: 'note' }])])(
    'is not believed when it holds %s',
    (raw) => {
      items.set('k', raw);
      expect(tabsUnsent('k').read()).toEqual([]);
    },
  );

  it('may be forbidden', () => {
    vi.stubGlobal('sessionStorage', undefined);
    const unsent = tabsUnsent('k');
    unsent.write([message]);
    expect(unsent.read()).toEqual([]);
  });
});
