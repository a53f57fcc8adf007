import { lazy, Suspense, useCallback, useState } from 'react';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { HelpDialog } from '../keyboard/HelpDialog';
import { Banner } from './Banner';
import { CrashBoundary } from './CrashBoundary';
import { DeskPage } from './DeskPage';
import { NoticeList } from './Notices';
import { TopBar } from './TopBar';
import { useWaitingTitle } from './useWaitingTitle';
import { useWorkbench } from './WorkbenchContext';

/** Loaded when it is first looked at: most agents never do. */
const KnowledgePage = lazy(() => import('../knowledge/KnowledgePage'));

export function WorkbenchPage() {
  const workbench = useWorkbench();
  const page = useStore(workbench.selection.page);
  const [help, setHelp] = useState(false);
  const openHelp = useCallback(() => setHelp(true), []);
  useWaitingTitle(workbench.queue);

  return (
    <div className="flex h-full flex-col">
      <TopBar onHelp={openHelp} />
      <Banner />
      {page === 'desk' ? (
        <DeskPage onHelp={openHelp} />
      ) : (
        <CrashBoundary>
          <Suspense fallback={<Loading />}>
            <KnowledgePage onHelp={openHelp} />
          </Suspense>
        </CrashBoundary>
      )}
      <NoticeList />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  );
}

function Loading() {
  const { t } = useText();
  return (
    <p role="status" className="m-auto text-muted">
      {t('queue.loading')}
    </p>
  );
}
