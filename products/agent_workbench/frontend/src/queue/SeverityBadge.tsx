import type { Severity } from '@baton/client';
import { useText } from '../i18n/LanguageContext';

const LOOKS: Record<Severity, string> = {
  low: 'bg-sunken text-soft',
  normal: 'bg-wait-soft text-wait',
  high: 'bg-urgent-soft text-urgent',
};

/** Only what is out of the ordinary is worth a badge in a list; `always` shows it regardless. */
export function SeverityBadge({ severity, always = false }: { severity?: Severity | undefined; always?: boolean }) {
  const { t } = useText();
  if (severity === undefined || (severity !== 'high' && !always)) return null;
  return (
    <span className={`shrink-0 rounded px-1.5 text-[11px] leading-4.5 font-semibold ${LOOKS[severity]}`}>
      {t(`severity.${severity}`)}
    </span>
  );
}
