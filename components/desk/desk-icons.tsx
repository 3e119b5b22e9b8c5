import { Icon } from '@/components/ui/icons';

const BELL = 'M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3z';

export function BellIcon({ className = 'size-4' }: { className?: string }) {
  return (
    <Icon className={className}>
      <path d={BELL} />
      <path d="M7 14.3h2" />
    </Icon>
  );
}

/** The bell struck through; `isMuted` fills it, so that the state is a shape and no hue alone. */
export function MuteIcon({ isMuted }: { isMuted: boolean }) {
  return (
    <Icon className="size-4">
      <path d={BELL} fill={isMuted ? 'currentColor' : 'none'} />
      <path d="M7 14.3h2" />
      <path d="M2 2l12 12" />
      {isMuted && <path d="M3.2 1.2l12 12" stroke="var(--surface-raised)" />}
    </Icon>
  );
}

export function SettingsIcon() {
  return (
    <Icon className="size-4">
      <path d="M2.5 4.5h6M12.5 4.5h1M2.5 11.5h1M7.5 11.5h6" />
      <circle cx="10.5" cy="4.5" r="1.8" />
      <circle cx="5.5" cy="11.5" r="1.8" />
    </Icon>
  );
}

export function HelpIcon() {
  return (
    <Icon className="size-4">
      <path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.8-1.1 1.6" />
      <path d="M8 12.4v.1" />
    </Icon>
  );
}

export function ViewsIcon() {
  return (
    <Icon className="size-4">
      <path d="M4.5 2.5h7v11L8 10.8l-3.5 2.7z" />
    </Icon>
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

/** From one line to the next. */
export function MainLineIcon() {
  return (
    <Icon>
      <path d="M2.5 11.5h5v-7h6M11 2l2.5 2.5L11 7" />
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
