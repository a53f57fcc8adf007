import type { Escalation } from '@baton/client';
import { formatMoment } from '@baton/ui';
import { useText } from '../i18n/LanguageContext';
import { SeverityBadge } from '../queue/SeverityBadge';
import { Fact, FactList, Section } from './Facts';

export function EscalationFacts({ escalation }: { escalation: Escalation }) {
  const { t, language } = useText();
  return (
    <Section title={t('details.escalation')}>
      <FactList>
        <Fact name={t('details.reason')}>{t(`reason.${escalation.reason}`)}</Fact>
        {escalation.severity !== undefined && (
          <Fact name={t('details.severity')}>
            <SeverityBadge severity={escalation.severity} always />
          </Fact>
        )}
        {escalation.detail && <Fact name={t('details.detail')}>{escalation.detail}</Fact>}
        <Fact name={t('details.at')}>{formatMoment(escalation.at, language)}</Fact>
      </FactList>
    </Section>
  );
}
