import type { Workbench } from '../app/workbench';
import type { TextKey } from '../i18n/en';
import { COMPOSER_ID, focusField, focusQueueItem, SEARCH_FIELD_ID } from './targets';

export interface Shortcut {
  keys: readonly string[];
  label: TextKey;
  run: (workbench: Workbench, openHelp: () => void) => void;
  /** Whether it works on every page, not only at the desk. */
  everywhere?: true;
}

/** Every key that works while no field has the focus; the help shows the same table. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['j', 'ArrowDown'], label: 'help.next', run: (workbench) => step(workbench, 1) },
  { keys: ['k', 'ArrowUp'], label: 'help.previous', run: (workbench) => step(workbench, -1) },
  { keys: ['t'], label: 'help.takeover', run: takeOver },
  { keys: ['r'], label: 'help.reply', run: (workbench) => write(workbench, 'reply') },
  { keys: ['n'], label: 'help.note', run: (workbench) => write(workbench, 'note') },
  { keys: ['/'], label: 'help.search', run: () => focusField(SEARCH_FIELD_ID), everywhere: true },
  { keys: ['?'], label: 'help.help', run: (_, openHelp) => openHelp(), everywhere: true },
];

export const SHORTCUTS_EVERYWHERE = SHORTCUTS.filter(({ everywhere }) => everywhere);

function step({ listed, selection }: Workbench, by: 1 | -1): void {
  const names = listed.get();
  const at = names.indexOf(selection.get() ?? '');
  const name = at < 0 ? names[by > 0 ? 0 : names.length - 1] : names[at + by];
  if (name === undefined) return;
  selection.choose(name);
  focusQueueItem(name);
}

function takeOver({ selection, queue, actions }: Workbench): void {
  const name = selection.get();
  if (name === null) return;
  const status = queue.sessions.get().known.get(name)?.session.status;
  // Of a session that the queue does not know the server is asked; it refuses what cannot be.
  if (status === 'manual_live' || status === 'closed') return;
  void actions.takeover(name);
}

function write({ mode, selection }: Workbench, next: 'reply' | 'note'): void {
  if (selection.get() === null) return;
  mode.set(next);
  focusField(COMPOSER_ID);
}
