import type { ButtonHTMLAttributes } from 'react';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

const LOOKS: Record<Look, string> = {
  primary: 'bg-brand text-white hover:bg-brand-strong border-transparent shadow-card',
  plain: 'bg-surface text-ink hover:bg-canvas border-line-strong shadow-card',
  quiet: 'bg-transparent text-soft hover:bg-sunken hover:text-ink border-transparent',
  danger: 'bg-urgent text-white hover:brightness-90 border-transparent shadow-card',
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
}

export function Button({ look = 'plain', className = '', type = 'button', ...rest }: Props) {
  return (
    <button
      type={type}
      className={`inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md border px-3 text-[13px] font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50 ${LOOKS[look]} ${className}`}
      {...rest}
    />
  );
}
