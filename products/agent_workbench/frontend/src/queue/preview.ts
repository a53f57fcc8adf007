import { parseProductMessage, withoutUnfinishedCard } from '@baton/client';

/** The last message in one line of plain text: of a product card its name. */
export function previewText(preview: string): string {
  return parseProductMessage(withoutUnfinishedCard(preview))
    .map((segment) => (segment.kind === 'text' ? segment.text : ` ▣ ${segment.card.name} `))
    .join('')
    .replace(/\s+/gu, ' ')
    .trim();
}
