import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type BatonEvent,
  type ConnectionState,
  connectStream,
  type Problem,
  type StreamConnection,
  type StreamOptions,
} from '../src';
import { connected, said } from './samples';
import { type Answer, cut, frame, hangUp, json, problem, serve, silence, streaming, type TestServer } from './server';

const QUICK = { baseMs: 10, capMs: 40, random: () => 1 };

interface Followed {
  readonly server: TestServer;
  readonly stream: StreamConnection;
  readonly events: readonly (readonly [type: string, id: string | undefined])[];
  readonly states: readonly ConnectionState[];
  readonly problems: readonly Problem[];
}

const open: { server: TestServer; stream: StreamConnection }[] = [];

async function follow(
  answers: readonly [Answer, ...Answer[]],
  options: Partial<StreamOptions> = {},
): Promise<Followed> {
  const server = await serve(...answers);
  const events: [string, string | undefined][] = [];
  const states: ConnectionState[] = [];
  const problems: Problem[] = [];
  const stream = connectStream({
    url: `${server.url}/events`,
    backoff: QUICK,
    onEvent: (event: BatonEvent, id) => events.push([event.type, id]),
    onState: (state, found) => {
      states.push(state);
      if (found !== undefined) problems.push(found);
    },
    ...options,
  });
  open.push({ server, stream });
  return { server, stream, events, states, problems };
}

afterEach(async () => {
  for (const { server, stream } of open.splice(0)) {
    stream.close();
    await server.close();
  }
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 3_000, interval: 5 });

