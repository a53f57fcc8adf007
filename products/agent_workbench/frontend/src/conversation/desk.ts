import {
  agentTransport,
  createConversation,
  type Api,
  type ConnectionState,
  type Conversation,
  type HistoryPage,
} from '@baton/client';
import { createStore, type Readable } from '../common/store';

/** The conversation on the screen. */
export interface Opened {
  name: string;
  conversation: Conversation;
}

export interface Desk {
  current: Readable<Opened | null>;
  show: (name: string | null) => void;
  close: () => void;
}

interface Options {
  api: Api;
  fetch: typeof fetch;
  onState: (state: ConnectionState) => void;
}

/** How many conversations that are off the screen keep their history, to be there at once on coming back. */
const REMEMBERED = 20;

const REST_AFTER_MS = 60_000;

/**
 * Holds the stream of the conversation on the screen and the histories of those before it.
 *
 * Only one streams: over HTTP/1.1 a browser opens six connections to a server for all of its tabs, and a stream that
 * nobody looks at would take one from the messages. The queue tells what happens elsewhere. A conversation with
 * messages still to be sent stays until they are; a page that is out of sight for a while lets go of its stream too.
 */
export function createDesk({ api, fetch, onState }: Options): Desk {
  const current = createStore<Opened | null>(null);
  const sending = new Map<string, Conversation>();
  const histories = new Map<string, HistoryPage>();
  let unwatch: () => void = () => undefined;
  let resting = false;
  let restTimer: ReturnType<typeof setTimeout> | undefined;

  function show(name: string | null): void {
    const before = current.get();
    if (before?.name === name) return;
    unwatch();
    current.set(name === null ? null : { name, conversation: conversationOf(name) });
    if (before !== null && !resting) putAside(before.name, before.conversation);
    resting = false;
    watch();
  }

  function rest(): void {
    const opened = current.get();
    if (opened === null || resting) return;
    resting = true;
    unwatch();
    onState('stopped');
    putAside(opened.name, opened.conversation);
  }

  function wake(): void {
    const opened = current.get();
    if (opened === null || !resting) return;
    resting = false;
    current.set({ name: opened.name, conversation: conversationOf(opened.name) });
    watch();
  }

  function onVisibility(): void {
    clearTimeout(restTimer);
    if (document.visibilityState === 'hidden') restTimer = setTimeout(rest, REST_AFTER_MS);
    else wake();
  }

  function conversationOf(name: string): Conversation {
    const kept = sending.get(name);
    sending.delete(name);
    if (kept !== undefined) return kept;
    const initial = histories.get(name);
    return createConversation({ transport: agentTransport(api, name), fetch, ...(initial !== undefined && { initial }) });
  }

  function putAside(name: string, conversation: Conversation): void {
    sending.set(name, conversation);
    const closeWhenSent = () => {
      if (sending.get(name) !== conversation) {
        stop();
        return;
      }
      if (conversation.getState().pending.length > 0) return;
      stop();
      sending.delete(name);
      remember(name, conversation);
      conversation.close();
    };
    const stop = conversation.subscribe(closeWhenSent);
    closeWhenSent();
  }

  function remember(name: string, conversation: Conversation): void {
    const { entries, hasOlder, session } = conversation.getState();
    if (session === null) return;
    histories.delete(name);
    histories.set(name, { messages: entries, has_more: hasOlder, session });
    const [oldest] = histories.keys();
    if (histories.size > REMEMBERED && oldest !== undefined) histories.delete(oldest);
  }

  function watch(): void {
    const conversation = current.get()?.conversation;
    if (conversation === undefined) {
      onState('stopped');
      return;
    }
    const tell = () => onState(conversation.getState().connection);
    unwatch = conversation.subscribe(tell);
    tell();
  }

  document.addEventListener('visibilitychange', onVisibility);
  return {
    current,
    show,
    close: () => {
      document.removeEventListener('visibilitychange', onVisibility);
      clearTimeout(restTimer);
      unwatch();
      current.get()?.conversation.close();
      for (const conversation of sending.values()) conversation.close();
      current.set(null);
    },
  };
}
