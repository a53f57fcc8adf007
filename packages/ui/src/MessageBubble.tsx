import type { Citation, Role } from '@baton/client';
import type { ReactElement } from 'react';
import { Citations } from './Citations';
import { MessageContent } from './MessageContent';
import type { CardLabels } from './ProductCard';

export type BubbleMark = 'sending' | 'failed' | 'interrupted';

export interface BubbleLabels {
  readonly sending: string;
  readonly failed: string;
  readonly interrupted: string;
  readonly retry: string;
  readonly discard: string;
  readonly sources: string;
  readonly card: CardLabels;
}

export interface MessageBubbleProps {
  readonly role: Exclude<Role, 'system'>;
  /** Written by whoever looks at it: stands at the end of the line. */
  readonly mine: boolean;
  readonly content: string;
  readonly labels: BubbleLabels;
  /** Who wrote it, above the bubble; left out where the bubble before says so already. */
  readonly author?: string | undefined;
  /** When, already in the reader's words. */
  readonly time?: string | undefined;
  /** For agents only: an internal note. */
  readonly note?: boolean | undefined;
  /** Still being written. */
  readonly streaming?: boolean | undefined;
  readonly mark?: BubbleMark | undefined;
  /** Why it was not sent. */
  readonly reason?: string | undefined;
  readonly onRetry?: (() => void) | undefined;
  readonly onDiscard?: (() => void) | undefined;
  readonly citations?: readonly Citation[] | undefined;
  /** Shows a cited text that has no page of its own on the net. */
  readonly onSource?: ((citation: Citation) => void) | undefined;
  readonly seq?: number | undefined;
  readonly testId?: string | undefined;
}

/**
 * One message. Customer, assistant and agent have one visual weight: the same padding, size and corners; only the side
 * and the tint differ.
 */
export function MessageBubble(props: MessageBubbleProps): ReactElement {
  const { role, mine, content, labels, author, note = false, streaming = false, citations = [] } = props;
  return (
    <div
      data-testid={props.testId ?? 'message'}
      data-role={role}
      data-seq={props.seq}
      data-mark={props.mark}
      aria-busy={streaming || undefined}
      className={`flex w-full flex-col gap-1 ${mine ? 'items-end' : 'items-start'}`}
    >
      {author !== undefined && <p className="px-1 text-xs font-medium text-stone-600">{author}</p>}
      <div className={`max-w-[85%] rounded-2xl px-3.5 py-2.5 text-sm leading-relaxed ${tint(mine, note)}`}>
        <MessageContent content={content} labels={labels.card} streaming={streaming} />
      </div>
      {citations.length > 0 && (
        <Citations
          citations={citations}
          label={labels.sources}
          opensElsewhere={labels.card.opensElsewhere}
          mine={mine}
          onOpen={props.onSource}
        />
      )}
      <Footer {...props} />
    </div>
  );
}

function tint(mine: boolean, note: boolean): string {
  if (note) return 'border border-amber-300 bg-amber-50 text-amber-950';
  return mine
    ? 'border border-brand-700 bg-brand-700 text-white'
    : 'border border-stone-200 bg-stone-100 text-stone-900';
}

function Footer({ mine, mark, reason, time, labels, onRetry, onDiscard }: MessageBubbleProps): ReactElement | null {
  if (mark === undefined) return time === undefined ? null : <p className="px-1 text-xs text-stone-500">{time}</p>;
  if (mark !== 'failed') return <p className="px-1 text-xs text-stone-500">{labels[mark]}</p>;
  return (
    <p className={`flex flex-wrap gap-x-3 px-1 text-xs text-red-700 ${mine ? 'justify-end' : ''}`} role="alert">
      <span>{reason === undefined ? labels.failed : `${labels.failed}: ${reason}`}</span>
      {onRetry !== undefined && <FooterButton label={labels.retry} testId="retry" onClick={onRetry} />}
      {onDiscard !== undefined && <FooterButton label={labels.discard} testId="discard" onClick={onDiscard} />}
    </p>
  );
}

interface FooterButtonProps {
  readonly label: string;
  readonly testId: string;
  readonly onClick: () => void;
}

function FooterButton({ label, testId, onClick }: FooterButtonProps): ReactElement {
  return (
    <button
      type="button"
      data-testid={testId}
      onClick={onClick}
      className="cursor-pointer font-semibold underline underline-offset-2"
    >
      {label}
    </button>
  );
}
