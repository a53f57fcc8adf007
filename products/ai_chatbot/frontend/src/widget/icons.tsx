import type { ReactElement, ReactNode } from 'react';

/** Line drawings of 24 by 24, decoration only: whatever carries them has a name of its own. */
function Icon({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      className="size-5 shrink-0"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const ChatIcon = (): ReactElement => (
  <Icon>
    <path d="M4 5.5h16v11H11l-4.5 3.5v-3.5H4z" />
    <path d="M8 9.5h8M8 12.5h5" />
  </Icon>
);

export const CloseIcon = (): ReactElement => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);

export const SendIcon = (): ReactElement => (
  <Icon>
    <path d="M12 19V5M6 11l6-6 6 6" />
  </Icon>
);

export const NewIcon = (): ReactElement => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);

export const PersonIcon = (): ReactElement => (
  <Icon>
    <circle cx="12" cy="8" r="3.5" />
    <path d="M5 20c.8-4 3.4-6 7-6s6.2 2 7 6" />
  </Icon>
);

export const SparkIcon = (): ReactElement => (
  <Icon>
    <path d="M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8z" />
  </Icon>
);

export const WaitingIcon = (): ReactElement => (
  <Icon>
    <circle cx="12" cy="12" r="7.5" />
    <path d="M12 8v4l2.5 2" />
  </Icon>
);

export const DownIcon = (): ReactElement => (
  <Icon>
    <path d="M12 5v14M6 13l6 6 6-6" />
  </Icon>
);
