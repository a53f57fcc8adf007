import type { ReactElement } from 'react';
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
      <ul className="flex flex-col items-start gap-2">
        {SUGGESTIONS.map((key) => (
          <li key={key}>
            <button
              type="button"
              data-testid="suggestion"
              onClick={() => onSuggestion(t(key))}
              className="rounded-full border border-brand-300 bg-brand-50 px-3.5 py-2 text-left text-sm font-medium text-brand-800 transition-colors hover:border-brand-500 hover:bg-brand-100"
            >
              {t(key)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
