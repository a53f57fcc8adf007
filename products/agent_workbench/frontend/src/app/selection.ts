import { createStore, type Readable } from '../common/store';

/** The session on the screen, kept in the address so that reloading and sharing keep it. */
export interface Selection extends Readable<string | null> {
  choose: (name: string | null) => void;
  close: () => void;
}

const PREFIX = '#/sessions/';

export function createSelection(): Selection {
  const store = createStore(nameIn(location.hash));
  const follow = () => store.set(nameIn(location.hash));
  window.addEventListener('hashchange', follow);
  return {
    ...store,
    choose: (name) => {
      if (name === store.get()) return;
      // Without an entry in the browser's history for each: walking through the list is not navigating.
      history.replaceState(null, '', name === null ? location.pathname : `${PREFIX}${encodeURIComponent(name)}`);
      store.set(name);
    },
    close: () => window.removeEventListener('hashchange', follow),
  };
}

function nameIn(hash: string): string | null {
  if (!hash.startsWith(PREFIX)) return null;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length)) || null;
  } catch {
    return null;
  }
}
