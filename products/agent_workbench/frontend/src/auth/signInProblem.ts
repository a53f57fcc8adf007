import { isTransient, ProblemError } from '@baton/client';

export type SignInProblem =
  | { kind: 'credentials' }
  /** `until` in Unix seconds. */
  | { kind: 'locked'; until: number }
  | { kind: 'unreachable' }
  | { kind: 'other'; detail: string };

const UNKNOWN_LOCK_S = 60;

export function signInProblem(error: unknown, now: number): SignInProblem {
  if (error instanceof ProblemError) {
    if (error.status === 429) return { kind: 'locked', until: now + (error.retryAfter ?? UNKNOWN_LOCK_S) };
    if (error.status === 401) return { kind: 'credentials' };
  }
  if (isTransient(error)) return { kind: 'unreachable' };
  return { kind: 'other', detail: error instanceof Error ? error.message : String(error) };
}
