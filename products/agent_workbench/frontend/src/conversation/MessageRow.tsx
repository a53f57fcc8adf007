import { useState } from 'react';
import type { Citation, Conversation, MessageEvent, Role, SessionView } from '@baton/client';
import { bubbleLabels, formatTime, MessageBubble, type MessageBubbleProps } from '@baton/ui';
import { useWorkbench } from '../app/WorkbenchContext';
import { useText } from '../i18n/LanguageContext';
import type { Text } from '../i18n/language';
import { customerName } from '../queue/customerName';
import type { MessageItem, Row } from './rows';
import { SourceDialog } from './SourceDialog';
import { SpeakerMark } from './SpeakerMark';

interface Props {
  row: Extract<Row, { kind: 'message' }>;
  conversation: Conversation;
  session: SessionView;
}

/** One bubble: the customer on the left, whoever speaks for us on the right, each with a mark that says which. */
export function MessageRow({ row, conversation, session }: Props) {
  const text = useText();
  const { t, language } = text;
  const { agent } = useWorkbench();
  const said = saidBy(row.item, { session, me: agent.name, text, conversation });
  const ours = said.role !== 'user';
  const [source, setSource] = useState<Citation | null>(null);
  const unsure = row.item.kind === 'entry' && isUnsure(row.item.entry);
  return (
    <div
      aria-live={row.item.kind === 'draft' ? 'off' : undefined}
      className={`flex gap-2 ${row.first ? 'mt-3' : 'mt-1'} ${ours ? 'flex-row-reverse' : ''} ${said.role === 'assistant' ? 'said-by-ai' : ''}`}
    >
      <div className="w-8 shrink-0 pt-5">
        {row.first && <SpeakerMark role={said.role} name={said.speaker} seed={said.seed} />}
      </div>
      <div className="min-w-0 flex-1">
        <MessageBubble
          {...said.bubble}
          role={said.role}
          mine={ours}
          labels={bubbleLabels(t)}
          onSource={setSource}
          author={row.first ? said.author : undefined}
          time={row.last && said.at !== undefined ? formatTime(said.at, language) : undefined}
        />
        {unsure && <p className="px-1 text-right text-xs text-wait">{t('message.unsure')}</p>}
      </div>
      {source !== null && <SourceDialog citation={source} onClose={() => setSource(null)} />}
    </div>
  );
}

interface Said {
  role: Exclude<Role, 'system'>;
  speaker: string;
  seed: string;
  author: string;
  at?: number;
  bubble: Pick<MessageBubbleProps, 'content'> & Partial<MessageBubbleProps>;
}

interface Around {
  session: SessionView;
  me: string;
  text: Text;
  conversation: Conversation;
}

function saidBy(item: MessageItem, { session, me, text: { t }, conversation }: Around): Said {
  const authorOf = (name: string, isNote: boolean) =>
    isNote ? `${name} · ${t('message.note')} (${t('message.note.private')})` : name;
  switch (item.kind) {
    case 'draft': {
      const name = t('who.assistant');
      const bubble = { content: item.draft.text, streaming: true, testId: 'draft' };
      return { role: 'assistant', speaker: name, seed: 'ai', author: `${name} · ${t('message.draft')}`, bubble };
    }
    case 'pending': {
      const { client_message_id: id, kind, text: content, state, problem } = item.message;
      const note = kind === 'note';
      const bubble = {
        content,
        note,
        mark: state,
        reason: problem?.detail,
        onRetry: () => conversation.retry(id),
        onDiscard: () => conversation.discard(id),
      };
      return { role: 'agent', speaker: me, seed: me, author: authorOf(me, note), bubble };
    }
    case 'entry': {
      const { entry } = item;
      const { role, content } = entry.payload;
      const note = entry.type === 'note';
      const agentName = 'agent_name' in entry.payload ? entry.payload.agent_name : undefined;
      const speaker =
        role === 'user' ? customerName(session, t) : role === 'assistant' ? t('who.assistant') : (agentName ?? t('who.agent'));
      const { citations, interrupted } = entry.type === 'new_message' ? entry.payload : {};
      const seed = role === 'user' ? session.session_name : speaker;
      const mark = interrupted === true ? ('interrupted' as const) : undefined;
      const bubble = { content, note, citations, mark, seq: entry.seq };
      return { role, speaker, seed, author: authorOf(speaker, note), at: entry.timestamp, bubble };
    }
  }
}

function isUnsure(entry: MessageEvent): boolean {
  return entry.type === 'new_message' && entry.payload.confident === false;
}
