import type { Conversation, Problem } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { Composer } from './Composer';
import { ConversationHeader } from './ConversationHeader';
import { Log } from './Log';
import { sessionNow } from './sessionNow';
import { useConversation } from './useConversation';
import { useMarkSeen } from './useMarkSeen';

interface Props {
  name: string;
  conversation: Conversation;
  detailsShown: boolean;
  onToggleDetails: () => void;
}

export function ConversationView({ name, conversation, detailsShown, onToggleDetails }: Props) {
  const { queue, seen } = useWorkbench();
  const state = useConversation(conversation);
  const summary = useStore(queue.sessions).known.get(name)?.session;
  const session = sessionNow(summary, state.session);
  useMarkSeen(seen, name, state.entries.at(-1)?.seq ?? 0);

  if (state.problem !== null && state.entries.length === 0) return <CannotOpen problem={state.problem} />;
  if (session === null) return <Loading />;
  return (
    <>
      <ConversationHeader session={session} detailsShown={detailsShown} onToggleDetails={onToggleDetails} />
      <Log conversation={conversation} state={state} session={session} />
      <Composer conversation={conversation} session={session} />
    </>
  );
}

function CannotOpen({ problem }: { problem: Problem }) {
  const { t } = useText();
  const text =
    problem.status === 404
      ? t('conversation.unknown')
      : t('conversation.failed', { detail: problem.detail || problem.title });
  return (
    <p role="alert" className="m-auto p-6 text-muted">
      {text}
    </p>
  );
}

function Loading() {
  const { t } = useText();
  return (
    <p role="status" className="m-auto p-6 text-muted">
      {t('conversation.loading')}
    </p>
  );
}
