import { ProblemError } from '@baton/client';
import { type ReactElement, useEffect, useState } from 'react';
import { LinkedText } from './LinkedText';
import type { SourceEntry } from './sources';

export interface SourceLabels {
  readonly loading: string;
  readonly gone: string;
  readonly failed: string;
  readonly retry: string;
}

export interface SourceViewProps {
  /** Asked once for each `id`, and again when the reader wants it. */
  readonly load: () => Promise<SourceEntry>;
  readonly id: string;
  readonly labels: SourceLabels;
}

type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly entry: SourceEntry }
  | { readonly kind: 'failed'; readonly gone: boolean };

/** The text that an answer stands on: as text with line breaks and links, never as markup. */
export function SourceView({ load, id, labels }: SourceViewProps): ReactElement {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<State>({ kind: 'loading' });

  useEffect(() => {
    let wanted = true;
    load().then(
      (entry) => wanted && setState({ kind: 'shown', entry }),
      (error: unknown) =>
        wanted && setState({ kind: 'failed', gone: error instanceof ProblemError && error.status === 404 }),
    );
    return () => {
      wanted = false;
    };
    // The same source by another function is still the same source.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, attempt]);

  switch (state.kind) {
    case 'loading':
      return (
        <p role="status" className="text-sm text-stone-600">
          {labels.loading}
        </p>
      );
    case 'failed':
      return (
        <div role="alert" className="flex flex-col items-start gap-2 text-sm text-stone-700">
          <p>{state.gone ? labels.gone : labels.failed}</p>
          {!state.gone && (
            <button
              type="button"
              onClick={() => {
                setState({ kind: 'loading' });
                setAttempt(attempt + 1);
              }}
              className="cursor-pointer font-semibold underline underline-offset-2"
            >
              {labels.retry}
            </button>
          )}
        </div>
      );
    case 'shown':
      return <SourceText entry={state.entry} />;
  }
}

export function SourceText({ entry }: { readonly entry: SourceEntry }): ReactElement {
  return (
    <p
      data-testid="source-text"
      lang={entry.language === 'zh' ? 'zh-CN' : 'en'}
      className="text-sm leading-relaxed wrap-anywhere whitespace-pre-wrap text-stone-900"
    >
      <LinkedText text={entry.body} />
    </p>
  );
}
