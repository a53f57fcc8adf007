import type { ConnectionState } from '@baton/client';
import { createStore, type Readable } from '../common/store';

/** What the banner says of the streams: nothing, that one of them is lost, or that all are back. */
export type Connection = 'fine' | 'lost' | 'back';

export interface ConnectionMonitor {
  state: Readable<Connection>;
  report: (stream: string, state: ConnectionState) => void;
  close: () => void;
}

/** A server that restarts is back sooner than this; nobody needs to read about it. */
const PATIENCE_MS = 1000;
const SHOW_BACK_MS = 3000;

export function createConnectionMonitor(): ConnectionMonitor {
  const store = createStore<Connection>('fine');
  const lost = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = (milliseconds: number, next: Connection) => {
    clearTimeout(timer);
    timer = setTimeout(() => store.set(next), milliseconds);
  };

  function report(stream: string, state: ConnectionState): void {
    const before = lost.size;
    if (state === 'waiting') lost.add(stream);
    else if (state === 'open' || state === 'stopped') lost.delete(stream);
    if (before === 0 && lost.size > 0) {
      if (store.get() !== 'lost') later(PATIENCE_MS, 'lost');
    } else if (before > 0 && lost.size === 0) {
      clearTimeout(timer);
      if (store.get() === 'lost') store.set('back');
      later(SHOW_BACK_MS, 'fine');
    }
  }

  return { state: store, report, close: () => clearTimeout(timer) };
}
