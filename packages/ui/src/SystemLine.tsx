import type { ReactElement, ReactNode } from 'react';

export interface SystemLineProps {
  readonly text: string;
  readonly time?: string | undefined;
  readonly seq?: number | undefined;
  /** What follows the text, before the time. */
  readonly children?: ReactNode;
}

/** Something that happened, between what was said. */
export function SystemLine({ text, time, seq, children }: SystemLineProps): ReactElement {
  return (
    <p data-testid="system-line" data-seq={seq} className="px-4 text-center text-xs text-balance text-stone-600">
      {text}
      {children}
      {time !== undefined && <span className="text-stone-500"> · {time}</span>}
    </p>
  );
}
