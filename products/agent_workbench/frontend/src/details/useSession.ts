import type { Conversation, SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { useStore } from '../common/store';
import { sessionNow } from '../conversation/sessionNow';
import { useConversation } from '../conversation/useConversation';

export function useSession({ name, conversation }: { name: string; conversation: Conversation }): SessionView | null {
  const { known } = useStore(useWorkbench().queue.sessions);
  return sessionNow(known.get(name)?.session, useConversation(conversation).session);
}
