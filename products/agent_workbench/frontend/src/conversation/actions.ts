import { ProblemError } from '@baton/client';
import type { Notices } from '../app/notices';
import type { Moved, WorkbenchApi } from '../api/workbenchApi';
import { problemText } from '../common/problemText';
import { createStore, type Readable } from '../common/store';
import type { TextKey } from '../i18n/en';
import type { Translate } from '../i18n/language';
import type { QueueStore } from '../queue/queueStore';
import type { Desk } from './desk';

export type ActionName = 'takeover' | 'release' | 'transfer' | 'close';

/** The changes of hands. Each says what went wrong by itself and answers whether it was done. */
export interface Actions {
  /** What is under way, as `action session`; one click is one call. */
  busy: Readable<string | null>;
  takeover: (name: string) => Promise<boolean>;
  release: (name: string) => Promise<boolean>;
  close: (name: string) => Promise<boolean>;
  transfer: (name: string, agentId: string) => Promise<boolean>;
}

interface Parts {
  api: WorkbenchApi;
  queue: QueueStore;
  desk: Desk;
  notices: Notices;
  /** A session has become the agent's own. */
  onTakenOver: (name: string) => void;
}

export function createActions({ api, queue, desk, notices, onTakenOver }: Parts): Actions {
  const busy = createStore<string | null>(null);

  async function perform(action: ActionName, name: string, call: () => Promise<Moved>): Promise<boolean> {
    if (busy.get() !== null) return false;
    busy.set(`${action} ${name}`);
    try {
      const moved = await call();
      queue.merge([moved.session]);
      const current = desk.current.get();
      if (current?.name === name) current.conversation.absorb(moved);
      if (action === 'takeover') onTakenOver(name);
      return true;
    } catch (error) {
      notices.show({ tone: isLost(error) ? 'info' : 'error', words: (t) => refusalText(action, error, t) });
      return false;
    } finally {
      busy.set(null);
    }
  }

  return {
    busy,
    takeover: (name) => perform('takeover', name, () => api.takeover(name)),
    release: (name) => perform('release', name, () => api.release(name)),
    close: (name) => perform('close', name, () => api.close(name)),
    transfer: (name, agentId) => perform('transfer', name, () => api.transfer(name, agentId)),
  };
}

/** Somebody else was faster: no fault of anybody's. */
function isLost(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 409;
}

function refusalText(action: ActionName, error: unknown, t: Translate): string {
  if (error instanceof ProblemError) {
    const { agent_name: name, session_status } = error.problem;
    const status = session_status === undefined ? error.message : t(`status.${session_status}`);
    if (error.code === 'not_assigned' && name !== undefined) return t('action.notAssigned', { name });
    if (isLost(error)) {
      if (action !== 'takeover') return t('action.conflict', { status });
      return name === undefined ? t('action.takeover.lost.unknown', { status }) : t('action.takeover.lost', { name });
    }
  }
  const detail = problemText(error, t);
  return t('action.failed', { action: t(LABELS[action]), detail });
}

const LABELS: Record<ActionName, TextKey> = {
  takeover: 'action.takeover',
  release: 'action.release',
  transfer: 'transfer.submit',
  close: 'action.close',
};
