import { createContext, useContext, useEffect, type ReactNode } from 'react';
import { useStore } from '../common/store';
import { TEXTS, type LanguageStore, type Text } from './language';

const TextContext = createContext<Text>(TEXTS.en);

export function LanguageProvider({ language, children }: { language: LanguageStore; children: ReactNode }) {
  const text = TEXTS[useStore(language)];
  useEffect(() => {
    document.documentElement.lang = text.locale;
  }, [text]);
  return <TextContext value={text}>{children}</TextContext>;
}

/** The texts in the language of the moment. */
export function useText(): Text {
  return useContext(TextContext);
}
