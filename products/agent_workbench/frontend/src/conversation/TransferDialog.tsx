import { useEffect, useState, type SubmitEvent } from 'react';
import type { SessionView } from '@baton/client';
import type { Colleague } from '../api/workbenchApi';
import { useWorkbench } from '../app/WorkbenchContext';
import { roleText } from '../auth/roleText';
import { Avatar } from '../common/Avatar';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { customerName } from '../queue/customerName';

export function TransferDialog({ session, onClose }: { session: SessionView; onClose: () => void }) {
  const { t } = useText();
  const { actions } = useWorkbench();
  const busy = useStore(actions.busy) !== null;
  const colleagues = useColleagues(session.agent?.id);
  const [chosen, setChosen] = useState<string | null>(null);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (chosen === null) return;
    void actions.transfer(session.session_name, chosen).then((done) => {
      if (done) onClose();
    });
  }

  return (
    <Dialog title={t('transfer.title')} onClose={onClose}>
      <form onSubmit={submit}>
        <p className="mt-2 text-soft">{t('transfer.lead', { name: customerName(session, t) })}</p>
        {colleagues === 'failed' && <p role="alert" className="mt-3 text-urgent">{t('transfer.failed')}</p>}
        {colleagues === 'loading' && <p className="mt-3 text-muted">{t('queue.loading')}</p>}
        {Array.isArray(colleagues) && colleagues.length === 0 && <p className="mt-3 text-muted">{t('transfer.none')}</p>}
        {Array.isArray(colleagues) && (
          <div role="radiogroup" aria-label={t('transfer.title')} className="mt-3 flex max-h-72 flex-col gap-1 overflow-y-auto p-1">
            {colleagues.map((colleague, index) => (
              <label
                key={colleague.id}
                data-testid="transfer-agent"
                className="flex cursor-pointer items-center gap-3 rounded-lg border border-line p-2 hover:bg-canvas has-checked:border-brand has-checked:bg-brand-soft"
              >
                <input
                  type="radio"
                  name="agent"
                  autoFocus={index === 0}
                  checked={chosen === colleague.id}
                  onChange={() => setChosen(colleague.id)}
                  className="accent-brand"
                />
                <Avatar name={colleague.name} seed={colleague.name} size="small" />
                <span className="flex-1 font-medium">{colleague.name}</span>
                <span className="text-xs text-muted">{roleText(colleague.role, t)}</span>
              </label>
            ))}
          </div>
        )}
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" data-testid="confirm-transfer" disabled={chosen === null || busy}>
            {t('transfer.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Everybody but the one who serves now. */
function useColleagues(serving: string | undefined): Colleague[] | 'loading' | 'failed' {
  const { api } = useWorkbench();
  const [found, setFound] = useState<Colleague[] | 'loading' | 'failed'>('loading');
  useEffect(() => {
    let wanted = true;
    api.agents().then(
      (agents) => wanted && setFound(agents),
      () => wanted && setFound('failed'),
    );
    return () => {
      wanted = false;
    };
  }, [api]);
  return Array.isArray(found) ? found.filter((agent) => agent.id !== serving) : found;
}
