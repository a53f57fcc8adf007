/**
 * Product cards in a message: `[PRODUCT]` f1 | … | f8 `[/PRODUCT]`, among plain text.
 *
 * Fields may be empty, extra pipes belong to the last one, nothing is escaped, a card may span lines. What is not a
 * whole card (never closed, too few fields) stays text: nobody loses words to a slip of a model.
 * `domain/product_card.py` reads the same; `tests/vectors/product_cards.json` holds the two together.
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

/** `text` in order of appearance; joining the text segments loses nothing but the cards. In time proportional to it. */
export function parseProductMessage(text: string): Segment[] {
  const segments: Segment[] = [];
  let plainFrom = 0;
  let searchFrom = 0;
  for (;;) {
    const close = text.indexOf(CLOSE, searchFrom);
    if (close < 0) break;
    // The nearest opening wins: one before it was never closed. One before an earlier closing mark was closed there.
    const since = text.slice(searchFrom, close);
    const offset = since.lastIndexOf(OPEN);
    const card = offset < 0 ? null : parseCard(since.slice(offset + OPEN.length));
    const open = searchFrom + offset;
    searchFrom = close + CLOSE.length;
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

/**
 * `url` when it is an address that may become a link or an image, else an empty string: http or https, a host, perhaps a
 * port. Nobody's name stands before the host, as that is how one host is made to look like another; nothing in it is
 * invisible.
 */
export function safeUrl(url: string): string {
  const trimmed = url.trim();
  return ADDRESS.test(trimmed) && !INVISIBLE.test(trimmed) ? trimmed : '';
}

// A host by name (in any script) or, in brackets, by number. Without the flag i, to which a long s is an s.
const ADDRESS =
  /^[Hh][Tt][Tt][Pp][Ss]?:\/\/(?:[^\s/?#@:\\[\]<>"^|%`{}]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#]\S*)?$/u;

// Control characters, marks without width or that turn the direction of writing, halves of a surrogate pair.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u;

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
