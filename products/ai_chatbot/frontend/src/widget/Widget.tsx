import type { Language } from '@baton/client';
import { createTranslator } from '@baton/ui';
import { type ReactElement, type RefObject, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Desk } from './desk';
import { useConversation } from './hooks';
import { ChatIcon, CloseIcon } from './icons';
import { Panel } from './Panel';
import type { Preferences } from './preferences';
import { type Translate, widgetStrings } from './strings';
import { unreadAfter } from './timeline';

interface WidgetProps {
  readonly desk: Desk;
  readonly preferences: Preferences;
}

/** The launcher and, when it is open, the panel above it. */
export function Widget({ desk, preferences }: WidgetProps): ReactElement {
  const { isOpen, language } = useSyncExternalStore(preferences.subscribe, preferences.getState);
  const state = useSyncExternalStore(desk.subscribe, desk.getState);
  const snapshot = useConversation(state.conversation);
  const t = useMemo(() => createTranslator(language, widgetStrings), [language]);
  const launcherRef = useRef<HTMLButtonElement>(null);
  const lastSeq = snapshot.entries.at(-1)?.seq ?? 0;
  const unread = useUnread(isOpen, lastSeq, (seen) => unreadAfter(snapshot.entries, seen));

  useFocusAfterClosing(isOpen, launcherRef);

  return (
    <>
      {isOpen && (
        <Panel
          desk={desk}
          state={state}
          snapshot={snapshot}
          language={language}
          t={t}
          onLanguage={() => preferences.setLanguage(other(language))}
          onClose={() => preferences.setOpen(false)}
        />
      )}
      <Launcher
        buttonRef={launcherRef}
        isOpen={isOpen}
        unread={unread}
        t={t}
        onClick={() => preferences.setOpen(!isOpen)}
      />
    </>
  );
}

interface LauncherProps {
  readonly buttonRef: RefObject<HTMLButtonElement | null>;
  readonly isOpen: boolean;
  readonly unread: number;
  readonly t: Translate;
  readonly onClick: () => void;
}

function Launcher({ buttonRef, isOpen, unread, t, onClick }: LauncherProps): ReactElement {
  return (
    <button
      ref={buttonRef}
      type="button"
      data-testid="launcher"
      aria-expanded={isOpen}
      aria-label={launcherLabel(isOpen, unread, t)}
      onClick={onClick}
      className={`fixed right-6 bottom-6 size-14 place-items-center rounded-full bg-brand-700 text-white shadow-lg ring-1 ring-white/20 transition-colors hover:bg-brand-800 ${isOpen ? 'hidden sm:grid' : 'grid'}`}
    >
      <span className="grid scale-125 place-items-center">{isOpen ? <CloseIcon /> : <ChatIcon />}</span>
      {!isOpen && unread > 0 && (
        <span
          data-testid="unread"
          className="absolute -top-1 -right-1 grid h-5 min-w-5 place-items-center rounded-full bg-red-700 px-1.5 text-xs font-semibold"
        >
          {unread}
        </span>
      )}
    </button>
  );
}

function launcherLabel(isOpen: boolean, unread: number, t: Translate): string {
  if (isOpen) return t('launcher.close');
  return unread > 0 ? t('launcher.openUnread', { count: unread }) : t('launcher.open');
}

/** Gives the focus back to the launcher, which on a small screen is there again only after the panel has gone. */
function useFocusAfterClosing(isOpen: boolean, launcherRef: RefObject<HTMLButtonElement | null>): void {
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen) launcherRef.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen, launcherRef]);
}

/** How much came in since the panel was last open; what was there at the first look counts as read. */
function useUnread(isOpen: boolean, lastSeq: number, count: (seen: number) => number): number {
  const [seen, setSeen] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setSeen((before) => (isOpen || before === 0 ? lastSeq : before)));
    return () => clearTimeout(timer);
  }, [isOpen, lastSeq]);
  return isOpen || seen === 0 ? 0 : count(seen);
}

function other(language: Language): Language {
  return language === 'en' ? 'zh' : 'en';
}
