import { expect, it } from 'vitest';
import { splitLinks } from '../src/links';

const marked = (text: string): string =>
  splitLinks(text)
    .map((piece) => (piece.kind === 'link' ? `<${piece.url}>` : piece.text))
    .join('');

it.each([
  ['no link', 'no link'],
  ['https://a.example', '<https://a.example>'],
  ['See https://a.example/b.', 'See <https://a.example/b>.'],
  ['(https://a.example/b)', '(<https://a.example/b>)'],
  ['https://a.example/b_(c) d', '<https://a.example/b_(c)> d'],
  ['"https://a.example/b"', '"<https://a.example/b>"'],
  ['请看https://a.example/b，谢谢', '请看<https://a.example/b>，谢谢'],
  ['请看https://a.example/b谢谢', '请看<https://a.example/b>谢谢'],
  ['https://a.example/?a=1&b=2#c and HTTP://B.example', '<https://a.example/?a=1&b=2#c> and <HTTP://B.example>'],
  ['<https://a.example>', '<<https://a.example>>'],
  ['javascript:alert(1) ftp://a.example www.a.example', 'javascript:alert(1) ftp://a.example www.a.example'],
  ['https:// alone', 'https:// alone'],
])('%j', (text, expected) => {
  expect(marked(text)).toBe(expected);
});
