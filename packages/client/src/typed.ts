/** Messages as they are when they have been typed and nobody else knows of them yet. */

import { newClientMessageId } from './ids';
import type { PendingMessage } from './state';

export function typed(text: string, kind: PendingMessage['kind'] = 'message'): PendingMessage {
  const client_message_id = newClientMessageId();
  return { client_message_id, kind, text, created_at: Date.now() / 1_000, state: 'sending' };
}

/** The same message to be sent once more, whatever became of it before: under its id it is never kept twice. */
export function onceMore({ client_message_id, kind, text, created_at }: PendingMessage): PendingMessage {
  return { client_message_id, kind, text, created_at, state: 'sending' };
}
