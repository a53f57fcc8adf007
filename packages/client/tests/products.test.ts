import { readFileSync } from 'node:fs';
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
