import type { Language } from '@baton/client';
import { createTranslator, sharedStrings, type Dictionaries, type SharedKey, type Translator } from '@baton/ui';
import { createStore } from '../common/store';
import { en, type TextKey } from './en';
import { zh } from './zh';

export interface Text {
  language: Language;
  /** For `Intl`. */
  locale: string;
  t: Translate;
}

export type Translate = Translator<TextKey | SharedKey>;

const DICTIONARIES: Dictionaries<TextKey | SharedKey> = {
  en: { ...sharedStrings.en, ...en },
  zh: { ...sharedStrings.zh, ...zh },
};

const STORAGE_KEY = 'baton.workbench.language';

export const TEXTS: Record<Language, Text> = {
  en: { language: 'en', locale: 'en-GB', t: createTranslator('en', DICTIONARIES) },
  zh: { language: 'zh', locale: 'zh-CN', t: createTranslator('zh', DICTIONARIES) },
};

function initialLanguage(): Language {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'en' || stored === 'zh') return stored;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function createLanguage() {
  const store = createStore<Language>(initialLanguage());
  return {
    ...store,
    choose(language: Language) {
      localStorage.setItem(STORAGE_KEY, language);
      store.set(language);
    },
  };
}

export type LanguageStore = ReturnType<typeof createLanguage>;