describe('following', () => {
  it('delivers events with their cursor', async () => {
    const { events, states } = await follow([
      streaming(frame(connected()), frame(said(1, 'a'), 1), frame(connected())),
    ]);
    await until(() =>
      expect(events).toEqual([
        ['connected', undefined],
        ['new_message', '1'],
        ['connected', '1'],
      ]),
    );
    expect(states).toEqual(['connecting', 'open']);
  });

  it('sends headers, and a cursor it was given', async () => {
    const { server } = await follow([streaming()], {
      headers: () => Promise.resolve({ Authorization: 'Bearer t' }),
      lastEventId: '41',
    });
    await until(() => expect(server.asked).toHaveLength(1));
    expect(server.asked[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'last-event-id': '41',
      accept: 'text/event-stream',
    });
  });

  it('resumes a cut stream after the last whole event', async () => {
    const { server, events } = await follow([
      cut(frame(connected()), frame(said(1, 'a'), 1), frame(said(2, 'b'), 2)),
      streaming(frame(said(3, 'c'), 3)),
    ]);
    await until(() => expect(events.at(-1)).toEqual(['new_message', '3']));
    expect(server.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2']);
  });

  it('does not take a silent connection for a living one', async () => {
    const { server, states, events } = await follow(
      [streaming(frame(said(1, 'a'), 1)), streaming(frame(said(2, 'b'), 2))],
      {
        heartbeatTimeoutMs: 400,
      },
    );
    await until(() => expect(events).toHaveLength(2));
    expect(server.asked[1]?.headers['last-event-id']).toBe('1');
    expect(states.slice(0, 4)).toEqual(['connecting', 'open', 'waiting', 'connecting']);
  });

  it('gives up a server that takes the request and says nothing', async () => {
    const { events } = await follow([silence, streaming(frame(connected()))], { heartbeatTimeoutMs: 400 });
    await until(() => expect(events).toHaveLength(1));
  });

  it('is kept alive by heartbeats and comments', async () => {
    const beating: Answer = (response, asked) => {
      streaming(frame(connected()))(response, asked);
      const timer = setInterval(() => response.write(': beat\n\n'), 20);
      response.on('close', () => clearInterval(timer));
    };
    const { server } = await follow([beating], { heartbeatTimeoutMs: 400 });
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(server.asked).toHaveLength(1);
  });

  it('skips what is no event', async () => {
    const { events } = await follow([
      streaming(
        'data: {"type":\n\n',
        'data: 7\n\n',
        'data: {"type":"new_message","payload":{}}\n\n',
        frame(said(1, 'a'), 1),
      ),
    ]);
    await until(() => expect(events).toEqual([['new_message', '1']]));
  });
});

describe('trouble', () => {
  it.each([
    ['a server in trouble', problem(503, 'unavailable')],
    ['a connection refused or cut', hangUp],
    ['too many requests', problem(429, 'too_many')],
    ["somebody else's page", json(200, { hello: 'there' })],
  ])('tries again and again after %s', async (_, bad) => {
    const { server, events } = await follow([bad, bad, bad, bad, streaming(frame(connected()))]);
    await until(() => expect(events).toHaveLength(1));
    expect(server.asked).toHaveLength(5);
  });

  it('waits as long as the server asks', async () => {
    const begun = Date.now();
    const { events } = await follow([
      problem(503, 'unavailable', { 'Retry-After': '0.3' }),
      streaming(frame(connected())),
    ]);
    await until(() => expect(events).toHaveLength(1));
    expect(Date.now() - begun).toBeGreaterThanOrEqual(290);
  });

  it.each([403, 404, 422])('stops at %d', async (status) => {
    const { server, states, problems } = await follow([problem(status, 'no')]);
    await until(() => expect(states).toEqual(['connecting', 'stopped']));
    expect(problems).toMatchObject([{ status, code: 'no', detail: 'said no' }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.asked).toHaveLength(1);
  });

  it('waits longer and longer, and starts again from the beginning once a stream delivered', async () => {
    const pauses: number[] = [];
    const random = vi.fn(() => 0);
    const { events } = await follow([hangUp, hangUp, cut(frame(connected())), streaming(frame(connected()))], {
      backoff: { baseMs: 100, capMs: 1_000, random },
      onState: (state) => state === 'waiting' && pauses.push(Date.now()),
    });
    await until(() => expect(events).toHaveLength(2));
    expect(random).toHaveBeenCalledTimes(3);
    expect(pauses).toHaveLength(3);
  });
});

describe('401', () => {
  it('asks for help and comes back with fresh headers at once', async () => {
    let token = 'old';
    const { server, states } = await follow([problem(401, 'token_expired'), streaming(frame(connected()))], {
      headers: () => ({ Authorization: token }),
      onUnauthorized: () => {
        token = 'new';
        return Promise.resolve(true);
      },
    });
    await until(() => expect(states.at(-1)).toBe('open'));
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['old', 'new']);
    expect(states).toEqual(['connecting', 'connecting', 'open']);
  });

  it('stops when nobody can help', async () => {
    const { problems } = await follow([problem(401, 'token_invalid')], {
      onUnauthorized: () => Promise.resolve(false),
    });
    await until(() => expect(problems).toMatchObject([{ status: 401 }]));
  });

  it('does not hammer a server that refuses fresh headers too', async () => {
    const { states, server } = await follow([problem(401, 'token_invalid')], {
      onUnauthorized: () => Promise.resolve(true),
      backoff: { baseMs: 60_000, capMs: 60_000, random: () => 1 },
    });
    await until(() => expect(states.at(-1)).toBe('waiting'));
    expect(server.asked).toHaveLength(2);
  });
});

describe('control', () => {
  const patient = { backoff: { baseMs: 60_000, capMs: 60_000, random: () => 1 } };

  it('reconnects at once when asked while waiting', async () => {
    const { stream, states, events } = await follow([hangUp, streaming(frame(connected()))], patient);
    await until(() => expect(states.at(-1)).toBe('waiting'));
    stream.reconnectNow();
    await until(() => expect(events).toHaveLength(1));
  });

  it('reconnects at once when asked while open, resuming', async () => {
    const { server, stream, events } = await follow([streaming(frame(said(1, 'a'), 1))], patient);
    await until(() => expect(events).toHaveLength(1));
    stream.reconnectNow();
    await until(() => expect(server.asked).toHaveLength(2));
    expect(server.asked[1]?.headers['last-event-id']).toBe('1');
  });

  it('says nothing more after it was closed', async () => {
    const { stream, states, events, server } = await follow([streaming(frame(connected()))]);
    await until(() => expect(events).toHaveLength(1));
    stream.close();
    stream.close();
    stream.reconnectNow();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(states).toEqual(['connecting', 'open', 'stopped']);
    expect(server.asked).toHaveLength(1);
  });
});
