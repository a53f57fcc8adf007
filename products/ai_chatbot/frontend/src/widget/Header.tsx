import type { SessionView } from '@baton/client';
import type { ReactElement, ReactNode } from 'react';
import { CloseIcon, NewIcon, PersonIcon, SparkIcon, WaitingIcon } from './icons';
import type { Translate } from './strings';

interface HeaderProps {
  readonly session: SessionView | null;
  readonly t: Translate;
  readonly otherLanguage: string;
  readonly onLanguage: () => void;
  readonly onNew: () => void;
  readonly onClose: () => void;
}

/** Who serves, and what can be done with the conversation as a whole. */
export function Header({ session, t, otherLanguage, onLanguage, onNew, onClose }: HeaderProps): ReactElement {
  const server = whoServes(session, t);
  return (
    <header className="flex items-center gap-3 bg-brand-800 px-4 py-3 text-white">
      <span className="grid size-10 shrink-0 place-items-center rounded-full bg-white/15">{server.icon}</span>
      <div
        className="min-w-0 flex-1"
        data-testid="status"
        data-status={session?.status ?? 'bot_active'}
        aria-live="polite"
      >
        <p className="truncate text-base leading-tight font-semibold">{server.name}</p>
        <p className="truncate text-xs text-brand-100">{server.note}</p>
      </div>
      <div className="-mr-1.5 flex items-center">
        <HeaderButton label={t('header.language')} testId="language" onClick={onLanguage}>
          <span className="grid size-5 place-items-center text-sm font-medium">{otherLanguage}</span>
        </HeaderButton>
        {session !== null && (
          <HeaderButton label={t('header.newConversation')} testId="new-conversation" onClick={onNew}>
            <NewIcon />
          </HeaderButton>
        )}
        <HeaderButton label={t('header.close')} testId="close" onClick={onClose}>
          <CloseIcon />
        </HeaderButton>
      </div>
    </header>
  );
}

interface HeaderButtonProps {
  readonly label: string;
  readonly testId: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function HeaderButton({ label, testId, onClick, children }: HeaderButtonProps): ReactElement {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      data-testid={testId}
      onClick={onClick}
      className="focus-on-dark rounded-full p-2 text-brand-100 transition-colors hover:bg-white/15 hover:text-white"
    >
      {children}
    </button>
  );
}

function whoServes(session: SessionView | null, t: Translate): { name: string; note: string; icon: ReactElement } {
  switch (session?.status ?? 'bot_active') {
    case 'bot_active':
      return { name: t('header.assistant'), note: t('header.assistantNote'), icon: <SparkIcon /> };
    case 'pending_manual':
      return { name: t('header.waiting'), note: t('header.waitingNote'), icon: <WaitingIcon /> };
    case 'manual_live':
      return { name: session?.agent?.name ?? t('agent.unnamed'), note: t('header.agentNote'), icon: <PersonIcon /> };
    case 'closed':
      return { name: t('header.closed'), note: t('header.closedNote'), icon: <WaitingIcon /> };
  }
}
