import type { Citation, ConversationSnapshot, Language } from '@baton/client';
import { bubbleLabels, MessageBubble, SystemLine } from '@baton/ui';
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { Composer } from './Composer';
import type { Desk, DeskState } from './desk';
import { Header } from './Header';
import { useLasting } from './hooks';
import { PersonIcon } from './icons';
import { MessageList } from './MessageList';
import { SourceSheet } from './SourceSheet';
import type { Translate } from './strings';
import { mayAskForPerson } from './timeline';
import { Welcome } from './Welcome';

/** Shorter losses mend themselves before anybody reads of them. */
const BANNER_AFTER_MS = 1_500;

interface PanelProps {
  readonly desk: Desk;
  readonly state: DeskState;
  readonly snapshot: ConversationSnapshot;
  readonly language: Language;
  readonly t: Translate;
  readonly onLanguage: () => void;
  readonly onClose: () => void;
}

export function Panel({ desk, state, snapshot, language, t, onLanguage, onClose }: PanelProps): ReactElement {
  const panelRef = useRef<HTMLElement>(null);
  const openerRef = useRef<HTMLElement | null>(null);
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [source, setSource] = useState<Citation | null>(null);
  const isCut = snapshot.connection === 'waiting' || snapshot.connection === 'connecting';
  const isLost = useLasting(state.conversation !== null && isCut, BANNER_AFTER_MS);

  useEffect(() => fieldRef.current?.focus(), []);

  // After the sheet has gone, what lies below can have the focus again.
  useEffect(() => {
    if (source === null) openerRef.current?.focus();
  }, [source]);

  function showSource(citation: Citation): void {
    const root = panelRef.current?.getRootNode() as Document | ShadowRoot | undefined;
    openerRef.current = root?.activeElement instanceof HTMLElement ? root.activeElement : null;
    setSource(citation);
  }

  function attempt(work: Promise<void>): void {
    setFailure(null);
    work.catch(() => setFailure(t('person.failed')));
    fieldRef.current?.focus();
  }

  /** What was pressed rather than written: its button is gone then, and the focus needs another place. */
  function say(text: string): void {
    desk.send(text);
    fieldRef.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (source === null) onClose();
    else setSource(null);
  }

  return (
    <section
      ref={panelRef}
      role="dialog"
      aria-label={t('panel.title')}
      data-testid="panel"
      lang={language === 'zh' ? 'zh-CN' : 'en'}
      onKeyDown={onKeyDown}
      className="fixed inset-0 flex flex-col overflow-hidden bg-white text-sm text-stone-900 shadow-2xl sm:inset-auto sm:right-6 sm:bottom-24 sm:h-[min(42rem,calc(100dvh-8rem))] sm:w-96 sm:rounded-2xl sm:ring-1 sm:ring-stone-900/10"
    >
      <div className="contents" inert={source !== null}>
        <Header
          session={snapshot.session}
          t={t}
          otherLanguage={language === 'en' ? '中' : 'EN'}
          onLanguage={onLanguage}
          onNew={() => attempt(desk.newConversation())}
          onClose={onClose}
        />
        {isLost && <Banner text={t('banner.lost')} />}
        {state.troubled && <Banner text={t('banner.opening')} />}
        {failure !== null && <Banner text={failure} />}
        <MessageList
          conversation={state.conversation}
          snapshot={snapshot}
          language={language}
          t={t}
          welcome={state.waiting.length === 0 && <Welcome t={t} onSuggestion={say} />}
          before={state.expired && <SystemLine text={t('notice.expired')} />}
          onSource={showSource}
          onChoice={say}
          after={<Waiting desk={desk} state={state} t={t} />}
        />
        {mayAskForPerson(snapshot.session) && (
          <div className="flex justify-center bg-white px-3 pb-2">
            <button
              type="button"
              data-testid="talk-to-person"
              onClick={() => attempt(desk.talkToPerson())}
              className="flex items-center gap-1.5 rounded-full border border-stone-300 py-1.5 pr-3.5 pl-2.5 text-sm font-medium text-stone-800 transition-colors hover:border-brand-500 hover:bg-brand-50"
            >
              <PersonIcon />
              {t('person.talk')}
            </button>
          </div>
        )}
        <Composer
          fieldRef={fieldRef}
          t={t}
          onSend={(text) => desk.send(text)}
          onTyping={(active) => state.conversation?.sendTyping(active)}
        />
      </div>
      {source !== null && (
        <SourceSheet key={source.id} citation={source} desk={desk} t={t} onClose={() => setSource(null)} />
      )}
    </section>
  );
}

function Banner({ text }: { readonly text: string }): ReactElement {
  return (
    <p
      role="status"
      data-testid="banner"
      className="border-b border-amber-300 bg-amber-50 px-4 py-2 text-xs font-medium text-amber-950"
    >
      {text}
    </p>
  );
}

/** What was typed before there was a session to send it in. */
function Waiting({
  desk,
  state,
  t,
}: {
  readonly desk: Desk;
  readonly state: DeskState;
  readonly t: Translate;
}): ReactElement {
  return (
    <>
      {state.waiting.map(({ client_message_id, text }) => (
        <MessageBubble
          key={client_message_id}
          role="user"
          mine
          content={text}
          labels={bubbleLabels(t)}
          mark={state.phase === 'idle' ? 'failed' : 'sending'}
          onRetry={() => desk.retryOpening()}
        />
      ))}
    </>
  );
}
