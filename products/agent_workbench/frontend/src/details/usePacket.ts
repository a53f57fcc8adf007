import { useEffect, useState } from 'react';
import type { Conversation, Packet, SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { useConversation } from '../conversation/useConversation';

/** The session's handoff packet: asked for with every change of hands, replaced when the stream tells of a better one. */
export function usePacket(session: SessionView, conversation: Conversation): Packet | null {
  const { api } = useWorkbench();
  const { packet: told, connection } = useConversation(conversation);
  const [asked, setAsked] = useState<{ key: string; packet: Packet | null } | null>(null);
  const { session_name: name, epoch, status } = session;
  const served = status !== 'bot_active';
  const key = `${name} ${epoch}`;
  // After a break of the connection something may have been missed.
  const open = connection === 'open';
  useEffect(() => {
    if (!served) return undefined;
    const aborter = new AbortController();
    api.packet(name, { signal: aborter.signal }).then(
      (packet) => setAsked({ key, packet }),
      // The agent reads the conversation instead, and the next change of hands asks again.
      () => undefined,
    );
    return () => aborter.abort();
  }, [api, name, key, served, open]);
  if (!served) return null;
  const kept = asked?.key.startsWith(`${name} `) === true ? asked.packet : null;
  if (told === null) return kept;
  return kept === null || told.epoch >= kept.epoch ? told : kept;
}
