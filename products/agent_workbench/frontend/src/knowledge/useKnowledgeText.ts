import type { Language } from '@baton/client';
import { createTranslator, type Dictionaries, sharedStrings, type SharedKey, type Translator } from '@baton/ui';
import { en as workbenchEn, type TextKey } from '../i18n/en';
import { useText } from '../i18n/LanguageContext';
import { zh as workbenchZh } from '../i18n/zh';
import { en, type KnowledgeKey } from './en';
import { zh } from './zh';

type Key = KnowledgeKey | TextKey | SharedKey;

export type TranslateKnowledge = Translator<Key>;

const DICTIONARIES: Dictionaries<Key> = {
  en: { ...sharedStrings.en, ...workbenchEn, ...en },
  zh: { ...sharedStrings.zh, ...workbenchZh, ...zh },
};

const TRANSLATORS: Record<Language, TranslateKnowledge> = {
  en: createTranslator('en', DICTIONARIES),
  zh: createTranslator('zh', DICTIONARIES),
};

/** The workbench's texts, and those of this page, which are loaded with it. */
export function useKnowledgeText() {
  const text = useText();
  return { ...text, t: TRANSLATORS[text.language] };
}
