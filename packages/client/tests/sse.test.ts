import { describe, expect, it } from 'vitest';
import { createSseParser, type SseFrame } from '../src/sse';

/** What a parser makes of `text` when it comes in pieces of `size` bytes. */
function parse(text: string, size = Infinity): { frames: SseFrame[]; retries: number[] } {
  const frames: SseFrame[] = [];
  const retries: number[] = [];
  const parser = createSseParser({ onFrame: (frame) => frames.push(frame), onRetry: (ms) => retries.push(ms) });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) parser.push(bytes.slice(at, at + size));
  return { frames, retries };
}

const message = (data: string, id = ''): SseFrame => ({ data, event: 'message', id });

const CASES: readonly [name: string, text: string, frames: readonly SseFrame[]][] = [
  ['line feeds', 'data: a\n\ndata: b\n\n', [message('a'), message('b')]],
  ['carriage returns', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
  ['pairs', 'data: a\r\n\r\ndata: b\r\n\r\n', [message('a'), message('b')]],
  ['a mixture', 'data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\r', [message('a\nb\nc'), message('d')]],
  ['several lines of data', 'data: {\ndata:  "a": 1\ndata: }\n\n', [message('{\n "a": 1\n}')]],
  ['one space after the colon, no more', 'data:a\ndata: b\ndata:  c\n\n', [message('a\nb\n c')]],
  ['a field without a colon', 'data\n\ndata\ndata\n\n', [message(''), message('\n')]],
  ['colons in the value', 'data: a:b: c\n\n', [message('a:b: c')]],
  ['comments', ': hello\n:\ndata: a\n: there\n\n', [message('a')]],
  ['a byte order mark, once', '\uFEFFdata: a\n\n\uFEFFdata: b\n\n', [message('a')]],
  ['characters of two, three and four bytes', 'data: é 您好 🚲\n\n', [message('é 您好 🚲')]],
  [
    'ids that stay',
    'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
    [message('a', '1'), message('b', '1'), message('c')],
  ],
  ['an id with a null, ignored', 'id: 1\ndata: a\n\nid: 2\u0000\ndata: b\n\n', [message('a', '1'), message('b', '1')]],
  ['an id on its own', 'id: 7\n\ndata: a\n\n', [message('a', '7')]],
  ['event names', 'event: x\ndata: a\n\ndata: b\n\n', [{ data: 'a', event: 'x', id: '' }, message('b')]],
  ['nothing without data', 'event: x\n\n\n\n', []],
  ['unknown fields', 'dat: a\nDATA: b\n\n', []],
  ['a frame that never ends', 'data: a\n\ndata: b\n', [message('a')]],
];

describe.each([Infinity, 1, 2, 3, 7])('in pieces of %d bytes', (size) => {
  it.each(CASES)('%s', (_, text, frames) => {
    expect(parse(text, size).frames).toEqual(frames);
  });
});

it('takes retry only as digits', () => {
  expect(parse('retry: 250\nretry: 1.5\nretry: x\nretry\n\n').retries).toEqual([250]);
});

it('starts from a given id', () => {
  const frames: SseFrame[] = [];
  const parser = createSseParser({ onFrame: (frame) => frames.push(frame) }, '41');
  parser.push(new TextEncoder().encode('data: a\n\n'));
  expect(frames).toEqual([message('a', '41')]);
});
