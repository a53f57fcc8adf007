import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { useWorkbench } from './WorkbenchContext';

export function NoticeList() {
  const { t } = useText();
  const { notices, selection } = useWorkbench();
  const shown = useStore(notices.state);
  return (
    <div aria-live="polite" className="pointer-events-none fixed bottom-4 left-4 z-40 flex w-72 flex-col gap-2">
      {shown.map(({ id, tone, words, opens }) => (
        <div
          key={id}
          role={tone === 'error' ? 'alert' : 'status'}
          data-testid="notice"
          className={`pointer-events-auto flex animate-rise items-start gap-2 rounded-lg border bg-surface p-3 text-[13px] shadow-pop ${tone === 'error' ? 'border-urgent' : 'border-line-strong'}`}
        >
          <Icon
            name={tone === 'error' ? 'alert' : 'check'}
            className={`mt-0.5 size-4 ${tone === 'error' ? 'text-urgent' : 'text-live'}`}
          />
          <p className="min-w-0 flex-1 break-words">{words(t)}</p>
          {opens !== undefined && (
            <Button
              look="quiet"
              className="-my-1"
              onClick={() => {
                selection.choose(opens);
                notices.dismiss(id);
              }}
            >
              {t('action.open')}
            </Button>
          )}
          <button
            type="button"
            aria-label={t('action.dismiss')}
            onClick={() => notices.dismiss(id)}
            className="rounded text-muted hover:text-ink"
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
