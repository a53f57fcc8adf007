import {
  type Citation,
  type Conversation,
  type ConversationSnapshot,
  type Language,
  type VisibleItem,
  visibleItems,
} from '@baton/client';
import {
  bubbleLabels,
  type BubbleLabels,
  formatDay,
  formatTime,
  MessageBubble,
  SystemLine,
  TypingDots,
} from '@baton/ui';
import { type ReactElement, type ReactNode, useMemo } from 'react';
import { Choices } from './Choices';
import { useStickToBottom } from './hooks';
import { DownIcon } from './icons';
import type { Translate } from './strings';
import { authorOf, choicesOf, lineFor, timeOf } from './timeline';

interface MessageListProps {
  readonly conversation: Conversation | null;
  readonly snapshot: ConversationSnapshot;
  readonly language: Language;
  readonly t: Translate;
  /** Shown while nothing was said yet. */
  readonly welcome: ReactNode;
  /** What stands outside the timeline: before a session exists, or about an earlier one. */
  readonly before: ReactNode;
  readonly after: ReactNode;
  readonly onSource: (citation: Citation) => void;
  readonly onChoice: (text: string) => void;
}

export function MessageList(props: MessageListProps): ReactElement {
  const { conversation, snapshot, t } = props;
  const items = useMemo(() => visibleItems(snapshot), [snapshot]);
  const choices = choicesOf(items);
  const { listRef, contentRef, atBottom, onScroll, toBottom } = useStickToBottom(
    items[0]?.key,
    snapshot.pending.at(-1)?.client_message_id,
  );
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={listRef}
        onScroll={onScroll}
        tabIndex={0}
        className="h-full overflow-y-auto overscroll-contain bg-white p-4"
        aria-label={t('list.label')}
        role="log"
        aria-live="polite"
      >
        <div ref={contentRef} className="flex flex-col gap-3">
          {snapshot.hasOlder && <OlderButton conversation={conversation} loading={snapshot.loadingOlder} t={t} />}
          {props.before}
          {items.length === 0 && props.welcome}
          {items.map((item, index) => (
            <Item key={item.key} item={item} previous={items[index - 1]} next={items[index + 1]} {...props} />
          ))}
          {choices.length > 0 && (
            <Choices choices={choices} label={t('choices.label')} testId="choice" onChoice={props.onChoice} />
          )}
          {props.after}
        </div>
      </div>
      {!atBottom && (
        <button
          type="button"
          onClick={toBottom}
          className="absolute bottom-3 left-1/2 flex -translate-x-1/2 items-center gap-1 rounded-full border border-stone-300 bg-white py-1 pr-3 pl-2 text-xs font-medium shadow-md hover:bg-stone-50"
        >
          <DownIcon />
          {t('list.latest')}
        </button>
      )}
    </div>
  );
}

interface OlderButtonProps {
  readonly conversation: Conversation | null;
  readonly loading: boolean;
  readonly t: Translate;
}

function OlderButton({ conversation, loading, t }: OlderButtonProps): ReactElement {
  return (
    <button
      type="button"
      data-testid="older"
      disabled={loading}
      // When it did not work the button is still there.
      onClick={() => void conversation?.loadOlder().catch(() => undefined)}
      className="self-center rounded-full border border-stone-300 px-3 py-1 text-xs font-medium text-stone-700 hover:bg-stone-50"
    >
      {t(loading ? 'list.loading' : 'list.older')}
    </button>
  );
}

interface ItemProps {
  readonly item: VisibleItem;
  readonly previous: VisibleItem | undefined;
  readonly next: VisibleItem | undefined;
  readonly conversation: Conversation | null;
  readonly language: Language;
  readonly t: Translate;
  readonly onSource: (citation: Citation) => void;
}

function Item({ item, previous, next, conversation, language, t, onSource }: ItemProps): ReactElement | null {
  const labels = useMemo(() => bubbleLabels(t), [t]);
  const time = timeOf(item);
  const day = time === undefined ? null : formatDay(time, language);
  const previousTime = previous === undefined ? undefined : timeOf(previous);
  const isNewDay = day !== null && (previousTime === undefined || formatDay(previousTime, language) !== day);
  const author = authorOf(item, t);
  return (
    <>
      {isNewDay && <SystemLine text={day} />}
      <Bubble
        item={item}
        author={
          author !== undefined && (previous === undefined || authorOf(previous, t) !== author) ? author : undefined
        }
        time={time !== undefined && !isSameVoice(item, next) ? formatTime(time, language) : undefined}
        labels={labels}
        conversation={conversation}
        t={t}
        onSource={onSource}
      />
    </>
  );
}

interface BubbleProps {
  readonly item: VisibleItem;
  readonly author: string | undefined;
  readonly time: string | undefined;
  readonly labels: BubbleLabels;
  readonly conversation: Conversation | null;
  readonly t: Translate;
  readonly onSource: (citation: Citation) => void;
}

function Bubble({ item, author, time, labels, conversation, t, onSource }: BubbleProps): ReactElement | null {
  switch (item.kind) {
    case 'typing':
      if (item.typist.role === 'user') return null;
      return <TypingDots label={t(`typing.${item.typist.role}`, { name: item.typist.name })} />;
    case 'draft':
      return (
        <MessageBubble
          role="assistant"
          mine={false}
          content={item.draft.text}
          author={author}
          labels={labels}
          testId="draft"
          streaming
        />
      );
    case 'pending': {
      const { client_message_id: id, text, state } = item.message;
      return (
        <MessageBubble
          role="user"
          mine
          content={text}
          labels={labels}
          mark={state}
          onRetry={() => conversation?.retry(id)}
          onDiscard={() => conversation?.discard(id)}
        />
      );
    }
    case 'entry': {
      const { entry } = item;
      const line = lineFor(entry, t);
      if (line !== null) return <SystemLine text={line} seq={entry.seq} />;
      if (entry.type !== 'new_message' && entry.type !== 'manual_message') return null;
      const { role, content } = entry.payload;
      const { citations, interrupted } = entry.type === 'new_message' ? entry.payload : {};
      return (
        <MessageBubble
          role={role}
          mine={role === 'user'}
          content={content}
          author={author}
          time={time}
          citations={citations}
          onSource={onSource}
          mark={interrupted === true ? 'interrupted' : undefined}
          seq={entry.seq}
          labels={labels}
        />
      );
    }
  }
}

/** Whether the next item continues what this one says, so that one time under both will do. */
function isSameVoice(item: VisibleItem, next: VisibleItem | undefined): boolean {
  if (item.kind !== 'entry' || next?.kind !== 'entry') return false;
  const closeBy = next.entry.timestamp - item.entry.timestamp < 120;
  return (
    closeBy &&
    'role' in item.entry.payload &&
    'role' in next.entry.payload &&
    item.entry.payload.role === next.entry.payload.role
  );
}
