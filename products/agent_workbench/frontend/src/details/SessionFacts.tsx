import { useState } from 'react';
import type { SessionView } from '@baton/client';
import { formatMoment } from '@baton/ui';
import { Icon } from '../common/Icon';
import { useText } from '../i18n/LanguageContext';
import { Fact, FactList, Section } from './Facts';

export function SessionFacts({ session }: { session: SessionView }) {
  const { t, language } = useText();
  return (
    <Section title={t('details.session')}>
      <FactList>
        <Fact name={t('details.status')}>{t(`status.${session.status}`)}</Fact>
        <Fact name={t('details.agent')}>
          {session.agent?.name ?? <span className="text-muted">{t('details.nobody')}</span>}
        </Fact>
        <Fact name={t('details.created')}>{formatMoment(session.created_at, language)}</Fact>
        <Fact name={t('details.updated')}>{formatMoment(session.updated_at, language)}</Fact>
        <Fact name={t('details.id')}>
          <SessionName name={session.session_name} />
        </Fact>
      </FactList>
    </Section>
  );
}

function SessionName({ name }: { name: string }) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    // A page on plain http has no clipboard; then the name can still be selected.
    if (!('clipboard' in navigator)) return;
    navigator.clipboard.writeText(name).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 flex-1 font-mono text-xs leading-5 break-all">{name}</code>
      <button
        type="button"
        aria-label={t(copied ? 'details.copied' : 'details.copy')}
        title={t(copied ? 'details.copied' : 'details.copy')}
        onClick={copy}
        className="rounded p-0.5 text-muted hover:text-ink"
      >
        <Icon name={copied ? 'check' : 'copy'} />
      </button>
    </span>
  );
}
