import { type Conversation, type ConversationSnapshot, EMPTY_CONVERSATION } from '@baton/client';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';

const NO_CONVERSATION: ConversationSnapshot = {
  ...EMPTY_CONVERSATION,
  connection: 'stopped',
  problem: null,
  loadingOlder: false,
};

export function useConversation(conversation: Conversation | null): ConversationSnapshot {
  return useSyncExternalStore(conversation?.subscribe ?? neverChanges, conversation?.getState ?? noConversation);
}

function neverChanges(): () => void {
  return () => undefined;
}

function noConversation(): ConversationSnapshot {
  return NO_CONVERSATION;
}

/** True once `condition` has held for a while: a blink is not worth a word. */
export function useLasting(condition: boolean, milliseconds: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLasting(condition), condition ? milliseconds : 0);
    return () => clearTimeout(timer);
  }, [condition, milliseconds]);
  return lasting && condition;
}

export interface Scrolling {
  readonly listRef: RefObject<HTMLDivElement | null>;
  readonly contentRef: RefObject<HTMLDivElement | null>;
  readonly atBottom: boolean;
  readonly onScroll: () => void;
  readonly toBottom: () => void;
}

const NEAR_PX = 40;

/**
 * Keeps the end in view while the reader is at the end, and leaves them alone elsewhere. When `firstKey` changes,
 * older items came in above, and what they read stays where it is. A new `ownKey` is something they wrote themselves,
 * which they want to see wherever they are.
 */
export function useStickToBottom(firstKey: string | undefined, ownKey: string | undefined): Scrolling {
  const listRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const sticking = useRef(true);
  const lastTop = useRef(0);
  const height = useRef(0);
  const [atBottom, setAtBottom] = useState(true);

  function toBottom(): void {
    const list = listRef.current;
    if (list === null) return;
    sticking.current = true;
    list.scrollTop = list.scrollHeight;
  }

  function onScroll(): void {
    const list = listRef.current;
    if (list === null) return;
    const isNear = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
    // Only a reader scrolls up. The event of our own scrolling comes late, when the list may have grown again.
    if (isNear) sticking.current = true;
    else if (list.scrollTop < lastTop.current) sticking.current = false;
    lastTop.current = list.scrollTop;
    setAtBottom(sticking.current);
  }

  useLayoutEffect(() => {
    if (ownKey !== undefined) toBottom();
  }, [ownKey]);

  useLayoutEffect(() => {
    const list = listRef.current;
    if (list === null || sticking.current) return;
    list.scrollTop += list.scrollHeight - height.current;
  }, [firstKey]);

  useLayoutEffect(() => {
    const list = listRef.current;
    const content = contentRef.current;
    if (list === null || content === null) return undefined;
    // Sees everything that changes the height: messages, drafts, images that load, the window itself.
    const observer = new ResizeObserver(() => {
      height.current = list.scrollHeight;
      if (sticking.current) list.scrollTop = list.scrollHeight;
    });
    observer.observe(content);
    observer.observe(list);
    return () => observer.disconnect();
  }, []);

  return { listRef, contentRef, atBottom, onScroll, toBottom };
}
