import { Icon } from '../common/Icon';
import { useText } from '../i18n/LanguageContext';

/** A reply goes to the customer, a note to agents only. */
export type Mode = 'reply' | 'note';

const MODES: readonly Mode[] = ['reply', 'note'];

export function ModeSwitch({ mode, onChoose }: { mode: Mode; onChoose: (mode: Mode) => void }) {
  const { t } = useText();
  return (
    <div role="group" aria-label={t('composer.mode')} className="flex rounded-lg bg-sunken p-0.5">
      {MODES.map((name) => (
        <button
          key={name}
          type="button"
          data-testid={`mode-${name}`}
          aria-pressed={name === mode}
          onClick={() => onChoose(name)}
          className={`inline-flex items-center gap-1 rounded-md px-3 py-1 text-[13px] ${look(name, mode)}`}
        >
          {name === 'note' && <Icon name="lock" className="size-3.5" />}
          {t(`composer.${name}`)}
        </button>
      ))}
    </div>
  );
}

function look(name: Mode, mode: Mode): string {
  if (name !== mode) return 'text-soft hover:text-ink';
  const ground = name === 'note' ? 'bg-note text-note-ink' : 'bg-surface text-ink';
  return `font-semibold shadow-card ${ground}`;
}
