import { useWorkbench } from '../app/WorkbenchContext';
import { useText } from '../i18n/LanguageContext';
import { showEntry } from './showEntry';

/** The entries that something stands on; a click shows one in the conversation. */
export function Cites({ seqs }: { seqs: readonly number[] }) {
  const { t } = useText();
  const { desk } = useWorkbench();
  return (
    <span className="ml-1 inline-flex flex-wrap gap-1 align-baseline">
      {seqs.map((seq) => (
        <button
          key={seq}
          type="button"
          data-testid="cite"
          data-cites={seq}
          title={t('packet.cite', { seq })}
          aria-label={t('packet.cite', { seq })}
          onClick={() => {
            const opened = desk.current.get();
            if (opened !== null) void showEntry(opened.conversation, seq);
          }}
          className="rounded bg-brand-soft px-1 text-[11px] leading-4 font-medium text-brand tabular-nums hover:bg-brand hover:text-white"
        >
          {seq}
        </button>
      ))}
    </span>
  );
}
