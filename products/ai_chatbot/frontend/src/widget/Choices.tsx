import type { ReactElement } from 'react';

interface ChoicesProps {
  readonly choices: readonly string[];
  readonly label?: string;
  readonly testId: string;
  readonly onChoice: (text: string) => void;
}

/** Messages of which one is sent with a press. */
export function Choices({ choices, label, testId, onChoice }: ChoicesProps): ReactElement {
  return (
    <ul aria-label={label} className="flex flex-col items-start gap-2">
      {choices.map((text) => (
        <li key={text}>
          <button
            type="button"
            data-testid={testId}
            onClick={() => onChoice(text)}
            className="rounded-full border border-brand-300 bg-brand-50 px-3.5 py-2 text-left text-sm font-medium text-brand-800 transition-colors hover:border-brand-500 hover:bg-brand-100"
          >
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}
