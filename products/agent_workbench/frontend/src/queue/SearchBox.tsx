import { useWorkbench } from '../app/WorkbenchContext';
import { Icon } from '../common/Icon';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { SEARCH_FIELD_ID } from '../keyboard/targets';

export function SearchBox() {
  const { t } = useText();
  const { search } = useWorkbench();
  const { text } = useStore(search.state);
  return (
    <div role="search" className="relative p-2.5">
      <Icon name="search" className="pointer-events-none absolute top-1/2 left-5 size-4 -translate-y-1/2 text-muted" />
      <input
        id={SEARCH_FIELD_ID}
        data-testid="search"
        type="text"
        aria-label={t('queue.search')}
        placeholder={t('queue.search')}
        value={text}
        onChange={(event) => search.type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text !== '') {
            event.stopPropagation();
            search.type('');
          }
        }}
        className="h-8.5 w-full rounded-md border border-transparent bg-sunken pr-8 pl-8 text-[13px] focus:border-brand focus:bg-surface"
      />
      {text !== '' && (
        <button
          type="button"
          aria-label={t('queue.search.clear')}
          onClick={() => search.type('')}
          className="absolute top-1/2 right-4.5 -translate-y-1/2 rounded text-muted hover:text-ink"
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
