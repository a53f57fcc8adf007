import type { Language } from '@baton/client';

export type Dictionary<Key extends string> = Readonly<Record<Key, string>>;
export type Dictionaries<Key extends string> = Readonly<Record<Language, Dictionary<Key>>>;

/** The text for a key; `{name}` in it is replaced by the value of that name. */
export type Translator<Key extends string> = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

export function createTranslator<Key extends string>(
  language: Language,
  dictionaries: Dictionaries<Key>,
): Translator<Key> {
  const dictionary = dictionaries[language];
  return (key, values = {}) =>
    dictionary[key].replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
}
