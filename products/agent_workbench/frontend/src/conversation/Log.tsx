import { useMemo, useState } from 'react';
import type { Conversation, ConversationSnapshot, SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { useText } from '../i18n/LanguageContext';
import { LogRow } from './LogRow';
import { rowsOf } from './rows';
import { useStickToBottom } from './useStickToBottom';

interface Props {
  conversation: Conversation;
  state: ConversationSnapshot;
  session: SessionView;
}

export function Log({ conversation, state, session }: Props) {
  const { t } = useText();
  const { agent } = useWorkbench();
  const rows = useMemo(() => rowsOf(withoutMyTyping(state, agent.name), agent.id), [state, agent]);
  const { scroller, content, away, unseen, toBottom, onScroll } = useStickToBottom(
    rows.find((row) => row.kind !== 'day')?.key,
    rows.at(-1)?.key,
    state.pending.at(-1)?.client_message_id,
  );
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="log"
        aria-live="polite"
        aria-label={t('conversation.label')}
        tabIndex={0}
        data-testid="conversation"
        onScroll={onScroll}
        className="scroll-thin min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] outline-offset-[-2px]"
      >
        <div ref={content} className="mx-auto flex max-w-3xl flex-col px-4 py-4">
          <Top conversation={conversation} state={state} />
          {rows.map((row) => (
            <LogRow key={row.key} row={row} conversation={conversation} session={session} />
          ))}
        </div>
      </div>
      {away && (
        <button
          type="button"
          data-testid="new-messages"
          onClick={toBottom}
          className={`absolute bottom-3 left-1/2 inline-flex -translate-x-1/2 animate-rise items-center gap-1.5 rounded-full px-3 py-1.5 text-[13px] font-medium shadow-pop ${unseen ? 'bg-brand text-white' : 'border border-line-strong bg-surface text-soft'}`}
        >
          <Icon name="down" />
          {t(unseen ? 'conversation.new' : 'conversation.bottom')}
        </button>
      )}
    </div>
  );
}

/** The way to what is older, or where it all began. */
function Top({ conversation, state }: Omit<Props, 'session'>) {
  const { t } = useText();
  const [failed, setFailed] = useState(false);
  if (!state.hasOlder) {
    return state.entries.length > 0 ? <p className="text-center text-xs text-muted">{t('conversation.begin')}</p> : null;
  }
  return (
    <div className="flex flex-col items-center gap-1">
      <Button
        data-testid="load-older"
        disabled={state.loadingOlder}
        onClick={() => {
          setFailed(false);
          conversation.loadOlder().catch(() => setFailed(true));
        }}
      >
        {t(state.loadingOlder ? 'conversation.older.loading' : 'conversation.older')}
      </Button>
      {failed && <p role="alert" className="text-xs text-urgent">{t('conversation.older.failed')}</p>}
    </div>
  );
}

/** A stream tells everybody who writes, the one who writes as well. */
function withoutMyTyping(state: ConversationSnapshot, myName: string): ConversationSnapshot {
  const typing = state.typing.filter(({ role, name }) => role !== 'agent' || name !== myName);
  return typing.length === state.typing.length ? state : { ...state, typing };
}
