import { Dialog } from '../common/Dialog';
import { useText } from '../i18n/LanguageContext';
import type { TextKey } from '../i18n/en';
import { SHORTCUTS } from './shortcuts';

const NAMES: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑' };

const IN_FIELDS: readonly { keys: readonly string[]; label: TextKey }[] = [
  { keys: ['Enter'], label: 'help.send' },
  { keys: ['Shift + Enter'], label: 'help.newline' },
  { keys: ['Esc'], label: 'help.escape' },
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <dl className="mt-3 flex flex-col">
        {[...SHORTCUTS, ...IN_FIELDS].map(({ keys, label }) => (
          <div key={label} className="flex items-center justify-between border-b border-line py-1.5 last:border-0">
            <dt>{t(label)}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded border border-line-strong bg-canvas px-1.5 text-center font-mono text-xs leading-6 shadow-card"
                >
                  {NAMES[key] ?? key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
