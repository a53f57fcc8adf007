import { describe, expect, it } from 'vitest';
import { dayName, initials, shortWhen, waitText } from '../src/common/format';

const at = (text: string) => new Date(text).getTime() / 1000;

describe('waitText', () => {
  it.each([
    [-3, '0:00'],
    [42.9, '0:42'],
    [725, '12:05'],
    [3800, '1:03:20'],
    [93_600, '1d 2h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(waitText(seconds)).toBe(text);
  });
});

describe('dayName', () => {
  const now = at('2026-03-01T00:30:00');
  it.each([
    ['2026-03-01T00:00:00', { kind: 'today' }],
    ['2026-02-28T23:59:59', { kind: 'yesterday' }],
    ['2026-02-27T12:00:00', { kind: 'date', text: 'Friday, 27 February' }],
    ['2025-12-31T12:00:00', { kind: 'date', text: '31 December 2025' }],
  ])('%s', (when, name) => {
    const found = dayName(at(when), now, 'en-GB');
    // Whether a comma follows the weekday differs between versions of the language data.
    expect(found.kind === 'date' ? { ...found, text: found.text.replace(/^(\w+) (\d+ \w+)$/u, '$1, $2') } : found).toEqual(
      name,
    );
  });
});

describe('shortWhen', () => {
  const now = at('2026-03-01T18:00:00');
  it('is the time today and the day before that', () => {
    expect(shortWhen(at('2026-03-01T00:05:00'), now, 'en-GB')).toBe('00:05');
    expect(shortWhen(at('2026-02-27T12:00:00'), now, 'en-GB')).toBe('27 Feb');
  });
});

describe('initials', () => {
  it.each([
    ['Mina Okafor', 'MO'],
    ['elena', 'E'],
    ['王小明', '王'],
    ['俊 Jun', '俊'],
    ['  ', '?'],
    ['Anna Maria Berg', 'AB'],
  ])('%s', (name, text) => {
    expect(initials(name)).toBe(text);
  });
});
