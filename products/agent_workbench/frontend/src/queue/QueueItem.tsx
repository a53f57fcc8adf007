import { memo } from 'react';
import type { SessionView } from '@baton/client';
import { Avatar } from '../common/Avatar';
import { useText } from '../i18n/LanguageContext';
import { customerName } from './customerName';
import { ItemTime } from './ItemTime';
import { previewText } from './preview';
import { SeverityBadge } from './SeverityBadge';

interface Props {
  session: SessionView;
  me: string;
  selected: boolean;
  unread: boolean;
  onSelect: (name: string) => void;
}

export const QueueItem = memo(function QueueItem({ session, me, selected, unread, onSelect }: Props) {
  const { t } = useText();
  const { session_name: id, status, escalation, agent } = session;
  const name = customerName(session, t);
  const preview = previewText(session.preview ?? '');
  const elsewhere = status === 'manual_live' && agent !== null && agent.id !== me;
  return (
    <li className="[contain-intrinsic-size:auto_72px] [content-visibility:auto]">
      <button
        type="button"
        data-testid="queue-item"
        data-session={id}
        data-status={status}
        data-unread={unread}
        aria-current={selected}
        onClick={() => onSelect(id)}
        className={`flex w-full gap-2.5 border-b border-l-3 border-b-line px-3 py-2.5 text-left outline-offset-[-2px] ${selected ? 'border-l-brand bg-brand-soft' : 'border-l-transparent hover:bg-canvas'}`}
      >
        <Avatar name={name} seed={id} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={`min-w-0 flex-1 truncate ${unread ? 'font-semibold' : 'font-medium'}`}>{name}</span>
            <ItemTime session={session} />
          </span>
          <span className="flex items-center gap-2">
            <span className={`min-w-0 flex-1 truncate text-[13px] ${unread ? 'text-ink' : 'text-muted'}`}>
              {preview || t('queue.noPreview')}
            </span>
            {unread && <span role="img" aria-label={t('queue.unread')} className="size-2 rounded-full bg-brand" />}
          </span>
          {(escalation !== null || elsewhere) && (
            <span className="mt-1 flex items-center gap-1.5 text-xs text-muted">
              {escalation !== null && (
                <>
                  <SeverityBadge severity={escalation.severity} />
                  <span className="truncate">{t(`reason.${escalation.reason}`)}</span>
                </>
              )}
              {elsewhere && <span className="ml-auto truncate">{t('queue.with', { name: agent.name })}</span>}
            </span>
          )}
        </span>
      </button>
    </li>
  );
});
