import { parseProductMessage, type Segment, withoutUnfinishedCard } from '@baton/client';
import type { ReactElement } from 'react';
import { LinkedText } from './LinkedText';
import { type CardLabels, ProductCard } from './ProductCard';

export interface MessageContentProps {
  readonly content: string;
  readonly labels: CardLabels;
  /** The message is still being written: a card that has not ended yet is held back. */
  readonly streaming?: boolean | undefined;
}

/** What a message says: text with its line breaks and links, and product cards. Never markup. */
export function MessageContent({ content, labels, streaming = false }: MessageContentProps): ReactElement {
  const segments = parseProductMessage(streaming ? withoutUnfinishedCard(content) : content).filter(isWorthShowing);
  return (
    <div data-testid="content" className="flex flex-col gap-2">
      {segments.map((segment, index) =>
        segment.kind === 'card' ? (
          <ProductCard key={index} card={segment.card} labels={labels} />
        ) : (
          <p key={index} className="wrap-anywhere whitespace-pre-wrap">
            <LinkedText text={segment.text.trim()} />
          </p>
        ),
      )}
    </div>
  );
}

/** Line breaks between two cards are spacing, and spacing is ours. */
function isWorthShowing(segment: Segment): boolean {
  return segment.kind === 'card' || segment.text.trim() !== '';
}
