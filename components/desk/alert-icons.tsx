type Props = { className?: string };

const BELL = 'M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3z';

export function BellIcon({ className = 'size-4' }: Props) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      <path d={BELL} />
      <path d="M7 14.3h2" />
    </svg>
  );
}

/** The bell struck through; `isMuted` fills it, so that the state is a shape and no hue alone. */
export function MuteIcon({ isMuted }: { isMuted: boolean }) {
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
      <path d={BELL} fill={isMuted ? 'currentColor' : 'none'} />
      <path d="M7 14.3h2" />
      <path d="M2 2l12 12" />
      {isMuted && <path d="M3.2 1.2l12 12" stroke="var(--surface-raised)" />}
    </svg>
  );
}
