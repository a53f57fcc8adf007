import { useEffect, useRef, useState } from 'react';
import { Button } from '../common/Button';
import { problemText } from '../common/problemText';
import type { HeldFile, KnowledgeApi } from './knowledgeApi';
import { RemoveDialog } from './RemoveDialog';
import { SearchField } from './SearchField';
import { filesNamed, useFiles } from './useFiles';
import { useKnowledgeText } from './useKnowledgeText';
import type { VersionsHere } from './useVersions';

interface Props {
  api: KnowledgeApi;
  versions: VersionsHere;
  isAdmin: boolean;
}

/** How many are shown at first, and how many more each time; a version may hold thousands. */
const SHOWN = 100;

/** The files of the current version; admins take them out, one at a time. */
export function FilesPanel({ api, versions, isAdmin }: Props) {
  const { t } = useKnowledgeText();
  const [query, setQuery] = useState('');
  const [shown, setShown] = useState(SHOWN);
  const [asking, setAsking] = useState<HeldFile | null>(null);
  const { state, retry } = useFiles(api, versions.state.kind === 'known' ? versions.state.current : null);
  const panel = useRef<HTMLDivElement>(null);
  const wasRemoved = useRef(false);

  useEffect(() => {
    if (!wasRemoved.current) return;
    wasRemoved.current = false;
    // The button that had the focus is gone with its file; whoever uses the keyboard goes on here.
    if (document.activeElement === document.body) panel.current?.focus();
  }, [state]);

  // The banner above says what is the matter.
  if (versions.state.kind === 'failed') return null;
  if (state.kind === 'loading') return <p className="p-6 text-center text-muted">{t('queue.loading')}</p>;
  if (state.kind === 'failed') {
    return (
      <div role="alert" className="flex flex-col items-center gap-3 p-6 text-center text-soft">
        <p>{t('knowledge.failed', { detail: problemText(state.error, t) })}</p>
        <Button onClick={retry}>{t('knowledge.retry')}</Button>
      </div>
    );
  }
  const found = filesNamed(state.files, query);
  return (
    <div ref={panel} tabIndex={-1} className="focus:outline-none">
      {state.files.length > 0 && (
        <SearchField
          label={t('knowledge.files.search')}
          clearLabel={t('knowledge.files.clear')}
          text={query}
          testId="file-search"
          onType={(text) => {
            setQuery(text);
            setShown(SHOWN);
          }}
        />
      )}
      {found.length === 0 && (
        <p data-testid="no-files" className="p-6 text-center text-muted">
          {state.files.length === 0
            ? t('knowledge.files.none')
            : t('knowledge.files.notFound', { query: query.trim() })}
        </p>
      )}
      <ul className="divide-y divide-line">
        {found.slice(0, shown).map((file) => (
          <Row key={file.name} file={file} onRemove={isAdmin ? setAsking : null} />
        ))}
      </ul>
      {found.length > shown && (
        <div className="border-t border-line p-2 text-center">
          <Button look="quiet" onClick={() => setShown((before) => before + SHOWN)}>
            {t('knowledge.files.more')}
          </Button>
        </div>
      )}
      {asking !== null && (
        <RemoveDialog
          api={api}
          file={asking}
          isLast={state.files.length === 1}
          onRemoved={() => {
            wasRemoved.current = true;
            versions.reload();
          }}
          onFailed={versions.reload}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

function Row({ file, onRemove }: { file: HeldFile; onRemove: ((file: HeldFile) => void) | null }) {
  const { t } = useKnowledgeText();
  return (
    <li data-testid="file" data-name={file.name} className="flex items-center gap-4 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">{file.name}</p>
        <p className="text-[13px] text-muted">{t('knowledge.files.count', { entries: file.entries })}</p>
      </div>
      {onRemove !== null && (
        <Button
          data-testid="remove-file"
          aria-label={t('knowledge.files.remove.of', { name: file.name })}
          onClick={() => onRemove(file)}
        >
          {t('knowledge.files.remove')}
        </Button>
      )}
    </li>
  );
}
