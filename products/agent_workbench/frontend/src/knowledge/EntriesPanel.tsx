import { useState } from 'react';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { problemText } from '../common/problemText';
import { EntryDialog } from './EntryDialog';
import { ENTRIES_PER_PAGE, type Entry, type KnowledgeApi } from './knowledgeApi';
import { SearchField } from './SearchField';
import { useEntries } from './useEntries';
import { useKnowledgeText } from './useKnowledgeText';
import { wordingsOf } from './wordings';

/** The entries, searchable, a page at a time. */
export function EntriesPanel({ api, served }: { api: KnowledgeApi; served: number | null }) {
  const { t } = useKnowledgeText();
  const [query, setQuery] = useState('');
  const [offset, setOffset] = useState(0);
  const [opened, setOpened] = useState<Entry | null>(null);
  const { state, retry } = useEntries(api, query, offset, served);

  function search(text: string) {
    setQuery(text);
    setOffset(0);
  }

  return (
    <>
      <SearchField
        label={t('knowledge.entries.search')}
        clearLabel={t('knowledge.entries.clear')}
        text={query}
        testId="entry-search"
        onType={search}
      />
      {state.kind === 'loading' && <p className="p-6 text-center text-muted">{t('queue.loading')}</p>}
      {state.kind === 'failed' && (
        <div role="alert" className="flex flex-col items-center gap-3 p-6 text-center text-soft">
          <p>{t('knowledge.failed', { detail: problemText(state.error, t) })}</p>
          <Button onClick={retry}>{t('knowledge.retry')}</Button>
        </div>
      )}
      {state.kind === 'found' && state.entries.length === 0 && (
        <p data-testid="no-entries" className="p-6 text-center text-muted">
          {query.trim() === '' ? t('knowledge.entries.none') : t('knowledge.entries.notFound', { query: query.trim() })}
        </p>
      )}
      {state.kind === 'found' && state.entries.length > 0 && (
        <>
          <ul className="divide-y divide-line">
            {state.entries.map((entry) => (
              <li key={entry.id}>
                <Row entry={entry} onOpen={() => setOpened(entry)} />
              </li>
            ))}
          </ul>
          <Pages offset={offset} shown={state.entries.length} total={state.total} onTurn={setOffset} />
        </>
      )}
      {opened !== null && <EntryDialog entry={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

function Row({ entry, onOpen }: { entry: Entry; onOpen: () => void }) {
  const { t, language } = useKnowledgeText();
  const wordings = wordingsOf(entry, language);
  const shown = wordings[0]?.[1];
  return (
    <button
      type="button"
      data-testid="entry"
      data-id={entry.id}
      onClick={onOpen}
      className="flex w-full flex-col gap-0.5 px-4 py-2.5 text-left hover:bg-canvas focus-visible:-outline-offset-2"
    >
      <span className="flex w-full items-baseline gap-2">
        <span className="min-w-0 flex-1 font-medium wrap-anywhere">{shown?.title}</span>
        {wordings.map(([each]) => (
          <span key={each} className="shrink-0 rounded-full bg-sunken px-2 text-[11px] leading-5 text-soft">
            {t(`language.${each}`)}
          </span>
        ))}
      </span>
      <span className="line-clamp-2 text-[13px] text-muted wrap-anywhere">{shown?.body}</span>
    </button>
  );
}

interface PagesProps {
  offset: number;
  shown: number;
  total: number;
  onTurn: (offset: number) => void;
}

function Pages({ offset, shown, total, onTurn }: PagesProps) {
  const { t } = useKnowledgeText();
  return (
    <div className="flex items-center gap-1 border-t border-line px-4 py-2 text-[13px] text-soft">
      <p role="status" data-testid="entry-count" className="flex-1">
        {t('knowledge.entries.count', { from: offset + 1, to: offset + shown, total })}
      </p>
      <Button
        look="quiet"
        data-testid="previous-page"
        aria-label={t('knowledge.entries.previous')}
        title={t('knowledge.entries.previous')}
        disabled={offset === 0}
        onClick={() => onTurn(Math.max(0, offset - ENTRIES_PER_PAGE))}
        className="px-2"
      >
        <Icon name="back" />
      </Button>
      <Button
        look="quiet"
        data-testid="next-page"
        aria-label={t('knowledge.entries.next')}
        title={t('knowledge.entries.next')}
        disabled={offset + shown >= total}
        onClick={() => onTurn(offset + ENTRIES_PER_PAGE)}
        className="px-2"
      >
        <Icon name="back" className="size-4 rotate-180" />
      </Button>
    </div>
  );
}
