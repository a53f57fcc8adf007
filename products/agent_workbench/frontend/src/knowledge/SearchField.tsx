import { Icon } from '../common/Icon';
import { SEARCH_FIELD_ID } from '../keyboard/targets';

interface Props {
  label: string;
  clearLabel: string;
  text: string;
  testId: string;
  onType: (text: string) => void;
}

/** What a panel's list is searched with; the key / leads to it. */
export function SearchField({ label, clearLabel, text, testId, onType }: Props) {
  return (
    <div role="search" className="relative border-b border-line p-2.5">
      <Icon name="search" className="pointer-events-none absolute top-1/2 left-5 size-4 -translate-y-1/2 text-muted" />
      <input
        id={SEARCH_FIELD_ID}
        data-testid={testId}
        type="text"
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={200}
        onChange={(event) => onType(event.target.value)}
        className="h-8.5 w-full rounded-md border border-transparent bg-sunken pr-8 pl-8 text-[13px] focus:border-brand focus:bg-surface"
      />
      {text !== '' && (
        <button
          type="button"
          aria-label={clearLabel}
          onClick={() => onType('')}
          className="absolute top-1/2 right-4.5 -translate-y-1/2 rounded text-muted hover:text-ink"
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
