import type { SessionView, Status } from '@baton/client';
import { useText } from '../i18n/LanguageContext';

const LOOKS: Record<Status, string> = {
  bot_active: 'bg-ai-soft text-ai',
  pending_manual: 'bg-wait-soft text-wait',
  manual_live: 'bg-live-soft text-live',
  closed: 'bg-sunken text-soft',
};

/** Who serves, in a word: of a session with an agent the agent's name. */
export function StatusPill({ session: { status, agent } }: { session: SessionView }) {
  const { t } = useText();
  return (
    <span
      data-testid="status"
      data-status={status}
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-full px-2 text-xs leading-5 font-medium ${LOOKS[status]}`}
    >
      <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
      {status === 'manual_live' && agent !== null ? agent.name : t(`status.${status}`)}
    </span>
  );
}
