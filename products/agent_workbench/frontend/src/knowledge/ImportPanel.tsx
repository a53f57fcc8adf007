import { useState, type SubmitEvent } from 'react';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { problemText } from '../common/problemText';
import { type Chosen, bytesOf, MAX_BYTES, MAX_FILES } from './chosenFiles';
import { FilePicker } from './FilePicker';
import { ImportTerms, isAddress } from './ImportTerms';
import { fileProblems, type KnowledgeApi, type Terms } from './knowledgeApi';
import { ProblemList } from './ProblemList';
import { useKnowledgeText } from './useKnowledgeText';

interface Props {
  api: KnowledgeApi;
  chosen: Chosen;
  onChoose: (change: (before: Chosen) => Chosen) => void;
  onImported: () => void;
}

const NO_TERMS: Terms = { language: '', urlBase: '', replace: false, note: '' };

type Attempt = { kind: 'none' } | { kind: 'busy' } | { kind: 'failed'; error: unknown };

/** Files become a new version, all of them or none. */
export function ImportPanel({ api, chosen, onChoose, onImported }: Props) {
  const { t } = useKnowledgeText();
  const { notices } = useWorkbench();
  const [terms, setTerms] = useState(NO_TERMS);
  const [attempt, setAttempt] = useState<Attempt>({ kind: 'none' });
  const busy = attempt.kind === 'busy';
  const tooLarge = chosen.files.length > MAX_FILES || bytesOf(chosen) > MAX_BYTES;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy || chosen.files.length === 0 || tooLarge || !isAddress(terms.urlBase)) return;
    setAttempt({ kind: 'busy' });
    api.importFiles(chosen.files, terms).then(
      ({ number, entries }) => {
        const words = t('knowledge.import.done', { number, entries });
        notices.show({ tone: 'info', words: () => words });
        onImported();
      },
      (error: unknown) => setAttempt({ kind: 'failed', error }),
    );
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4 p-4">
      <p className="rounded-lg bg-note px-3 py-2 text-[13px] font-medium text-note-ink">{t('knowledge.import.public')}</p>
      <FilePicker
        chosen={chosen}
        onChoose={(change) => {
          onChoose(change);
          setAttempt({ kind: 'none' });
        }}
      />
      {tooLarge && (
        <p role="alert" className="text-urgent">
          {t('knowledge.import.tooLarge')}
        </p>
      )}
      <ImportTerms terms={terms} onChange={setTerms} />
      {attempt.kind === 'failed' && <Failed error={attempt.error} />}
      <div className="flex items-center justify-end gap-3">
        {busy && (
          <p role="status" className="text-muted">
            {t('knowledge.import.busy')}
          </p>
        )}
        <Button
          type="submit"
          look="primary"
          data-testid="import"
          disabled={busy || chosen.files.length === 0 || tooLarge || !isAddress(terms.urlBase)}
        >
          {t('knowledge.import.submit')}
        </Button>
      </div>
    </form>
  );
}

function Failed({ error }: { error: unknown }) {
  const { t } = useKnowledgeText();
  const problems = fileProblems(error);
  if (problems.length > 0) return <ProblemList problems={problems} />;
  return (
    <p role="alert" data-testid="import-failed" className="rounded-lg bg-urgent-soft px-3 py-2 text-urgent">
      {t('knowledge.import.failed', { detail: problemText(error, t) })}
    </p>
  );
}
