import { createStore, type Readable } from '../common/store';
import type { Translate } from '../i18n/language';

/** Something worth a line in the corner for a while. The words are made when shown, in the language of then. */
export interface Notice {
  id: number;
  tone: 'info' | 'error';
  words: (t: Translate) => string;
  /** A session that a click opens. */
  opens?: string;
}

export interface Notices {
  state: Readable<readonly Notice[]>;
  show: (notice: Omit<Notice, 'id'>) => void;
  dismiss: (id: number) => void;
}

const SHOWN_MS = 9000;
const AT_MOST = 4;

export function createNotices(): Notices {
  const store = createStore<readonly Notice[]>([]);
  let last = 0;
  const dismiss = (id: number) => store.update((all) => all.filter((notice) => notice.id !== id));
  return {
    state: store,
    dismiss,
    show: (notice) => {
      last += 1;
      const id = last;
      store.update((all) => [...all, { ...notice, id }].slice(-AT_MOST));
      setTimeout(() => dismiss(id), SHOWN_MS);
    },
  };
}
