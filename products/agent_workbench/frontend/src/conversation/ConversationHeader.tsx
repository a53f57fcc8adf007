import { useState } from 'react';
import type { SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { Avatar } from '../common/Avatar';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { StatusPill } from '../common/StatusPill';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { customerName } from '../queue/customerName';
import { CloseDialog } from './CloseDialog';
import { rightsIn } from './sessionNow';
import { TransferDialog } from './TransferDialog';

interface Props {
  session: SessionView;
  detailsShown: boolean;
  onToggleDetails: () => void;
}

export function ConversationHeader({ session, detailsShown, onToggleDetails }: Props) {
  const { t } = useText();
  const { selection } = useWorkbench();
  const name = customerName(session, t);
  const email = session.customer?.email;
  return (
    <header className="flex min-h-14 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-4 py-2">
      <Button
        look="quiet"
        aria-label={t('conversation.back')}
        onClick={() => selection.choose(null)}
        className="-ml-2 px-1.5 md:hidden"
      >
        <Icon name="back" />
      </Button>
      <Avatar name={name} seed={session.session_name} />
      <div className="min-w-40 flex-1">
        <h2 className="flex items-center gap-2 text-[15px] leading-5 font-semibold">
          <span className="truncate">{name}</span>
          <StatusPill session={session} />
        </h2>
        <p className="truncate text-xs text-muted">{email !== name && email ? email : session.session_name}</p>
      </div>
      <HandActions session={session} />
      <Button
        look="quiet"
        aria-pressed={detailsShown}
        aria-label={t('conversation.details')}
        title={t('conversation.details')}
        onClick={onToggleDetails}
        className="px-2"
      >
        <Icon name="panel" />
      </Button>
    </header>
  );
}

function HandActions({ session }: { session: SessionView }) {
  const { t } = useText();
  const { agent, actions } = useWorkbench();
  const busy = useStore(actions.busy) !== null;
  const [asking, setAsking] = useState<'transfer' | 'close' | null>(null);
  const rights = rightsIn(session, agent);
  const name = session.session_name;
  const stopAsking = () => setAsking(null);
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {rights.takeover && (
        <Button look="primary" data-testid="takeover" disabled={busy} onClick={() => void actions.takeover(name)}>
          {t('action.takeover')}
        </Button>
      )}
      {rights.handOver && (
        <>
          <Button data-testid="release" disabled={busy} onClick={() => void actions.release(name)}>
            {t('action.release')}
          </Button>
          <Button data-testid="transfer" disabled={busy} onClick={() => setAsking('transfer')}>
            {t('action.transfer')}
          </Button>
        </>
      )}
      {rights.close && (
        <Button data-testid="close-session" disabled={busy} onClick={() => setAsking('close')}>
          {t('action.close')}
        </Button>
      )}
      {asking === 'transfer' && <TransferDialog session={session} onClose={stopAsking} />}
      {asking === 'close' && <CloseDialog session={session} onClose={stopAsking} />}
    </div>
  );
}
