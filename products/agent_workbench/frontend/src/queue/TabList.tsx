import { useMemo, useState } from 'react';
import { useWorkbench } from '../app/WorkbenchContext';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { QueueList } from './QueueList';
import { listOf, type Tab } from './queueState';

/** How many of a long queue are on the screen at first; a thousand rows that tick would slow every keystroke. */
const SHOWN_AT_FIRST = 100;

export function TabList({ tab }: { tab: Tab }) {
  const { t } = useText();
  const { queue } = useWorkbench();
  const state = useStore(queue.sessions);
  const { phase, next } = useStore(queue.paging)[tab];
  const [shown, setShown] = useState({ tab, count: SHOWN_AT_FIRST });
  const all = useMemo(() => listOf(state, tab, queue.me), [state, tab, queue.me]);
  const count = shown.tab === tab ? shown.count : SHOWN_AT_FIRST;
  const hasHidden = all.length > count;

  return (
    <QueueList
      sessions={hasHidden ? all.slice(0, count) : all}
      phase={phase}
      empty={t(`queue.empty.${tab}`)}
      hasMore={hasHidden || next !== null}
      onMore={() => {
        setShown({ tab, count: count + SHOWN_AT_FIRST });
        if (!hasHidden || phase === 'failed') queue.more(tab);
      }}
    />
  );
}
