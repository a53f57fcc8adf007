import { useCallback, useEffect, useState } from 'react';
import type { KnowledgeApi, Version, Versions } from './knowledgeApi';

export type VersionsState = { kind: 'loading' } | { kind: 'failed'; error: unknown } | ({ kind: 'known' } & Versions);

export interface VersionsHere {
  state: VersionsState;
  /** The version that is answered from; null while that is not known. */
  served: number | null;
  hasMore: boolean;
  reload: () => void;
  more: () => void;
}

/** While a version is made ready; an index of thousands of entries takes seconds. */
const POLL_MS = 1_000;

/** The versions, and which of them is answered from: followed until that is the current one. */
export function useVersions(api: KnowledgeApi): VersionsHere {
  const [state, setState] = useState<VersionsState>({ kind: 'loading' });
  const [older, setOlder] = useState<readonly Version[]>([]);
  const [hasMore, setHasMore] = useState(false);
  const [asked, setAsked] = useState(0);
  const reload = useCallback(() => setAsked((times) => times + 1), []);

  useEffect(() => {
    let wanted = true;
    api.versions().then(
      (found) => {
        if (!wanted) return;
        setState({ kind: 'known', ...found });
        setOlder([]);
        setHasMore(api.hasMore(found));
      },
      // What was known stays on the screen, as a state of its own: it is asked again.
      (error: unknown) =>
        wanted && setState((before) => (before.kind === 'known' ? { ...before } : { kind: 'failed', error })),
    );
    return () => {
      wanted = false;
    };
  }, [api, asked]);

  const preparing = state.kind === 'known' && state.preparing;
  useEffect(() => {
    if (!preparing) return undefined;
    const timer = setTimeout(reload, POLL_MS);
    return () => clearTimeout(timer);
    // Each answer is a state of its own, and so each begins the next wait.
  }, [preparing, state, reload]);

  function more() {
    const last = older.at(-1) ?? (state.kind === 'known' ? state.versions.at(-1) : undefined);
    if (last === undefined) return;
    api.versions(last.number).then(
      (found) => {
        setOlder((before) => [...before, ...found.versions.filter(({ number }) => number < (before.at(-1) ?? last).number)]);
        setHasMore(api.hasMore(found));
      },
      () => undefined,
    );
  }

  return {
    state: state.kind === 'known' && older.length > 0 ? { ...state, versions: [...state.versions, ...older] } : state,
    served: state.kind === 'known' ? state.served : null,
    hasMore,
    reload,
    more,
  };
}
