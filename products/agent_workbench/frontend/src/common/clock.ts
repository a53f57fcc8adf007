import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((tick) => tick()), 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const seconds = () => Math.floor(Date.now() / 1000);

/** The time in whole Unix seconds, ticking; one timer serves all who watch. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, seconds);
}
