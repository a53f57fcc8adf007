import { expect, it } from 'vitest';
import { createTranslator, sharedStrings } from '../src';

it('fills in values, and leaves what it was not given', () => {
  const t = createTranslator('en', { en: { hi: 'Hello {name}, {count} of {limit}' }, zh: { hi: '{name}，您好' } });
  expect(t('hi', { name: '$& {count}', count: 0 })).toBe('Hello $& {count}, 0 of {limit}');
});

it('has every shared text in both languages, with the same values to fill in', () => {
  const values = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  expect(Object.keys(sharedStrings.zh).sort()).toEqual(Object.keys(sharedStrings.en).sort());
  for (const key of Object.keys(sharedStrings.en) as (keyof typeof sharedStrings.en)[]) {
    expect(values(sharedStrings.zh[key])).toEqual(values(sharedStrings.en[key]));
  }
});
