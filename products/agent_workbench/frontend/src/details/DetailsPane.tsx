import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { CustomerFacts } from './CustomerFacts';
import { EscalationFacts } from './EscalationFacts';
import { OrderSearch } from './OrderSearch';
import { PacketFacts } from './PacketFacts';
import { SessionFacts } from './SessionFacts';
import { useSession } from './useSession';

export function DetailsPane({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useText();
  const opened = useStore(useWorkbench().desk.current);
  return (
    <aside
      aria-label={t('details.label')}
      data-testid="details"
      className="scroll-thin z-20 flex w-80 shrink-0 flex-col overflow-y-auto border-l border-line bg-surface max-[1199px]:absolute max-[1199px]:inset-y-0 max-[1199px]:right-0 max-[1199px]:shadow-pop"
    >
      <div className="flex items-center justify-between border-b border-line py-2 pr-2 pl-4">
        <h2 className="font-semibold">{t('details.label')}</h2>
        <Button look="quiet" aria-label={t('details.hide')} title={t('details.hide')} onClick={onClose} className="px-2">
          <Icon name="close" />
        </Button>
      </div>
      {opened !== null && <Facts key={name} name={name} conversation={opened.conversation} />}
    </aside>
  );
}

function Facts({ name, conversation }: Parameters<typeof useSession>[0]) {
  const session = useSession({ name, conversation });
  if (session === null) return null;
  return (
    <>
      <PacketFacts session={session} conversation={conversation} />
      {session.escalation !== null && <EscalationFacts escalation={session.escalation} />}
      <CustomerFacts session={session} />
      <SessionFacts session={session} />
      <OrderSearch email={session.customer?.email ?? ''} />
    </>
  );
}
