import { useCallback, useEffect, useState } from 'react';
import { useStore } from '../common/store';
import { ConversationPane } from '../conversation/ConversationPane';
import { DetailsPane } from '../details/DetailsPane';
import { HelpDialog } from '../keyboard/HelpDialog';
import { useShortcuts } from '../keyboard/useShortcuts';
import { QueuePanel } from '../queue/QueuePanel';
import { Banner } from './Banner';
import { CrashBoundary } from './CrashBoundary';
import { NoticeList } from './Notices';
import { TopBar } from './TopBar';
import { useWaitingTitle } from './useWaitingTitle';
import { useWorkbench } from './WorkbenchContext';

/** From here on all three columns fit side by side; below, the details lie over the conversation when asked for. */
const WIDE = '(min-width: 1200px)';

export function WorkbenchPage() {
  const workbench = useWorkbench();
  const selected = useStore(workbench.selection);
  const [help, setHelp] = useState(false);
  const [details, setDetails] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const wide = matchMedia(WIDE);
    const follow = () => setDetails(wide.matches);
    wide.addEventListener('change', follow);
    return () => wide.removeEventListener('change', follow);
  }, []);
  useShortcuts(workbench, useCallback(() => setHelp(true), []));
  useWaitingTitle(workbench.queue);

  return (
    <div className="flex h-full flex-col">
      <TopBar onHelp={() => setHelp(true)} />
      <Banner />
      <div className="relative flex min-h-0 flex-1">
        <QueuePanel className={`w-80 shrink-0 max-[1199px]:w-72 max-md:w-full ${selected === null ? '' : 'max-md:hidden'}`} />
        <CrashBoundary key={`conversation ${selected ?? ''}`}>
          <ConversationPane
            className={`flex-1 ${selected === null ? 'max-md:hidden' : ''}`}
            detailsShown={details}
            onToggleDetails={() => setDetails((shown) => !shown)}
          />
        </CrashBoundary>
        {details && selected !== null && (
          <CrashBoundary key={`details ${selected}`}>
            <DetailsPane name={selected} onClose={() => setDetails(false)} />
          </CrashBoundary>
        )}
      </div>
      <NoticeList />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  );
}
