import type { Language } from '@baton/client';

/** Times are Unix seconds, shown in the reader's own time zone. */

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };

/** "14:05" */
export function formatTime(seconds: number, language: Language): string {
  return format(seconds, language, { hour: '2-digit', minute: '2-digit' });
}

/** "Friday 21 November" */
export function formatDay(seconds: number, language: Language): string {
  return format(seconds, language, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** "21 Nov, 14:05" */
export function formatMoment(seconds: number, language: Language): string {
  return format(seconds, language, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

function format(seconds: number, language: Language, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALES[language], options).format(seconds * 1_000);
}
