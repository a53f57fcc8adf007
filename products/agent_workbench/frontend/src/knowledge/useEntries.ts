import { useEffect, useState } from 'react';
import type { EntryPage, KnowledgeApi } from './knowledgeApi';

export type EntriesState = { kind: 'loading' } | { kind: 'failed'; error: unknown } | ({ kind: 'found' } & EntryPage);

const DEBOUNCE_MS = 250;

/** A page of the entries that hold `query`; asked again when another version is answered from. */
export function useEntries(api: KnowledgeApi, query: string, offset: number, served: number | null) {
  const [state, setState] = useState<EntriesState>({ kind: 'loading' });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const aborter = new AbortController();
    const { signal } = aborter;
    const ask = () =>
      void api.entries(query.trim(), offset, { signal }).then(
        (found) => setState({ kind: 'found', ...found }),
        (error: unknown) => {
          if (!signal.aborted) setState({ kind: 'failed', error });
        },
      );
    const timer = setTimeout(ask, query === '' ? 0 : DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [api, query, offset, served, attempt]);

  return { state, retry: () => setAttempt((times) => times + 1) };
}
