/**
 * What a call can end in besides an answer: a problem that the server named, or no usable answer at all.
 *
 *     Error
 *     ├── ProblemError    the server refused, and said why (application/problem+json)
 *     └── NetworkError    no answer: unreachable, cut off, too late, or not ours
 */

import type { Problem } from './events';

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  /** Seconds, from `Retry-After`. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null = null) {
    super(problem.detail || problem.title);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }

  get detail(): string {
    return this.problem.detail;
  }

  get field(): string | undefined {
    return this.problem.field;
  }
}

export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** Whether the same call may succeed later: no answer at all, a server in trouble, or one that asks to slow down. */
export function isTransient(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ProblemError && isTransientStatus(error.status));
}

export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

/** The problem in an answer that is not a success. A proxy's own page becomes a problem with the code `http_error`. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => null);
  const said = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  const problem: Problem = {
    ...said,
    status: response.status,
    code: said.code ?? 'http_error',
    title: said.title ?? response.statusText,
    detail: said.detail ?? '',
  };
  return new ProblemError(problem, retryAfterOf(response.headers));
}

function retryAfterOf(headers: Headers): number | null {
  const value = headers.get('Retry-After');
  if (value === null) return null;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
