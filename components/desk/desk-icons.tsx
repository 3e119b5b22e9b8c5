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

export function SettingsIcon() {
  return (
    <Icon>
      <path d="M2.5 4.5h6M12.5 4.5h1M2.5 11.5h1M7.5 11.5h6" />
      <circle cx="10.5" cy="4.5" r="1.8" />
      <circle cx="5.5" cy="11.5" r="1.8" />
    </Icon>
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
