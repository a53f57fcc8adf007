import { visibleItems } from '@baton/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connected, said, session } from '../../../../packages/client/tests/samples';
import {
  type Answer,
  type Asked,
  frame,
  json,
  problem,
  serve,
  streaming,
  type TestServer,
} from '../../../../packages/client/tests/server';
import type { Credentials, CredentialStore } from '../src/widget/credentials';
import { createDesk, type Desk } from '../src/widget/desk';

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
let opensWith: Answer[];

beforeEach(async () => {
  // Node 20 has no navigator; a page on plain http has one without locks.
  vi.stubGlobal('navigator', {});
  desks = [];
  credentials = new SharedCredentials();
  valid = new Set(['t1', 't2', 't9']);
  openings = 0;
  opensWith = [];
  let seq = 0;
  server = await serve((response, asked) => {
    const isOpening = asked.url === '/api/sessions' || asked.url === '/api/conversation/new';
    const token = asked.headers.authorization?.replace('Bearer ', '') ?? '';
    if (isOpening && opensWith.length > 0) opensWith.shift()?.(response, asked);
    else if (isOpening) opened((openings += 1))(response, asked);
    else if (!valid.has(token)) problem(401, 'token_invalid')(response, asked);
    else if (asked.url.endsWith('/events')) streaming(frame(connected(session())))(response, asked);
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

function desk(): Desk {
  const created = createDesk({ baseUrl: server.url, language: 'en', credentials });
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
    expect(customer.getState()).toMatchObject({ phase: 'opening', waiting: ['one', 'two'] });
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
    await until(() => expect(customer.getState()).toMatchObject({ phase: 'idle', waiting: ['one'], troubled: true }));
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
