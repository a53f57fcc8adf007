import { memo } from 'react';
import type { Conversation, SessionView } from '@baton/client';
import { formatTime, SystemLine, TypingDots } from '@baton/ui';
import { useWorkbench } from '../app/WorkbenchContext';
import { useText } from '../i18n/LanguageContext';
import { customerName } from '../queue/customerName';
import { Cites } from './Cites';
import { DaySeparator } from './DaySeparator';
import { lineText } from './lineText';
import { MessageRow } from './MessageRow';
import type { Row } from './rows';

interface Props {
  row: Row;
  conversation: Conversation;
  session: SessionView;
}

export const LogRow = memo(
  function LogRow({ row, conversation, session }: Props) {
    const { t, language } = useText();
    const { agent } = useWorkbench();
    switch (row.kind) {
      case 'day':
        return <DaySeparator at={row.at} />;
      case 'line':
        return (
          <div className="my-2">
            <SystemLine
              text={lineText(row.entry, agent.id, t, row.grounds)}
              time={formatTime(row.entry.timestamp, language)}
              seq={row.entry.seq}
            >
              {row.grounds?.payload.matched_seq ? <Cites seqs={[row.grounds.payload.matched_seq]} /> : null}
            </SystemLine>
          </div>
        );
      case 'typing': {
        const { role, name } = row.item.typist;
        const who = role === 'user' ? customerName(session, t) : role === 'assistant' ? t('who.assistant') : name;
        return (
          <div className={`mt-3 flex ${role === 'user' ? 'pl-10' : 'justify-end pr-10'}`}>
            <TypingDots label={t('message.typing', { name: who })} />
          </div>
        );
      }
      case 'message':
        return <MessageRow row={row} conversation={conversation} session={session} />;
    }
  },
  // A long conversation is drawn anew with every letter of a draft; only the rows that changed are.
  (one, other) => sameRow(one.row, other.row) && customerKey(one.session) === customerKey(other.session),
);

function sameRow(one: Row, other: Row): boolean {
  if (one.kind === 'line' && other.kind === 'line') return one.entry === other.entry && one.grounds === other.grounds;
  if (one.kind === 'day' && other.kind === 'day') return one.key === other.key;
  if (one.kind !== 'message' || other.kind !== 'message') return false;
  if (one.first !== other.first || one.last !== other.last) return false;
  if (one.item.kind === 'entry' && other.item.kind === 'entry') return one.item.entry === other.item.entry;
  if (one.item.kind === 'pending' && other.item.kind === 'pending') return one.item.message === other.item.message;
  return false;
}

function customerKey({ session_name, customer }: SessionView): string {
  return `${session_name} ${customer?.name ?? ''} ${customer?.email ?? ''}`;
}
