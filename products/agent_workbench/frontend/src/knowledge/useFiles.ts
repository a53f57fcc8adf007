import { useEffect, useState } from 'react';
import type { HeldFile, KnowledgeApi } from './knowledgeApi';

export type FilesState =
  | { kind: 'loading' }
  | { kind: 'failed'; error: unknown }
  | { kind: 'found'; files: readonly HeldFile[] };

/** The files of a version, which never change; null while its number is not known. */
export function useFiles(api: KnowledgeApi, version: number | null) {
  const [state, setState] = useState<FilesState>({ kind: 'loading' });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (version === null) return undefined;
    const aborter = new AbortController();
    const { signal } = aborter;
    api.files(version, { signal }).then(
      (files) => setState({ kind: 'found', files }),
      (error: unknown) => {
        if (!signal.aborted) setState({ kind: 'failed', error });
      },
    );
    return () => aborter.abort();
  }, [api, version, attempt]);

  return { state, retry: () => setAttempt((times) => times + 1) };
}

/** The files whose names hold `query`; case does not count. */
export function filesNamed(files: readonly HeldFile[], query: string): readonly HeldFile[] {
  const wanted = query.trim().toLowerCase();
  return wanted === '' ? files : files.filter(({ name }) => name.toLowerCase().includes(wanted));
}
