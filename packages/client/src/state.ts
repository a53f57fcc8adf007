/** What a screen knows of one conversation. Values are never changed in place: a fold returns new ones. */

import type { EntryEvent, Problem, TypingPayload } from './events';
import type { SessionView } from './session';

/** A message that the server has not acknowledged yet. */
export interface PendingMessage {
  readonly client_message_id: string;
  readonly kind: 'message' | 'note';
  readonly text: string;
  /** Unix seconds by this machine's clock. */
  readonly created_at: number;
  readonly state: 'sending' | 'failed';
  /** Why it failed. */
  readonly problem?: Problem;
}

/** An AI reply in the making. `length` counts the code points of `text`. */
export interface Draft {
  readonly reply_id: string;
  readonly epoch: number;
  readonly text: string;
  readonly length: number;
}

/** Somebody is writing. `until` is in milliseconds by this machine's clock. */
export interface Typist {
  readonly role: TypingPayload['role'];
  readonly name: string;
  readonly until: number;
}

export interface ConversationState {
  readonly session: SessionView | null;
  /** Ordered by `seq`, each once. */
  readonly entries: readonly EntryEvent[];
  readonly hasOlder: boolean;
  /** In the order in which they were typed. */
  readonly pending: readonly PendingMessage[];
  readonly draft: Draft | null;
  /** Replies whose deltas are no longer wanted, newest last. */
  readonly endedReplies: readonly string[];
  readonly typing: readonly Typist[];
}

export const EMPTY_CONVERSATION: ConversationState = {
  session: null,
  entries: [],
  hasOlder: false,
  pending: [],
  draft: null,
  endedReplies: [],
  typing: [],
};
