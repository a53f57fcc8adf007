/** What a browser knows about the network and the page; nothing where there is no browser. */

export interface PageSignals {
  readonly onOnline: () => void;
  readonly onVisible: () => void;
}

/** Calls back until the returned function is called. */
export function watchPage({ onOnline, onVisible }: PageSignals): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const onVisibility = (): void => {
    if (document.visibilityState === 'visible') onVisible();
  };
  window.addEventListener('online', onOnline);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    window.removeEventListener('online', onOnline);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
