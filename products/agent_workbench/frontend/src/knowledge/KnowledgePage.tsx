import { type DragEvent, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useWorkbench } from '../app/WorkbenchContext';
import { authorizedFetch } from '../auth/authorizedFetch';
import { SHORTCUTS_EVERYWHERE } from '../keyboard/shortcuts';
import { useShortcuts } from '../keyboard/useShortcuts';
import { type Chosen, filesOfDrop, NOTHING_CHOSEN, withFiles } from './chosenFiles';
import { EntriesPanel } from './EntriesPanel';
import { FilesPanel } from './FilesPanel';
import { ImportPanel } from './ImportPanel';
import { createKnowledgeApi } from './knowledgeApi';
import { StateBanner } from './StateBanner';
import { TryPanel } from './TryPanel';
import { useKnowledgeText } from './useKnowledgeText';
import { useVersions, type VersionsState } from './useVersions';
import { VersionsPanel } from './VersionsPanel';

const TABS = ['entries', 'files', 'try', 'versions', 'import'] as const;

type Tab = (typeof TABS)[number];

/** What the AI answers from: every agent reads it and tries it out, admins change it. */
export default function KnowledgePage({ onHelp }: { onHelp: () => void }) {
  const { t } = useKnowledgeText();
  const workbench = useWorkbench();
  const { agent, auth } = workbench;
  const api = useMemo(() => createKnowledgeApi(authorizedFetch(auth)), [auth]);
  const versions = useVersions(api);
  const [tab, setTab] = useState<Tab>('entries');
  const [chosen, setChosen] = useState<Chosen>(NOTHING_CHOSEN);
  const isAdmin = agent.role === 'admin';
  const tabs = isAdmin ? TABS : TABS.filter((name) => name !== 'import');
  useShortcuts(SHORTCUTS_EVERYWHERE, workbench, onHelp);

  function drop(event: DragEvent) {
    event.preventDefault();
    if (!isAdmin) return;
    setTab('import');
    filesOfDrop(event.dataTransfer).then(
      (files) => setChosen((before) => withFiles(before, files)),
      // What cannot be opened is not there; the list shows what is.
      () => undefined,
    );
  }

  return (
    <main
      aria-label={t('knowledge.title')}
      data-testid="knowledge"
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
      className="scroll-thin min-h-0 flex-1 overflow-y-auto"
    >
      <div className="mx-auto flex w-full max-w-4xl flex-col gap-4 p-4 sm:p-6">
        <header className="flex flex-wrap items-end justify-between gap-2">
          <div>
            <h2 className="text-lg font-semibold">{t('knowledge.title')}</h2>
            <p className="text-soft">{t('knowledge.lead')}</p>
          </div>
          <Summary state={versions.state} />
        </header>
        <StateBanner state={versions.state} onRetry={versions.reload} />
        <section className="rounded-xl border border-line bg-surface shadow-card">
          <Tabs tabs={tabs} current={tab} onChoose={setTab} />
          <div role="tabpanel" id="knowledge-panel" aria-labelledby={`knowledge-tab-${tab}`} data-testid={`panel-${tab}`}>
            {tab === 'entries' && <EntriesPanel api={api} served={versions.served} />}
            {tab === 'files' && <FilesPanel api={api} versions={versions} isAdmin={isAdmin} />}
            {tab === 'try' && <TryPanel api={api} served={versions.served} />}
            {tab === 'versions' && <VersionsPanel api={api} versions={versions} isAdmin={isAdmin} />}
            {tab === 'import' && (
              <ImportPanel
                api={api}
                chosen={chosen}
                onChoose={setChosen}
                onImported={() => {
                  setChosen(NOTHING_CHOSEN);
                  versions.reload();
                  setTab('versions');
                }}
              />
            )}
          </div>
        </section>
      </div>
    </main>
  );
}

/** What is answered from now, in a word. */
function Summary({ state }: { state: VersionsState }) {
  const { t } = useKnowledgeText();
  if (state.kind !== 'known') return null;
  const served = state.versions.find(({ number }) => number === state.served);
  const without = t(state.demo ? 'knowledge.summary.demo' : 'knowledge.summary.nothing');
  return (
    <p data-testid="served" className="rounded-full bg-sunken px-3 text-xs leading-6 font-medium text-soft">
      {served === undefined ? without : t('knowledge.summary', { version: served.number, entries: served.entries })}
    </p>
  );
}

interface TabsProps {
  tabs: readonly Tab[];
  current: Tab;
  onChoose: (tab: Tab) => void;
}

function Tabs({ tabs, current, onChoose }: TabsProps) {
  const { t } = useKnowledgeText();
  const list = useRef<HTMLDivElement>(null);

  function walk(event: KeyboardEvent) {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(tabs.indexOf(current) + step + tabs.length) % tabs.length];
    if (step === 0 || next === undefined) return;
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`[data-testid="knowledge-${next}"]`)?.focus();
  }

  return (
    <div
      ref={list}
      role="tablist"
      aria-label={t('knowledge.title')}
      onKeyDown={walk}
      className="scroll-thin flex overflow-x-auto border-b border-line px-2"
    >
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`knowledge-tab-${tab}`}
          aria-selected={tab === current}
          aria-controls="knowledge-panel"
          tabIndex={tab === current ? 0 : -1}
          data-testid={`knowledge-${tab}`}
          onClick={() => onChoose(tab)}
          className={`border-b-2 px-3 py-2.5 text-[13px] whitespace-nowrap focus-visible:-outline-offset-2 ${tab === current ? 'border-brand font-semibold text-brand' : 'border-transparent text-soft hover:text-ink'}`}
        >
          {t(`knowledge.tab.${tab}`)}
        </button>
      ))}
    </div>
  );
}
