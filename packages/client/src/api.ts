/** Calls to a server: JSON in, JSON out, problems as `ProblemError`, everything without an answer as `NetworkError`. */

import { NetworkError, ProblemError, problemOf } from './problem';

export type HeadersSource = () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

export interface ApiOptions {
  /** Where the paths begin, without a slash at the end; empty for the page's own origin. */
  readonly baseUrl?: string;
  readonly headers?: HeadersSource;
  /** Called on 401; true when the call shall be made once more with fresh headers. */
  readonly onUnauthorized?: () => Promise<boolean>;
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface Api {
  get<Answer>(path: string, options?: CallOptions): Promise<Answer>;
  post<Answer>(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  delete<Answer>(path: string, options?: CallOptions): Promise<Answer>;
}

const DEFAULT_TIMEOUT_MS = 15_000;

export function createApi(options: ApiOptions = {}): Api {
  const fetchFrom = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function call(method: string, path: string, body: unknown, given: CallOptions): Promise<unknown> {
    try {
      return await attempt(method, path, body, given);
    } catch (error) {
      const mayRefresh = error instanceof ProblemError && error.status === 401 && options.onUnauthorized !== undefined;
      if (!mayRefresh || !(await options.onUnauthorized())) throw error;
      return attempt(method, path, body, given);
    }
  }

  async function attempt(method: string, path: string, body: unknown, given: CallOptions): Promise<unknown> {
    const headers = {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(await options.headers?.()),
    };
    const deadline = AbortSignal.timeout(given.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const init: RequestInit = {
      method,
      headers,
      signal: given.signal === undefined ? deadline : AbortSignal.any([given.signal, deadline]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const url = `${options.baseUrl ?? ''}${path}${queryString(given.query)}`;
    try {
      const response = await fetchFrom(url, init);
      if (!response.ok) throw await problemOf(response);
      return response.status === 204 ? undefined : await response.json();
    } catch (error) {
      if (error instanceof ProblemError || given.signal?.aborted === true) throw error;
      throw new NetworkError(`${method} ${path}: no usable answer`, { cause: error });
    }
  }

  return {
    get: async <Answer>(path: string, given: CallOptions = {}) => (await call('GET', path, undefined, given)) as Answer,
    post: async <Answer>(path: string, body?: unknown, given: CallOptions = {}) =>
      (await call('POST', path, body, given)) as Answer,
    delete: async <Answer>(path: string, given: CallOptions = {}) =>
      (await call('DELETE', path, undefined, given)) as Answer,
  };
}

function queryString(query: CallOptions['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
