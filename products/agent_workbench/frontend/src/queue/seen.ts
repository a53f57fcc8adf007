import { createStore, type Readable } from '../common/store';

/** Up to which `seq` this agent has looked at a session, in this tab of the browser. */
export type SeenState = Readonly<Record<string, number>>;

export interface Seen {
  state: Readable<SeenState>;
  mark: (name: string, seq: number) => void;
}

/** More than an agent looks at in a day; the oldest are forgotten. */
const REMEMBERED = 500;

export function createSeen(agentId: string, storage: Storage): Seen {
  const key = `baton.workbench.seen.${agentId}`;
  const store = createStore<SeenState>(stored(storage.getItem(key)));
  return {
    state: store,
    mark: (name, seq) => {
      const { [name]: before = 0, ...rest } = store.get();
      if (seq <= before) return;
      const next = Object.fromEntries([...Object.entries(rest), [name, seq] as const].slice(-REMEMBERED));
      store.set(next);
      storage.setItem(key, JSON.stringify(next));
    },
  };
}

function stored(text: string | null): SeenState {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as SeenState) : {};
  } catch {
    return {};
  }
}
