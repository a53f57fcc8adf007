import type { Auth } from '../auth/auth';
import { createStore, type Readable } from '../common/store';
import type { LanguageStore } from '../i18n/language';
import { openWorkbench, type Workbench } from './workbench';

/** The workbench of whoever is signed in; null while nobody is. */
export type Workplace = Readable<Workbench | null>;

export function createWorkplace(auth: Auth, language: LanguageStore): Workplace {
  const store = createStore<Workbench | null>(null);

  function follow(): void {
    const state = auth.state.get();
    const agent = state.kind === 'signed_in' ? state.agent : null;
    const before = store.get();
    // A refresh names the agent anew. Another one has signed in in another tab, whose cookie is then ours too.
    if (before?.agent.id === agent?.id) return;
    store.set(agent === null ? null : openWorkbench(agent, auth, language));
    before?.close();
  }

  auth.state.subscribe(follow);
  follow();
  return store;
}
