import { useMemo, type KeyboardEvent } from 'react';
import { useWorkbench } from '../app/WorkbenchContext';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { listOf, TABS, type Tab } from './queueState';

export function QueueTabs({ current }: { current: Tab }) {
  const { t } = useText();
  const { queue, tab } = useWorkbench();
  const sessions = useStore(queue.sessions);
  const counts = useMemo<Partial<Record<Tab, number>>>(
    () => ({
      waiting: listOf(sessions, 'waiting', queue.me).length,
      mine: listOf(sessions, 'mine', queue.me).length,
    }),
    [sessions, queue.me],
  );

  function walk(event: KeyboardEvent<HTMLDivElement>) {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = TABS[(TABS.indexOf(current) + step + TABS.length) % TABS.length];
    if (next === undefined) return;
    tab.set(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-testid="tab-${next}"]`)?.focus();
  }

  return (
    <div role="tablist" aria-label={t('queue.label')} onKeyDown={walk} className="flex border-b border-line px-1.5">
      {TABS.map((name) => {
        const selected = name === current;
        const count = counts[name] ?? 0;
        return (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={selected}
            tabIndex={selected ? 0 : -1}
            data-testid={`tab-${name}`}
            onClick={() => tab.set(name)}
            className={`-mb-px flex flex-1 items-center justify-center gap-1 border-b-2 px-1 py-2 text-[13px] whitespace-nowrap ${selected ? 'border-brand font-semibold text-brand' : 'border-transparent text-soft hover:text-ink'}`}
          >
            {t(`queue.tab.${name}`)}
            {count > 0 && <Badge count={count} urgent={name === 'waiting'} />}
          </button>
        );
      })}
    </div>
  );
}

function Badge({ count, urgent }: { count: number; urgent: boolean }) {
  return (
    <span
      data-testid="badge"
      className={`min-w-4.5 rounded-full px-1 text-center text-[11px] leading-4.5 font-semibold ${urgent ? 'bg-wait text-white' : 'bg-sunken text-soft'}`}
    >
      {count > 999 ? '999+' : count}
    </span>
  );
}
