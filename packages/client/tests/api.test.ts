import { afterEach, describe, expect, it } from 'vitest';
import { type ApiOptions, createApi, isTransient, NetworkError, ProblemError } from '../src';
import { type Answer, hangUp, json, problem, serve, silence, type TestServer } from './server';

const servers: TestServer[] = [];

async function api(answers: readonly [Answer, ...Answer[]], options: ApiOptions = {}) {
  const server = await serve(...answers);
  servers.push(server);
  return { server, api: createApi({ baseUrl: server.url, ...options }) };
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('a call', () => {
  it('sends JSON with the headers of the moment and returns JSON', async () => {
    const { api: calls, server } = await api([json(201, { ok: true })], {
      headers: () => ({ Authorization: 'Bearer t' }),
    });
    expect(await calls.post('/things', { a: 1 }, { query: { q: 'x y', n: 2, not: undefined } })).toEqual({ ok: true });
    expect(server.asked[0]).toMatchObject({
      url: '/things?q=x+y&n=2',
      body: { a: 1 },
      headers: { authorization: 'Bearer t' },
    });
  });

  it('can take something away', async () => {
    const { api: calls, server } = await api([json(200, { left: 2 })]);
    expect(await calls.delete('/things/a', { query: { note: 'old' } })).toEqual({ left: 2 });
    expect(server.asked[0]).toMatchObject({ method: 'DELETE', url: '/things/a?note=old' });
  });

  it('returns nothing for 204', async () => {
    const { api: calls } = await api([(response) => response.writeHead(204).end()]);
    expect(await calls.post('/typing', {})).toBeUndefined();
  });

  it('is repeated once with fresh headers after 401', async () => {
    let token = 'old';
    const { api: calls, server } = await api([problem(401, 'token_expired'), json(200, 1)], {
      headers: () => ({ Authorization: token }),
      onUnauthorized: () => {
        token = 'new';
        return Promise.resolve(true);
      },
    });
    expect(await calls.get('/me')).toBe(1);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['old', 'new']);
  });
});

describe('a failure', () => {
  const page: Answer = (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>');
  it('is the problem that the server named', async () => {
    const { api: calls } = await api([
      json(422, { status: 422, code: 'invalid_input', detail: 'email: no', field: 'email' }),
    ]);
    const error = await failure(calls.get('/x'));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_input',
      detail: 'email: no',
      field: 'email',
      message: 'email: no',
    });
    expect(isTransient(error)).toBe(false);
  });

  it("is a problem of its own kind behind a proxy's page", async () => {
    const bad: Answer = (response) =>
      response.writeHead(502, { 'Content-Type': 'text/html', 'Retry-After': '7' }).end('<h1>Bad');
    const error = await failure((await api([bad])).api.get('/x'));
    expect(error).toMatchObject({ status: 502, code: 'http_error', retryAfter: 7 });
    expect(isTransient(error)).toBe(true);
  });

  it.each([
    ['is cut off', hangUp],
    ['takes too long', silence],
    ['is not JSON', page],
  ])('is a network error when the answer %s', async (_, answer) => {
    const error = await failure((await api([answer])).api.get('/x', { timeoutMs: 1_000 }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(isTransient(error)).toBe(true);
  });

  it('is nothing to repeat when the caller gave up', async () => {
    const aborter = new AbortController();
    const work = failure((await api([silence])).api.get('/x', { signal: aborter.signal }));
    aborter.abort();
    expect(isTransient(await work)).toBe(false);
  });
});
