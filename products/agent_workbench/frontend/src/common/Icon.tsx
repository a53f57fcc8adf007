/** Line icons on a 20 × 20 grid. */
const PATHS = {
  search: 'M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12Zm4.5-1.5L17 17',
  close: 'M5 5l10 10M15 5L5 15',
  help: 'M7.5 7.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M10 14.5v.01M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z',
  logout: 'M8 3H4.5v14H8M12.5 6.5 16 10l-3.5 3.5M16 10H8',
  send: 'M3.5 10 16.5 4 12 16.5l-2.5-5L3.5 10Zm6 1.5L16.5 4',
  down: 'M5 8l5 5 5-5',
  back: 'M12 5l-5 5 5 5',
  panel: 'M3 4.5h14v11H3zM12.5 4.5v11',
  copy: 'M7 7V4h9v9h-3M4 7h9v9H4z',
  lock: 'M5.5 9h9v7h-9zM7 9V6.5a3 3 0 0 1 6 0V9',
  globe: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM3 10h14M10 3c2.5 2.3 2.5 11.7 0 14M10 3c-2.5 2.3-2.5 11.7 0 14',
  alert: 'M10 3.5 17.5 16.5h-15L10 3.5Zm0 5v4M10 14.5v.01',
  chat: 'M3.5 4.5h13v9H9l-4 3v-3H3.5z',
  book: 'M4 4.5A1.5 1.5 0 0 1 5.5 3H16v11H5.5A1.5 1.5 0 0 0 4 15.5V4.5ZM4 15.5A1.5 1.5 0 0 0 5.5 17H16v-3',
  upload: 'M10 13V4M6.5 7.5 10 4l3.5 3.5M4 13v3h12v-3',
  check: 'M4.5 10.5l3.5 3.5 7.5-8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string; }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className={`shrink-0 ${className}`}>
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
