/**
 * The AI's reply while it is being made.
 *
 * Its pieces are not kept anywhere and may be lost, so only what joins on exactly is shown; the message that carries
 * the `reply_id` brings the whole. A piece of a past epoch is never shown: the bot cannot talk over a person.
 */

import type { AiDeltaPayload } from './events';
import type { ConversationState, Draft } from './state';

/** Enough to recognise stragglers; a session makes one reply at a time. */
const REMEMBERED_REPLIES = 16;

export function withDelta(state: ConversationState, delta: AiDeltaPayload): ConversationState {
  if (isOver(state, delta)) return state;
  const { draft } = state;
  const length = Array.from(delta.text).length;
  if (draft?.reply_id === delta.reply_id) {
    if (delta.offset !== draft.length) return state;
    return { ...state, draft: { ...draft, text: draft.text + delta.text, length: draft.length + length } };
  }
  const { reply_id, epoch, offset, text } = delta;
  const begun = offset === 0 ? { reply_id, epoch, text, length } : null;
  return { ...withoutDraft(state), draft: begun };
}

/** Whether a piece of this reply must not be shown (any more). */
export function isOver(state: ConversationState, reply: Pick<Draft, 'reply_id' | 'epoch'>): boolean {
  if (state.session !== null) {
    if (reply.epoch < state.session.epoch) return true;
    if (reply.epoch === state.session.epoch && state.session.status !== 'bot_active') return true;
  }
  return state.endedReplies.includes(reply.reply_id) || isAnswered(state, reply.reply_id);
}

export function withoutDraft(state: ConversationState): ConversationState {
  if (state.draft === null) return state;
  const endedReplies = [...state.endedReplies, state.draft.reply_id].slice(-REMEMBERED_REPLIES);
  return { ...state, draft: null, endedReplies };
}

function isAnswered(state: ConversationState, replyId: string): boolean {
  return state.entries.some((entry) => entry.type === 'new_message' && entry.payload.reply_id === replyId);
}
