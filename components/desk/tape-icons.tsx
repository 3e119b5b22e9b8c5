import type { ReactNode } from 'react';

function Icon({ children, className = 'size-3.5' }: { children: ReactNode; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      {children}
    </svg>
  );
}

export function TapeIcon() {
  return (
    <Icon className="size-4">
      <path d="M2.5 4h2M2.5 8h2M2.5 12h2M7 4h6.5M7 8h6.5M7 12h4" />
    </Icon>
  );
}

export function UnlockedIcon() {
  return (
    <Icon>
      <rect x="3.5" y="7.5" width="9" height="6" rx="1" />
      <path d="M5.5 7.5V5a2.5 2.5 0 0 1 4.8-1" />
    </Icon>
  );
}

export function GradedIcon() {
  return (
    <Icon>
      <path d="M4 14V2.5h8l-2 3 2 3H4" />
    </Icon>
  );
}

export function PlusIcon() {
  return (
    <Icon>
      <path d="M8 4v8M4 8h8" />
    </Icon>
  );
}

export function DotIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="3" />
    </Icon>
  );
}

export function ClockIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3l2 1.5" />
    </Icon>
  );
}

export function RereadIcon() {
  return (
    <Icon>
      <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3" />
    </Icon>
  );
}
