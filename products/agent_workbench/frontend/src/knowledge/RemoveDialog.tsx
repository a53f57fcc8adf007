import { useId, useState } from 'react';
import { ProblemError } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import { problemText } from '../common/problemText';
import type { HeldFile, KnowledgeApi } from './knowledgeApi';
import { useKnowledgeText } from './useKnowledgeText';

interface Props {
  api: KnowledgeApi;
  file: HeldFile;
  /** Whether nothing is left without it. */
  isLast: boolean;
  onRemoved: () => void;
  onFailed: () => void;
  onClose: () => void;
}

/** No customer is answered from the file after this, so it is asked first. */
export function RemoveDialog({ api, file, isLast, onRemoved, onFailed, onClose }: Props) {
  const { t } = useKnowledgeText();
  const { notices } = useWorkbench();
  const noteId = useId();
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { name } = file;

  function remove() {
    setBusy(true);
    setError(null);
    api.remove(name, note).then(
      ({ number, entries }) => {
        const words = t('knowledge.remove.done', { name, number, entries });
        notices.show({ tone: 'info', words: () => words });
        onRemoved();
        onClose();
      },
      (failure: unknown) => {
        setError(failure);
        setBusy(false);
        // Somebody else may have taken it out before.
        onFailed();
      },
    );
  }

  return (
    <Dialog title={t('knowledge.remove.title', { name })} onClose={onClose}>
      <div data-testid="remove-dialog">
        <p className="mt-2 text-soft">{t('knowledge.remove.lead', { entries: file.entries })}</p>
        {isLast && (
          <p data-testid="last-file" className="mt-3 rounded-lg bg-wait-soft px-3 py-2 text-[13px] font-medium text-wait">
            {t('knowledge.remove.last')}
          </p>
        )}
        <label htmlFor={noteId} className="mt-4 block text-[13px] font-medium">
          {t('knowledge.remove.note')}
        </label>
        <input
          id={noteId}
          data-testid="remove-note"
          maxLength={500}
          placeholder={t('knowledge.remove.note.placeholder')}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          className="mt-1 h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-[13px]"
        />
        {error !== null && (
          <p role="alert" data-testid="remove-failed" className="mt-3 text-urgent wrap-anywhere">
            {isGone(error)
              ? t('knowledge.remove.gone')
              : t('knowledge.remove.failed', { detail: problemText(error, t) })}
          </p>
        )}
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button look="danger" data-testid="confirm-remove" disabled={busy} onClick={remove}>
            {t('knowledge.remove.submit')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** The current version does not hold it any more. */
function isGone(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'file_not_found';
}
