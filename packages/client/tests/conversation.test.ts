import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  agentTransport,
  type Conversation,
  createApi,
  createConversation,
  customerTransport,
  type PendingMessage,
  type SessionView,
  typed,
  visibleItems,
} from '../src';
import { connected, delta, history, said, session, typing } from './samples';
import {
  type Answer,
  type Asked,
  frame,
  hangUp,
  json,
  problem,
  serve,
  silence,
  streaming,
  type TestServer,
} from './server';

const QUICK = { baseMs: 5, capMs: 20, random: () => 1 };
const open: { server: TestServer; conversation: Conversation }[] = [];

interface Talk {
  readonly conversation: Conversation;
  /** The bodies of what was posted to the path that takes messages. */
  readonly posts: () => readonly Posted[];
  readonly server: TestServer;
}

interface Posted {
  readonly message: string;
  readonly client_message_id: string;
}

/** A conversation with a server whose stream says `frames`, and that answers posts with `answers` in turn. */
async function talk(
  frames: readonly string[],
  answers: readonly Answer[] = [],
  older?: Answer,
  unsent: readonly PendingMessage[] = [],
): Promise<Talk> {
  let posted = 0;
  const server = await serve((response, asked) => {
    if (asked.url.endsWith('/events')) streaming(...frames)(response, asked);
    else if (asked.method === 'GET') older?.(response, asked);
    else if (asked.url.endsWith('/typing')) response.writeHead(204).end();
    else (answers[posted++] ?? kept)(response, asked);
  });
  const api = createApi({ baseUrl: server.url, timeoutMs: 1_000 });
  const conversation = createConversation({
    transport: customerTransport(api, 's1'),
    baseUrl: server.url,
    backoff: QUICK,
    unsent,
  });
  open.push({ server, conversation });
  const posts = (): readonly Posted[] =>
    server.asked.filter(({ url }) => url === '/api/chat').map(({ body }) => body as Posted);
  return { conversation, posts, server };
}

let lastSeq = 100;

/** Keeps the message, as the server does. */
const kept: Answer = (response, asked) => {
  const { message, client_message_id } = asked.body as Posted;
  lastSeq += 1;
  const view: SessionView = session({ last_seq: lastSeq });
  json(200, { message: said(lastSeq, message, { client_message_id }), reply: null, session: view, replayed: false })(
    response,
    asked,
  );
};

afterEach(async () => {
  for (const { server, conversation } of open.splice(0)) {
    conversation.close();
    await server.close();
  }
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 3_000, interval: 5 });
const shown = (conversation: Conversation): string[] =>
  visibleItems(conversation.getState()).map((item) => {
    if (item.kind === 'pending') return `${item.message.text} (${item.message.state})`;
    if (item.kind === 'entry') return 'content' in item.entry.payload ? item.entry.payload.content : item.entry.type;
    return item.kind;
  });

