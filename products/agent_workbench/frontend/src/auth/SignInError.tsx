import { useNow } from '../common/clock';
import { waitText } from '../common/format';
import { Icon } from '../common/Icon';
import { useText } from '../i18n/LanguageContext';
import type { Translate } from '../i18n/language';
import type { SignInProblem } from './signInProblem';

export function SignInError({ problem }: { problem: SignInProblem }) {
  const { t } = useText();
  const now = useNow();
  if (problem.kind === 'locked' && problem.until <= now) return null;
  return (
    <p role="alert" className="flex gap-2 rounded-md bg-urgent-soft px-3 py-2 text-[13px] text-urgent">
      <Icon name="alert" className="mt-0.5 size-4" />
      {words(problem, now, t)}
    </p>
  );
}

function words(problem: SignInProblem, now: number, t: Translate): string {
  switch (problem.kind) {
    case 'credentials':
      return t('signin.error.credentials');
    case 'locked':
      return t('signin.error.locked', { time: waitText(Math.ceil(problem.until - now)) });
    case 'unreachable':
      return t('signin.error.unreachable');
    case 'other':
      return t('signin.error.other', { detail: problem.detail });
  }
}
