import type { SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { customerName } from '../queue/customerName';

export function CloseDialog({ session, onClose }: { session: SessionView; onClose: () => void }) {
  const { t } = useText();
  const { actions } = useWorkbench();
  const busy = useStore(actions.busy) !== null;
  return (
    <Dialog title={t('close.title')} onClose={onClose}>
      <p className="mt-2 text-soft">{t('close.lead', { name: customerName(session, t) })}</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button
          look="danger"
          data-testid="confirm-close"
          disabled={busy}
          onClick={() => void actions.close(session.session_name).then(onClose)}
        >
          {t('action.confirm.close')}
        </Button>
      </div>
    </Dialog>
  );
}
