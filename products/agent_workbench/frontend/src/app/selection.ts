import { createStore, type Readable } from '../common/store';

/** What fills the window below the top bar. */
export type Page = 'desk' | 'knowledge';

/** The page and the session on the screen, kept in the address so that reloading and sharing keep them. */
export interface Selection extends Readable<string | null> {
  page: Readable<Page>;
  /** Shows a session, or none, at the desk. */
  choose: (name: string | null) => void;
  close: () => void;
}

const PREFIX = '#/sessions/';
const KNOWLEDGE = '#/knowledge';

export function createSelection(): Selection {
  const store = createStore(nameIn(location.hash));
  const page = createStore(pageIn(location.hash));
  const follow = () => {
    page.set(pageIn(location.hash));
    // The session stays open while another page is looked at.
    if (page.get() === 'desk') store.set(nameIn(location.hash));
  };
  window.addEventListener('hashchange', follow);
  return {
    ...store,
    page,
    choose: (name) => {
      if (name === store.get() && page.get() === 'desk') return;
      // Without an entry in the browser's history for each: walking through the list is not navigating.
      history.replaceState(null, '', name === null ? location.pathname : `${PREFIX}${encodeURIComponent(name)}`);
      page.set('desk');
      store.set(name);
    },
    close: () => window.removeEventListener('hashchange', follow),
  };
}

/** The address of a page; of the desk the one that shows `session`. */
export function addressOf(page: Page, session: string | null): string {
  if (page === 'knowledge') return KNOWLEDGE;
  return session === null ? '#/' : `${PREFIX}${encodeURIComponent(session)}`;
}

function pageIn(hash: string): Page {
  return hash === KNOWLEDGE ? 'knowledge' : 'desk';
}

function nameIn(hash: string): string | null {
  if (!hash.startsWith(PREFIX)) return null;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length)) || null;
  } catch {
    return null;
  }
}
