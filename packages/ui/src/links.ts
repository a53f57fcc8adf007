import { safeUrl } from '@baton/client';

export type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'link'; readonly url: string };

// Only ASCII belongs to a link, so that the words after it in a Chinese sentence do not.
const URL_LIKE = /https?:\/\/[!#-;=?-~]+/gi;
const TRAILING = /[.,;:!?'*_]+$/;

/** `text` with the http(s) addresses in it told apart. Punctuation that ends the sentence stays with the sentence. */
export function splitLinks(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(URL_LIKE)) {
    const url = safeUrl(trimmed(match[0]));
    if (url === '') continue;
    if (match.index > from) pieces.push({ kind: 'text', text: text.slice(from, match.index) });
    pieces.push({ kind: 'link', url });
    from = match.index + url.length;
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) });
  return pieces;
}

/** Without trailing punctuation, and without a closing bracket whose opening stands before the link. */
function trimmed(url: string): string {
  let rest = url.replace(TRAILING, '');
  for (const [opening, closing] of ['()', '[]']) {
    while (
      closing !== undefined &&
      opening !== undefined &&
      rest.endsWith(closing) &&
      isUnbalanced(rest, opening, closing)
    ) {
      rest = rest.slice(0, -1).replace(TRAILING, '');
    }
  }
  return rest;
}

function isUnbalanced(text: string, opening: string, closing: string): boolean {
  return text.split(closing).length > text.split(opening).length;
}
