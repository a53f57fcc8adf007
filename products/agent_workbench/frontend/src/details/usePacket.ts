import { useEffect, useMemo, useState } from 'react';
import { isTransient, packetIn, type Conversation, type Packet, type SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { useConversation } from '../conversation/useConversation';

/** A server that was busy or away has come to by then; meanwhile there is the conversation to read. */
const ASK_AGAIN_MS = 2_000;

/** The session's handoff packet: asked for with every change of hands, replaced when the timeline tells of a better one. */
export function usePacket(session: SessionView, conversation: Conversation): Packet | null {
  const { api } = useWorkbench();
  const { entries, connection } = useConversation(conversation);
  const told = useMemo(() => packetIn(entries), [entries]);
  const [asked, setAsked] = useState<{ key: string; packet: Packet | null } | null>(null);
  const { session_name: name, epoch, status } = session;
  const served = status !== 'bot_active';
  const key = `${name} ${epoch}`;
  // After a break of the connection something may have been missed.
  const open = connection === 'open';
  useEffect(() => {
    if (!served) return undefined;
    const aborter = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      api.packet(name, { signal: aborter.signal }).then(
        (packet) => setAsked({ key, packet }),
        (error: unknown) => {
          // Otherwise the agent reads the conversation instead, and the next change of hands asks again.
          if (isTransient(error) && !aborter.signal.aborted) timer = setTimeout(() => void ask(), ASK_AGAIN_MS);
        },
      );
    void ask();
    return () => {
      aborter.abort();
      clearTimeout(timer);
    };
  }, [api, name, key, served, open]);
  if (!served) return null;
  return told ?? (asked?.key.startsWith(`${name} `) === true ? asked.packet : null);
}
