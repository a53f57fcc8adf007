import type { SessionView } from '@baton/client';
import { useText } from '../i18n/LanguageContext';

/** Why this agent cannot write to the customer now. */
export function WhyNot({ session: { status, agent } }: { session: SessionView }) {
  const { t } = useText();
  return (
    <p data-testid="why-not" className="min-w-0 text-[13px] text-muted">
      {t(`composer.why.${status}`, { name: agent?.name ?? t('who.someone') })}
    </p>
  );
}
