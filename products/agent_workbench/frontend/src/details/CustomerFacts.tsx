import type { SessionView } from '@baton/client';
import { useText } from '../i18n/LanguageContext';
import { Fact, FactList, Section } from './Facts';

export function CustomerFacts({ session: { customer, language } }: { session: SessionView }) {
  const { t } = useText();
  const { name = '', email = '' } = customer ?? {};
  const unknown = <span className="text-muted">{t('details.unknown')}</span>;
  return (
    <Section title={t('details.customer')}>
      <FactList>
        <Fact name={t('details.name')}>{name === '' ? unknown : name}</Fact>
        <Fact name={t('details.email')}>
          {email === '' ? (
            unknown
          ) : (
            <a href={`mailto:${encodeURIComponent(email)}`} className="text-brand underline underline-offset-2">
              {email}
            </a>
          )}
        </Fact>
        <Fact name={t('details.language')}>{t(`language.${language}`)}</Fact>
      </FactList>
    </Section>
  );
}
