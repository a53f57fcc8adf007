/** What of a conversation is shown, in order: what was said, what is being sent, what is being written. */

import { type EntryEvent, isMessage } from './events';
import type { ConversationState, Draft, PendingMessage, Typist } from './state';

/** `key` stays the same when a pending message or a draft becomes an entry, so its bubble stays the same bubble. */
export type VisibleItem =
  | { readonly kind: 'entry'; readonly key: string; readonly entry: EntryEvent }
  | { readonly kind: 'pending'; readonly key: string; readonly message: PendingMessage }
  | { readonly kind: 'draft'; readonly key: string; readonly draft: Draft }
  | { readonly kind: 'typing'; readonly key: string; readonly typist: Typist };

export function visibleItems(state: ConversationState): VisibleItem[] {
  const items: VisibleItem[] = state.entries.map((entry) => ({ kind: 'entry', key: keyOf(entry), entry }));
  for (const message of state.pending) {
    items.push({ kind: 'pending', key: `m:${message.client_message_id}`, message });
  }
  const { draft } = state;
  if (draft !== null) items.push({ kind: 'draft', key: `r:${draft.reply_id}`, draft });
  for (const typist of state.typing) {
    // A draft on the screen says already that the assistant writes.
    if (typist.role === 'assistant' && draft !== null) continue;
    items.push({ kind: 'typing', key: `t:${typist.role}:${typist.name}`, typist });
  }
  return items;
}

function keyOf(entry: EntryEvent): string {
  if (isMessage(entry) && entry.payload.client_message_id !== undefined) return `m:${entry.payload.client_message_id}`;
  if (entry.type === 'new_message' && entry.payload.reply_id !== undefined) return `r:${entry.payload.reply_id}`;
  return `e:${entry.seq}`;
}
