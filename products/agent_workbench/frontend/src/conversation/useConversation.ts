import { useSyncExternalStore } from 'react';
import type { Conversation, ConversationSnapshot } from '@baton/client';

export function useConversation(conversation: Conversation): ConversationSnapshot {
  return useSyncExternalStore(conversation.subscribe, conversation.getState);
}
