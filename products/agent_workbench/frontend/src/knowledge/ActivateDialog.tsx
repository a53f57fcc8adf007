import { useState } from 'react';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import { problemText } from '../common/problemText';
import type { KnowledgeApi } from './knowledgeApi';
import { useKnowledgeText } from './useKnowledgeText';

interface Props {
  api: KnowledgeApi;
  /** 0: as if nothing had been imported. */
  number: number;
  onDone: () => void;
  onClose: () => void;
}

/** Every customer is answered from another version after this, so it is asked first. */
export function ActivateDialog({ api, number, onDone, onClose }: Props) {
  const { t } = useKnowledgeText();
  const { notices } = useWorkbench();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const zero = number === 0;

  function activate() {
    setBusy(true);
    setError(null);
    api.activate(number).then(
      () => {
        const words = zero ? t('knowledge.activate.done.zero') : t('knowledge.activate.done', { number });
        notices.show({ tone: 'info', words: () => words });
        onDone();
        onClose();
      },
      (failure: unknown) => {
        setError(failure);
        setBusy(false);
      },
    );
  }

  const title = zero ? t('knowledge.activate.title.zero') : t('knowledge.activate.title', { number });
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="mt-2 text-soft">
        {zero ? t('knowledge.activate.lead.zero') : t('knowledge.activate.lead', { number })}
      </p>
      {error !== null && (
        <p role="alert" className="mt-3 text-urgent">
          {t('knowledge.activate.failed', { detail: problemText(error, t) })}
        </p>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button look={zero ? 'danger' : 'primary'} data-testid="confirm-activate" disabled={busy} onClick={activate}>
          {zero ? t('knowledge.versions.activate.zero') : t('knowledge.activate.submit')}
        </Button>
      </div>
    </Dialog>
  );
}