describe('sending', () => {
  it('shows a message at once and once', async () => {
    const { conversation } = await talk([frame(connected())]);
    conversation.send('hello');
    expect(shown(conversation)).toEqual(['hello (sending)']);
    await until(() => expect(shown(conversation)).toEqual(['hello']));
  });

  it('asks nothing before it listens, so that no piece of the answer is missed', async () => {
    const order: string[] = [];
    const server = await serve((response, asked) => {
      const isStream = asked.url.endsWith('/events');
      setTimeout(
        () => {
          order.push(isStream ? 'listens' : 'asked');
          (isStream ? streaming(frame(connected())) : kept)(response, asked);
        },
        isStream ? 100 : 0,
      );
    });
    const api = createApi({ baseUrl: server.url });
    const conversation = createConversation({ transport: customerTransport(api, 's1'), baseUrl: server.url });
    open.push({ server, conversation });
    conversation.send('hello');
    await until(() => expect(order).toEqual(['listens', 'asked']));
  });

  it('shows it once when it comes by the stream as well', async () => {
    const id = 'b7a1';
    const entry = said(7, 'hello', { client_message_id: id });
    const { conversation } = await talk([frame(connected()), frame(entry, 7)]);
    conversation.absorb({ messages: [entry], session: session({ last_seq: 7 }) });
    await until(() => expect(conversation.getState().connection).toBe('open'));
    expect(shown(conversation)).toEqual(['hello']);
  });

  it('shows it once when it was kept and only the answer got lost', async () => {
    const replay: Answer = (response, asked) => {
      const { client_message_id } = asked.body as Posted;
      const message = said(100, 'hello', { client_message_id });
      json(200, { message, reply: null, session: session({ last_seq: 100 }), replayed: true })(response, asked);
    };
    const { conversation, posts } = await talk([], [hangUp, replay]);
    const id = conversation.send('hello');
    await until(() => expect(posts()).toHaveLength(1));
    conversation.absorb({ messages: [said(100, 'hello', { client_message_id: id })] });
    expect(shown(conversation)).toEqual(['hello']);
    await until(() => expect(posts()).toHaveLength(2));
    conversation.send('next');
    await until(() => expect(shown(conversation)).toEqual(['hello', 'next']));
  });

  it('repeats under the same id until it is acknowledged', async () => {
    const { conversation, posts } = await talk(
      [],
      [hangUp, problem(503, 'unavailable'), problem(500, 'error'), silence],
    );
    const id = conversation.send('hello');
    await until(() => expect(shown(conversation)).toEqual(['hello']));
    expect(posts().map((post) => post.client_message_id)).toEqual([id, id, id, id, id]);
  });

  it('goes one at a time, in the order typed, whatever fails in between', async () => {
    const { conversation, posts } = await talk([], [hangUp, kept, hangUp, problem(503, 'unavailable')]);
    for (const text of ['one', 'two', 'three']) conversation.send(text);
    expect(shown(conversation)).toEqual(['one (sending)', 'two (sending)', 'three (sending)']);
    await until(() => expect(shown(conversation)).toEqual(['one', 'two', 'three']));
    expect(posts().map((post) => post.message)).toEqual(['one', 'one', 'two', 'two', 'two', 'three']);
  });

  it('fails on a refusal, says why, and lets the next pass', async () => {
    const { conversation } = await talk([], [problem(422, 'invalid_input')]);
    const id = conversation.send('bad');
    conversation.send('good');
    await until(() => expect(shown(conversation)).toEqual(['good', 'bad (failed)']));
    expect(conversation.getState().pending[0]?.problem).toMatchObject({ status: 422, code: 'invalid_input' });
    conversation.retry(id);
    await until(() => expect(shown(conversation)).toEqual(['good', 'bad']));
  });

  it('retries a failed message under its id, and can take it off the screen', async () => {
    const { conversation, posts } = await talk(
      [],
      [problem(409, 'message_forbidden'), problem(409, 'message_forbidden')],
    );
    const id = conversation.send('hello');
    await until(() => expect(shown(conversation)).toEqual(['hello (failed)']));
    conversation.retry(id);
    expect(shown(conversation)).toEqual(['hello (sending)']);
    await until(() => expect(shown(conversation)).toEqual(['hello (failed)']));
    conversation.retry('unknown');
    conversation.discard(id);
    expect(shown(conversation)).toEqual([]);
    expect(new Set(posts().map((post) => post.client_message_id))).toEqual(new Set([id]));
  });

  it('stops when it is closed', async () => {
    const { conversation, posts } = await talk([], [hangUp, hangUp, hangUp, hangUp]);
    conversation.send('hello');
    await until(() => expect(posts().length).toBeGreaterThan(0));
    conversation.close();
    const sofar = posts().length;
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(posts().length).toBeLessThanOrEqual(sofar + 1);
  });
});

it('sends what was typed before first, under the same ids', async () => {
  const unsent = [typed('one'), typed('two')];
  const { conversation, posts } = await talk([frame(connected()), frame(history([]), 0)], [hangUp], undefined, unsent);
  expect(shown(conversation)).toEqual(['one (sending)', 'two (sending)']);
  conversation.send('three');
  await until(() => expect(shown(conversation)).toEqual(['one', 'two', 'three']));
  const [one, two] = unsent.map((message) => message.client_message_id);
  expect(posts().map((post) => post.client_message_id).slice(0, 3)).toEqual([one, one, two]);
});

