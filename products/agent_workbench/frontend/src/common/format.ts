/** Times and names in words. Times are Unix seconds. */

/** A wait as a clock: `0:42`, `12:05`, `1:03:20`, and from a day on `1d 2h`. */
export function waitText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [d, h, m, s] = [
    Math.floor(whole / 86400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (d > 0) return `${d}d ${h}h`;
  if (h > 0) return `${h}:${pad(m)}:${pad(s)}`;
  return `${m}:${pad(s)}`;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}

/** The time of day, `14:05`. */
export function clockText(at: number, locale: string): string {
  return formatter(locale, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at * 1000);
}

/** Which day it is, so that equal days are equal strings; the browser's time zone decides. */
export function dayKey(at: number): string {
  const date = new Date(at * 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export type DayName = { kind: 'today'; } | { kind: 'yesterday'; } | { kind: 'date'; text: string; };

export function dayName(at: number, now: number, locale: string): DayName {
  if (dayKey(at) === dayKey(now)) return { kind: 'today' };
  const yesterday = new Date(now * 1000);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayKey(at) === dayKey(yesterday.getTime() / 1000)) return { kind: 'yesterday' };
  const sameYear = new Date(at * 1000).getFullYear() === new Date(now * 1000).getFullYear();
  const text = sameYear
    ? formatter(locale, 'day', { weekday: 'long', month: 'long', day: 'numeric' }).format(at * 1000)
    : formatter(locale, 'date', { dateStyle: 'long' }).format(at * 1000);
  return { kind: 'date', text };
}

/** When a session last changed, in the width of a list: the time today, else the day. */
export function shortWhen(at: number, now: number, locale: string): string {
  if (dayKey(at) === dayKey(now)) return clockText(at, locale);
  return formatter(locale, 'short', { month: 'short', day: 'numeric' }).format(at * 1000);
}

/** One or two letters for an avatar: initials, or of a name that begins in Chinese its first character. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = letter(words[0]);
  if (/\p{Script=Han}/u.test(first)) return first;
  const last = words.length > 1 ? letter(words.at(-1)) : '';
  return (first + last).toUpperCase() || '?';
}

function letter(word = ''): string {
  const code = word.codePointAt(0);
  return code === undefined ? '' : String.fromCodePoint(code);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Building a formatter costs far more than using it, and a list uses it on every tick. */
function formatter(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, found);
  }
  return found;
}
