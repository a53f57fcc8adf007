import { useMemo } from 'react';
import { useWorkbench } from '../app/WorkbenchContext';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { QueueList } from './QueueList';

const PHASES = { off: 'ready', searching: 'loading', found: 'ready', failed: 'failed' } as const;

export function SearchResults() {
  const { t } = useText();
  const { queue, search } = useWorkbench();
  const { text, phase, names, next, total } = useStore(search.state);
  const { known } = useStore(queue.sessions);
  const sessions = useMemo(() => names.flatMap((name) => known.get(name)?.session ?? []), [names, known]);
  return (
    <>
      <p role="status" className="border-b border-line px-3 pb-2 text-xs text-muted">
        {phase === 'searching' ? t('queue.loading') : t('queue.search.results', { count: total })}
      </p>
      <QueueList
        sessions={sessions}
        phase={PHASES[phase]}
        empty={t('queue.empty.search', { query: text.trim() })}
        hasMore={next !== null}
        onMore={search.more}
      />
    </>
  );
}
