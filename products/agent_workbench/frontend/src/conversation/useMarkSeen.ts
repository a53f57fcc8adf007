import { useEffect } from 'react';
import type { Seen } from '../queue/seen';

/** What is on a visible screen counts as seen. */
export function useMarkSeen(seen: Seen, name: string, seq: number): void {
  useEffect(() => {
    const mark = () => {
      if (document.visibilityState === 'visible') seen.mark(name, seq);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [seen, name, seq]);
}
