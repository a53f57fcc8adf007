/** What the customer typed and the server has not acknowledged: it outlives a reload of the page. */

import { onceMore, type PendingMessage } from '@baton/client';

export interface UnsentStore {
  /** In the order typed. */
  read(): readonly PendingMessage[];
  write(messages: readonly PendingMessage[]): void;
}

/**
 * Kept in `sessionStorage` under `key`: each tab has its own, so none sends what another one is about to send, and
 * nothing stays behind when it is closed. (A tab that is duplicated takes a copy along, with the same ids.) Where the
 * browser forbids that, what is typed lasts as long as the page.
 */
export function tabsUnsent(key: string): UnsentStore {
  return {
    read() {
      try {
        return parse(sessionStorage.getItem(key));
      } catch {
        return [];
      }
    },
    write(messages) {
      try {
        if (messages.length === 0) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, JSON.stringify(messages));
      } catch {
        // Storage is off or full.
      }
    },
  };
}

function parse(raw: string | null): readonly PendingMessage[] {
  const value: unknown = JSON.parse(raw ?? '[]');
  return Array.isArray(value) ? value.filter(isMessage).map(onceMore) : [];
}

function isMessage(value: unknown): value is PendingMessage {
  const { client_message_id, kind, text, created_at } = (value ?? {}) as Partial<PendingMessage>;
  const isText = typeof client_message_id === 'string' && typeof text === 'string';
  return isText && kind === 'message' && typeof created_at === 'number';
}
