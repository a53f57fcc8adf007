import { useEffect } from 'react';
import { useWorkbench } from '../app/WorkbenchContext';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { QueueTabs } from './QueueTabs';
import { SearchBox } from './SearchBox';
import { SearchResults } from './SearchResults';
import { TabList } from './TabList';

export function QueuePanel({ className }: { className: string }) {
  const { t } = useText();
  const { queue, search, tab } = useWorkbench();
  const current = useStore(tab);
  const { phase } = useStore(search.state);

  useEffect(() => queue.open(current), [queue, current]);

  return (
    <nav aria-label={t('queue.label')} className={`flex flex-col border-r border-line bg-surface ${className}`}>
      <SearchBox />
      {phase === 'off' ? (
        <>
          <QueueTabs current={current} />
          <TabList tab={current} />
        </>
      ) : (
        <SearchResults />
      )}
    </nav>
  );
}
