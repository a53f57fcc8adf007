import { type ReactNode, useState } from 'react';
import { formatMoment } from '@baton/ui';
import { Button } from '../common/Button';
import { ActivateDialog } from './ActivateDialog';
import type { KnowledgeApi, Version } from './knowledgeApi';
import { useKnowledgeText } from './useKnowledgeText';
import type { VersionsHere } from './useVersions';

interface Props {
  api: KnowledgeApi;
  versions: VersionsHere;
  isAdmin: boolean;
}

/** What was imported, by whom and when, and which of it counts. */
export function VersionsPanel({ api, versions: { state, hasMore, more, reload }, isAdmin }: Props) {
  const { t } = useKnowledgeText();
  const [asking, setAsking] = useState<number | null>(null);
  // The banner above says what is the matter.
  if (state.kind === 'failed') return null;
  if (state.kind === 'loading') return <p className="p-6 text-center text-muted">{t('queue.loading')}</p>;
  const { current, preparing, versions } = state;
  if (versions.length === 0) {
    return (
      <p data-testid="no-versions" className="p-6 text-center text-muted">
        {t('knowledge.versions.none')}
      </p>
    );
  }
  const mark = (
    <span
      data-testid="current"
      className={`rounded-full px-2 text-xs leading-5 ${preparing ? 'bg-ai-soft text-ai' : 'bg-live-soft text-live'}`}
    >
      {preparing ? t('knowledge.versions.preparing') : t('knowledge.versions.current')}
    </span>
  );
  return (
    <>
      <ol className="divide-y divide-line">
        {versions.map((version) => (
          <Row
            key={version.number}
            number={version.number}
            mark={version.number === current ? mark : null}
            onActivate={isAdmin ? setAsking : null}
          >
            <Facts version={version} />
          </Row>
        ))}
        {!hasMore && (
          <Row number={0} mark={current === 0 ? mark : null} onActivate={isAdmin ? setAsking : null} />
        )}
      </ol>
      {hasMore && (
        <div className="border-t border-line p-2 text-center">
          <Button look="quiet" onClick={more}>
            {t('knowledge.versions.more')}
          </Button>
        </div>
      )}
      {asking !== null && (
        <ActivateDialog api={api} number={asking} onDone={reload} onClose={() => setAsking(null)} />
      )}
    </>
  );
}

interface RowProps {
  number: number;
  /** What the current version is marked with; null for the others. */
  mark: ReactNode;
  onActivate: ((number: number) => void) | null;
  children?: ReactNode;
}

function Row({ number, mark, onActivate, children }: RowProps) {
  const { t } = useKnowledgeText();
  return (
    <li data-testid="version" data-number={number} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="flex min-w-52 flex-1 flex-col gap-0.5">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {number === 0 ? t('knowledge.versions.zero') : t('knowledge.versions.number', { number })}
          {mark}
        </p>
        {children}
      </div>
      {mark === null && onActivate !== null && (
        <Button
          data-testid="activate"
          aria-label={
            number === 0
              ? t('knowledge.versions.activate.zero')
              : t('knowledge.versions.activate.of', { number })
          }
          onClick={() => onActivate(number)}
        >
          {t('knowledge.versions.activate')}
        </Button>
      )}
    </li>
  );
}

const CHANGES = ['added', 'changed', 'removed', 'unchanged'] as const;

function Facts({ version }: { version: Version }) {
  const { t, language } = useKnowledgeText();
  const changes = CHANGES.filter((name) => version[name] > 0);
  return (
    <>
      <p className="text-[13px] text-muted">
        {t('knowledge.versions.by', { when: formatMoment(version.created_at, language), author: version.author })}
        {' · '}
        {t('knowledge.versions.size', { entries: version.entries, documents: version.documents })}
      </p>
      {version.note !== '' && <p className="text-[13px] text-soft wrap-anywhere">{version.note}</p>}
      <p className="flex flex-wrap gap-1.5 pt-0.5">
        {changes.map((name) => (
          <span key={name} className="rounded-full bg-sunken px-2 text-[11px] leading-5 text-soft">
            {t(`knowledge.versions.${name}`, { count: version[name] })}
          </span>
        ))}
      </p>
    </>
  );
}
