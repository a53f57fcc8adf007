import { useWorkbench } from '../app/WorkbenchContext';
import { Brand } from '../common/Brand';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { ConversationView } from './ConversationView';

interface Props {
  className: string;
  detailsShown: boolean;
  onToggleDetails: () => void;
}

export function ConversationPane({ className, ...details }: Props) {
  const { t } = useText();
  const opened = useStore(useWorkbench().desk.current);
  return (
    <main aria-label={t('conversation.label')} className={`flex min-w-0 flex-col bg-surface ${className}`}>
      {opened === null ? (
        <NothingSelected />
      ) : (
        <ConversationView key={opened.name} name={opened.name} conversation={opened.conversation} {...details} />
      )}
    </main>
  );
}

function NothingSelected() {
  const { t } = useText();
  return (
    <div className="m-auto max-w-xs p-6 text-center text-muted">
      <Brand className="mx-auto mb-3 size-12 opacity-40 grayscale" />
      <p className="font-medium text-soft">{t('conversation.none')}</p>
      <p className="mt-1 text-[13px]">{t('conversation.none.hint', { key: '?' })}</p>
    </div>
  );
}
