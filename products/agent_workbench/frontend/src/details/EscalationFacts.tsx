import type { Escalation } from '@baton/client';
import { formatMoment } from '@baton/ui';
import { useText } from '../i18n/LanguageContext';
import { Cites } from '../conversation/Cites';
import { ruleText } from '../conversation/lookupText';
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
        {escalation.rule && (
          <Fact name={t('details.rule')}>
            {ruleText(escalation.rule, t)}
            {escalation.seq ? <Cites seqs={[escalation.seq]} /> : null}
          </Fact>
        )}
        <Fact name={t('details.at')}>{formatMoment(escalation.at, language)}</Fact>
      </FactList>
    </Section>
  );
}
