/**
 * Product cards in a message: `[PRODUCT]` f1 | … | f8 `[/PRODUCT]`, among plain text.
 *
 * Fields may be empty, extra pipes belong to the last one, nothing is escaped, a card may span lines. What is not a
 * whole card (never closed, too few fields) stays text: nobody loses words to a slip of a model.
 */

export interface Card {
  readonly image_url: string;
  readonly name: string;
  readonly quantity: string;
  readonly price: string;
  readonly status: string;
  readonly carrier: string;
  readonly tracking_number: string;
  readonly tracking_url: string;
}

export type Segment = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'card'; readonly card: Card };

const OPEN = '[PRODUCT]';
const CLOSE = '[/PRODUCT]';
const FIELDS = 8;

/** `text` in order of appearance; joining the text segments loses nothing but the cards. */
export function parseProductMessage(text: string): Segment[] {
  const segments: Segment[] = [];
  let plainFrom = 0;
  let searchFrom = 0;
  for (;;) {
    const close = text.indexOf(CLOSE, searchFrom);
    if (close < 0) break;
    searchFrom = close + CLOSE.length;
    // The nearest opening wins: one before it was never closed.
    const open = text.lastIndexOf(OPEN, close);
    const card = open >= plainFrom ? parseCard(text.slice(open + OPEN.length, close)) : null;
    if (card === null) continue;
    if (open > plainFrom) segments.push({ kind: 'text', text: text.slice(plainFrom, open) });
    segments.push({ kind: 'card', card });
    plainFrom = searchFrom;
  }
  if (plainFrom < text.length) segments.push({ kind: 'text', text: text.slice(plainFrom) });
  return segments;
}

/** `text` without a card that has begun but not ended, for a message that is still being written. */
export function withoutUnfinishedCard(text: string): string {
  const open = text.lastIndexOf(OPEN);
  if (open >= 0 && !text.includes(CLOSE, open)) return text.slice(0, open);
  for (let length = Math.min(OPEN.length - 1, text.length); length > 0; length -= 1) {
    if (OPEN.startsWith(text.slice(-length))) return text.slice(0, -length);
  }
  return text;
}

/** `url` when it is one that may become a link or an image, else an empty string. */
export function safeUrl(url: string): string {
  const trimmed = url.trim();
  return /^https?:\/\/[^\s\p{Cc}]+$/iu.test(trimmed) && URL.canParse(trimmed) ? trimmed : '';
}

function parseCard(body: string): Card | null {
  const parts = body.split('|');
  if (parts.length < FIELDS) return null;
  const [image = '', name = '', quantity = '', price = '', status = '', carrier = '', tracking = ''] =
    parts.map(oneLine);
  return {
    image_url: safeUrl(image),
    name,
    quantity,
    price,
    status,
    carrier,
    tracking_number: tracking,
    tracking_url: safeUrl(parts.slice(FIELDS - 1).join('|')),
  };
}

function oneLine(field: string): string {
  return field.trim().replace(/\s+/g, ' ');
}
