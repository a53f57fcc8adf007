import { useEffect } from 'react';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { listOf } from '../queue/queueState';
import type { QueueStore } from '../queue/queueStore';

/** How many customers wait, in the title of the browser's tab. */
export function useWaitingTitle(queue: QueueStore): void {
  const { t } = useText();
  const count = listOf(useStore(queue.sessions), 'waiting', queue.me).length;
  useEffect(() => {
    const plain = `${t('app.name')} · ${t('app.workbench')}`;
    document.title = count === 0 ? plain : t('app.title.waiting', { count });
    return () => {
      document.title = plain;
    };
  }, [count, t]);
}
