import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProductMessage, safeUrl, type Segment, withoutUnfinishedCard } from '../src';

interface Vector {
  readonly name: string;
  readonly text: string;
  readonly segments: readonly Segment[];
}

// Shared with whoever else reads or writes cards, in whatever language.
const file = new URL('../../../tests/vectors/product_cards.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[];

describe('parseProductMessage', () => {
  it.each(vectors)('$name', ({ text, segments }) => {
    expect(parseProductMessage(text)).toEqual(segments);
  });
});

// Text of the pieces that matter, in any order, and of anything else.
const pieces = fc.oneof(
  fc.constantFrom('[PRODUCT]', '[/PRODUCT]', '|', '||||', '|||||||', '[', ']', '\n', '\r\n', ' ', 'x', '中🚲'),
  fc.constantFrom('https://a.example/x', 'javascript:', 'HTTPS://', 'http:', 'data:', '//'),
  fc.string({ maxLength: 5, unit: 'binary' }),
);
const messages = fc.array(pieces, { maxLength: 40 }).map((all) => all.join(''));

describe('any text', () => {
  it('keeps every word that no card holds, in order', () => {
    fc.assert(
      fc.property(messages, (message) => {
        let from = 0;
        for (const segment of parseProductMessage(message)) {
          if (segment.kind === 'card') {
            // The card stands between two marks; what is before the next text is its.
            expect(message.startsWith('[PRODUCT]', from)).toBe(true);
            from = message.indexOf('[/PRODUCT]', from) + '[/PRODUCT]'.length;
          } else {
            expect(segment.text).not.toBe('');
            expect(message.startsWith(segment.text, from)).toBe(true);
            expect(parseProductMessage(segment.text)).toEqual([segment]);
            from += segment.text.length;
          }
        }
        expect(from).toBe(message.length);
      }),
    );
  });

  it('gives no address but http and https', () => {
    fc.assert(
      fc.property(messages, messages, (image, tracking) => {
        for (const segment of parseProductMessage(`[PRODUCT]${image}|Lamp|1|£1|Sent|DPD|Z1|${tracking}[/PRODUCT]`)) {
          if (segment.kind === 'text') continue;
          for (const url of [segment.card.image_url, segment.card.tracking_url]) {
            expect(url === '' || /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s\p{Cc}\p{Cf}\p{Cs}]+$/u.test(url)).toBe(true);
            expect(safeUrl(url)).toBe(url);
          }
        }
      }),
    );
  });

  it('is held back only from where a card may begin, and never with a whole card', () => {
    const cards = (text: string) => parseProductMessage(text).filter((segment) => segment.kind === 'card');
    fc.assert(
      fc.property(messages, (message) => {
        const shown = withoutUnfinishedCard(message);
        expect(message.startsWith(shown)).toBe(true);
        expect(cards(shown)).toEqual(cards(message));
        const heldBack = message.slice(shown.length);
        expect(heldBack.startsWith('[PRODUCT]') || '[PRODUCT]'.startsWith(heldBack)).toBe(true);
      }),
    );
  });

  it.each(['[PRODUCT]', '[/PRODUCT]', '[PRODUCT][/PRODUCT]', '[PRODUCT]|||||||', '|', ' ', '['])(
    'of a hundred thousand characters takes no time: %j',
    (piece) => {
      const message = `[PRODUCT]${piece.repeat(100_000 / piece.length)}[/PRODUCT]`;
      const began = performance.now();
      parseProductMessage(message);
      expect(performance.now() - began).toBeLessThan(500);
    },
  );
});

describe('withoutUnfinishedCard', () => {
  const card = '[PRODUCT]|Lamp|1|£1|Sent|DPD|Z1|[/PRODUCT]';

  it('never shows a piece of a card while the text grows', () => {
    const text = `Here: ${card} done`;
    for (let length = 0; length <= text.length; length += 1) {
      const shown = withoutUnfinishedCard(text.slice(0, length));
      const plain = parseProductMessage(shown).map((segment) => (segment.kind === 'text' ? segment.text : ''));
      expect(plain.join('')).not.toMatch(/[[|\]]/);
    }
  });

  it('leaves a whole text alone', () => {
    expect(withoutUnfinishedCard(`a [b] ${card} c`)).toBe(`a [b] ${card} c`);
  });
});

describe('safeUrl', () => {
  it.each(['https://a.example/b?c=d#e', 'http://a.example'])('keeps %s', (url) => {
    expect(safeUrl(` ${url}\n`)).toBe(url);
  });

  it.each([
    '',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//a.example',
    '/a',
    'ftp://a.example',
    'https://',
    'https://a b',
  ])('drops %j', (url) => {
    expect(safeUrl(url)).toBe('');
  });
});
