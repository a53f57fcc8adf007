import { useEffect } from 'react';
import type { SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { isUnread } from './unread';
import { QueueItem } from './QueueItem';
import type { Paging } from './queueStore';

interface Props {
  sessions: readonly SessionView[];
  phase: Paging['phase'];
  empty: string;
  hasMore: boolean;
  onMore: () => void;
}

export function QueueList({ sessions, phase, empty, hasMore, onMore }: Props) {
  const { t } = useText();
  const { selection, seen, queue, listed } = useWorkbench();
  const selected = useStore(selection);
  const seenUpTo = useStore(seen.state);

  // What the keyboard walks through is what is on the screen.
  useEffect(() => {
    listed.set(sessions.map((session) => session.session_name));
  }, [listed, sessions]);

  return (
    <div className="scroll-thin min-h-0 flex-1 overflow-y-auto" aria-busy={phase === 'loading'}>
      <ul role="list" data-testid="queue-list">
        {sessions.map((session) => (
          <QueueItem
            key={session.session_name}
            session={session}
            me={queue.me}
            selected={session.session_name === selected}
            unread={session.session_name !== selected && isUnread(session, seenUpTo[session.session_name], queue.me)}
            onSelect={selection.choose}
          />
        ))}
      </ul>
      {sessions.length === 0 && phase === 'ready' && <p className="px-5 py-10 text-center text-muted">{empty}</p>}
      {phase === 'failed' && <p className="px-5 pt-4 text-center text-urgent">{t('queue.failed')}</p>}
      {(phase === 'loading' || phase === 'new') && (
        <p className="px-5 py-4 text-center text-muted">{t('queue.loading')}</p>
      )}
      {(phase === 'failed' || (hasMore && phase === 'ready')) && (
        <div className="p-3 text-center">
          <Button onClick={onMore}>{t(phase === 'failed' ? 'queue.retry' : 'queue.more')}</Button>
        </div>
      )}
    </div>
  );
}
