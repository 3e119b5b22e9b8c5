import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="size-4 shrink-0"
    >
      {children}
    </svg>
  );
}

export function HelpIcon() {
  return (
    <Icon>
      <path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.8-1.1 1.6" />
      <path d="M8 12.4v.1" />
    </Icon>
  );
}

export function ViewsIcon() {
  return (
    <Icon>
      <path d="M4.5 2.5h7v11L8 10.8l-3.5 2.7z" />
    </Icon>
  );
}
