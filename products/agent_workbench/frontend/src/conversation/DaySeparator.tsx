import { dayName } from '../common/format';
import { useNow } from '../common/clock';
import { useText } from '../i18n/LanguageContext';

export function DaySeparator({ at }: { at: number }) {
  const { t, locale } = useText();
  const day = dayName(at, useNow(), locale);
  return (
    <div role="separator" className="my-4 flex items-center gap-3 text-xs font-medium text-muted">
      <span className="h-px flex-1 bg-line-strong" />
      {day.kind === 'date' ? day.text : t(`time.${day.kind}`)}
      <span className="h-px flex-1 bg-line-strong" />
    </div>
  );
}
