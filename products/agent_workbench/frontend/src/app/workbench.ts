import { createApi } from '@baton/client';
import { createWorkbenchApi, type WorkbenchApi } from '../api/workbenchApi';
import type { Agent, Auth } from '../auth/auth';
import { authorizedFetch } from '../auth/authorizedFetch';
import { createStore, type Store } from '../common/store';
import { createActions, type Actions } from '../conversation/actions';
import { createDesk, type Desk } from '../conversation/desk';
import type { Mode } from '../conversation/ModeSwitch';
import type { LanguageStore } from '../i18n/language';
import { COMPOSER_ID, focusField } from '../keyboard/targets';
import { followAgentStream } from '../queue/agentStream';
import { customerName } from '../queue/customerName';
import { tabOf, type Tab } from '../queue/queueState';
import { createQueueStore, type QueueStore } from '../queue/queueStore';
import { createSearch, type Search } from '../queue/search';
import { createSeen, type Seen } from '../queue/seen';
import { createConnectionMonitor, type ConnectionMonitor } from './connection';
import { createNotices, type Notices } from './notices';
import { createSelection, type Selection } from './selection';

/** Everything that one signed-in agent works with. */
export interface Workbench {
  agent: Agent;
  auth: Auth;
  language: LanguageStore;
  api: WorkbenchApi;
  queue: QueueStore;
  tab: Store<Tab>;
  /** Whether the composer writes to the customer or to agents. */
  mode: Store<Mode>;
  /** Texts begun and not sent, by mode and session. */
  drafts: Map<string, string>;
  /** The sessions in the list as it is on the screen. */
  listed: Store<readonly string[]>;
  search: Search;
  seen: Seen;
  selection: Selection;
  desk: Desk;
  actions: Actions;
  connection: ConnectionMonitor;
  notices: Notices;
  close: () => void;
}

export function openWorkbench(agent: Agent, auth: Auth, language: LanguageStore): Workbench {
  const fetchAsAgent = authorizedFetch(auth);
  const plainApi = createApi({ fetch: fetchAsAgent });
  const api = createWorkbenchApi(plainApi);
  const queue = createQueueStore(agent.id, api.sessions);
  const search = createSearch((query, signal) => api.sessions(query, { signal }), queue.merge);
  const connection = createConnectionMonitor();
  const notices = createNotices();
  const selection = createSelection();
  const desk = createDesk({
    api: plainApi,
    fetch: fetchAsAgent,
    onState: (state) => connection.report('conversation', state),
  });
  const tab = createStore<Tab>('waiting');
  const mode = createStore<Mode>('reply');
  const actions = createActions({
    api,
    queue,
    desk,
    notices,
    onTakenOver: (name) => {
      tab.set('mine');
      if (selection.get() === name) focusField(COMPOSER_ID);
    },
  });
  const stream = followAgentStream({
    fetch: fetchAsAgent,
    queue,
    onState: (state) => connection.report('queue', state),
    onTransfer: ({ payload: { session, from_agent_name: from } }) =>
      notices.show({
        tone: 'info',
        words: (t) => t('transfer.received', { from, name: customerName(session, t) }),
        opens: session.session_name,
      }),
  });

  const showSelected = () => {
    mode.set('reply');
    desk.show(selection.get());
  };
  const unselect = selection.subscribe(showSelected);
  showSelected();
  const stopLooking = openTabOfSelected(queue, selection, tab);

  return {
    agent,
    auth,
    language,
    api,
    queue,
    tab,
    mode,
    drafts: new Map(),
    listed: createStore<readonly string[]>([]),
    search,
    seen: createSeen(agent.id, sessionStorage),
    selection,
    desk,
    actions,
    connection,
    notices,
    close: () => {
      unselect();
      stopLooking();
      selection.close();
      stream.close();
      desk.close();
      connection.close();
    },
  };
}

/** After a reload the list shows the tab in which the selected session is, as soon as the queue knows it. */
function openTabOfSelected(queue: QueueStore, selection: Selection, tab: Store<Tab>): () => void {
  const name = selection.get();
  if (name === null) return () => undefined;
  const stop = queue.sessions.subscribe(() => {
    const found = queue.sessions.get().known.get(name);
    stop();
    if (found !== undefined) tab.set(tabOf(found.session, queue.me));
  });
  return stop;
}