describe('the screen', () => {
  it('is told of changes, and of nothing else', async () => {
    const { conversation } = await talk([frame(connected()), frame(history([said(1, 'a')]), 1), frame(delta(0, 'Hi'))]);
    const states = new Set<unknown>();
    conversation.subscribe(() => states.add(conversation.getState()));
    await until(() => expect(shown(conversation)).toEqual(['a', 'draft']));
    const before = conversation.getState();
    conversation.absorb({ messages: [said(1, 'a')] });
    expect(conversation.getState()).toBe(before);
    expect(states.size).toBeGreaterThanOrEqual(3);
  });

  it('begins with what is known already', async () => {
    const server = await serve(hangUp);
    const transport = agentTransport(createApi({ baseUrl: server.url }), 's1');
    const initial = history([said(1, 'a')]).payload;
    const conversation = createConversation({ transport, baseUrl: server.url, initial });
    open.push({ server, conversation });
    expect(shown(conversation)).toEqual(['a']);
  });

  it('forgets who was typing', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { conversation } = await talk([frame(typing('agent', true))]);
    await until(() => expect(shown(conversation)).toEqual(['typing']));
    await vi.advanceTimersByTimeAsync(6_100);
    expect(shown(conversation)).toEqual([]);
    vi.useRealTimers();
  });

  it('loads older entries, one page at a time', async () => {
    const older: Answer = (response, asked) => {
      expect(asked.url).toBe('/api/sessions/s1?before=5&limit=100');
      json(200, history([said(3, 'c'), said(4, 'd')]).payload)(response, asked);
    };
    const { conversation, server } = await talk([frame(history([said(5, 'e')], true), 5)], [], older);
    await until(() => expect(shown(conversation)).toEqual(['e']));
    await Promise.all([conversation.loadOlder(), conversation.loadOlder()]);
    expect(shown(conversation)).toEqual(['c', 'd', 'e']);
    await conversation.loadOlder();
    expect(server.asked.filter(({ url }) => url.includes('before'))).toHaveLength(1);
    expect(conversation.getState()).toMatchObject({ hasOlder: false, loadingOlder: false });
  });

  it('says why it cannot go on', async () => {
    const server = await serve(problem(404, 'session_not_found'));
    const transport = customerTransport(createApi({ baseUrl: server.url }), 's1');
    const conversation = createConversation({ transport, baseUrl: server.url });
    open.push({ server, conversation });
    await until(() => expect(conversation.getState().connection).toBe('stopped'));
    expect(conversation.getState().problem?.code).toBe('session_not_found');
  });
});

describe('typing', () => {
  it('is said once for many key strokes, and when it ends', async () => {
    const { conversation, server } = await talk([]);
    const told = (): readonly unknown[] =>
      server.asked.filter(({ url }) => url.endsWith('/typing')).map((asked: Asked) => asked.body);
    for (let stroke = 0; stroke < 20; stroke += 1) conversation.sendTyping();
    await until(() => expect(told()).toEqual([{ session_name: 's1', active: true }]));
    conversation.sendTyping(false);
    conversation.sendTyping(false);
    await until(() => expect(told()).toHaveLength(2));
  });
});

it("speaks the agent's side", async () => {
  const server = await serve((response, asked) => {
    if (asked.method === 'GET') streaming()(response, asked);
    else json(200, { message: said(1, 'x'), session: session(), replayed: false })(response, asked);
  });
  const conversation = createConversation({
    transport: agentTransport(createApi({ baseUrl: server.url }), 's 1'),
    baseUrl: server.url,
  });
  open.push({ server, conversation });
  const id = conversation.send('hello');
  const noteId = conversation.send('careful', 'note');
  await until(() => expect(server.asked.filter(({ method }) => method === 'POST')).toHaveLength(2));
  expect(server.asked.map(({ method, url, body }) => ({ method, url, body }))).toEqual(
    expect.arrayContaining([
      { method: 'GET', url: '/api/sessions/s%201/events', body: undefined },
      { method: 'POST', url: '/api/sessions/s%201/messages', body: { content: 'hello', client_message_id: id } },
      { method: 'POST', url: '/api/sessions/s%201/notes', body: { content: 'careful', client_message_id: noteId } },
    ]),
  );
});
