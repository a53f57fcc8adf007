import type { ReactElement } from 'react';

export interface TypingDotsProps {
  /** Who is writing, in words: shown next to the dots. */
  readonly label: string;
}

export function TypingDots({ label }: TypingDotsProps): ReactElement {
  return (
    <div className="flex items-center gap-2 px-1 text-xs text-stone-600" data-testid="typing">
      <span aria-hidden="true" className="flex gap-1 rounded-full border border-stone-200 bg-stone-100 px-3 py-2.5">
        {['0s', '0.15s', '0.3s'].map((delay) => (
          <span
            key={delay}
            style={{ animationDelay: delay }}
            className="size-1.5 animate-typing rounded-full bg-stone-600 motion-reduce:animate-none"
          />
        ))}
      </span>
      <span>{label}</span>
    </div>
  );
}
