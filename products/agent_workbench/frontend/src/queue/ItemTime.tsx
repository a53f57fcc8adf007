import type { SessionView } from '@baton/client';
import { useNow } from '../common/clock';
import { shortWhen, waitText } from '../common/format';
import { useText } from '../i18n/LanguageContext';
import { waitingSince } from './queueState';

/** From here on a wait is shown as long. */
const LONG_WAIT_S = 300;

/** How long the customer has been waiting, ticking; for others when they last changed. */
export function ItemTime({ session }: { session: SessionView }) {
  const { t, locale } = useText();
  const now = useNow();
  if (session.status !== 'pending_manual') {
    return <span className="text-xs text-muted tabular-nums">{shortWhen(session.updated_at, now, locale)}</span>;
  }
  const waited = now - waitingSince(session);
  const time = waitText(waited);
  return (
    <span
      data-testid="wait"
      title={t('queue.waits', { time })}
      className={`rounded px-1.5 text-xs leading-5 font-semibold tabular-nums ${waited >= LONG_WAIT_S ? 'bg-urgent-soft text-urgent' : 'bg-wait-soft text-wait'}`}
    >
      {time}
    </span>
  );
}
