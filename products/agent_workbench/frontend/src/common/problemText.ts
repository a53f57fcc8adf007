import { isTransient, NetworkError, ProblemError } from '@baton/client';
import type { Translate } from '../i18n/language';

/** What went wrong, for a reader who cannot do anything about its cause. */
export function problemText(error: unknown, t: Translate): string {
  if (error instanceof NetworkError) return t('problem.unreachable');
  if (isTransient(error)) return t('problem.busy');
  if (error instanceof ProblemError && error.message !== '') return error.message;
  return t('problem.unknown');
}
