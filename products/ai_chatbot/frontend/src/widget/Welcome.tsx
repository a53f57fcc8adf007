import type { ReactElement } from 'react';
import { Choices } from './Choices';
import type { Translate } from './strings';

const SUGGESTIONS = ['suggestion.order', 'suggestion.bike', 'suggestion.battery', 'suggestion.returns'] as const;

interface WelcomeProps {
  readonly t: Translate;
  readonly onSuggestion: (text: string) => void;
}

export function Welcome({ t, onSuggestion }: WelcomeProps): ReactElement {
  return (
    <div className="flex flex-col gap-4 pt-2">
      <div>
        <p className="text-xl font-semibold text-stone-900">{t('welcome.title')}</p>
        <p className="mt-1 text-sm text-stone-600">{t('welcome.text')}</p>
      </div>
      <Choices choices={SUGGESTIONS.map((key) => t(key))} testId="suggestion" onChoice={onSuggestion} />
    </div>
  );
}
