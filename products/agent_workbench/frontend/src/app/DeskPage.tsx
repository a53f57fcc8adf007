import { useEffect, useState } from 'react';
import { useStore } from '../common/store';
import { ConversationPane } from '../conversation/ConversationPane';
import { DetailsPane } from '../details/DetailsPane';
import { SHORTCUTS } from '../keyboard/shortcuts';
import { useShortcuts } from '../keyboard/useShortcuts';
import { QueuePanel } from '../queue/QueuePanel';
import { CrashBoundary } from './CrashBoundary';
import { useWorkbench } from './WorkbenchContext';

/** From here on all three columns fit side by side; below, the details lie over the conversation when asked for. */
const WIDE = '(min-width: 1200px)';

/** The queue, the conversation and what is known about it. */
export function DeskPage({ onHelp }: { onHelp: () => void }) {
  const workbench = useWorkbench();
  const selected = useStore(workbench.selection);
  const [details, setDetails] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const wide = matchMedia(WIDE);
    const follow = () => setDetails(wide.matches);
    wide.addEventListener('change', follow);
    return () => wide.removeEventListener('change', follow);
  }, []);
  useShortcuts(SHORTCUTS, workbench, onHelp);

  return (
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
  );
}
