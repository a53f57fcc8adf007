/** The mark: a relay baton. */
export function Brand({ className = 'size-7' }: { className?: string; }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="8" className="fill-brand" />
      <g transform="rotate(-38 16 16)">
        <rect x="5" y="13" width="22" height="6" rx="3" className="fill-accent" />
        <rect x="13.5" y="13" width="5" height="6" className="fill-brand" />
      </g>
    </svg>
  );
}
