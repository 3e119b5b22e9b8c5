'use client';

import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useHandOver } from '@/components/board/hand-over';
import { CloseIcon } from '@/components/ui/icons';
import { useBoardQuery } from '@/lib/board/address';
import { alertLog, type Told } from '@/lib/board/alert-log';
import { formatClock, zoneName } from '@/lib/board/format';
import { useTimeZone } from '@/lib/board/hooks';
import { useAction } from './actions';
import { placeOf, toldWords } from './alert-delivery';
import { BellIcon } from './desk-icons';
import { PlaceLink } from './place-link';

/** How long one stays; the log keeps it. */
const SHOWN_MS = 10_000;

type Props = { isBesidePanel: boolean; onOpenLog: () => void };

/** The newest alerts, in the corner. What is announced is each one that comes, once and without haste. */
export function AlertToasts({ isBesidePanel, onOpenLog }: Props) {
  const shown = useStore(alertLog(), (state) => state.shown);
  return (
    <div
      role="log"
      aria-label="New alerts"
      aria-live="polite"
      aria-relevant="additions"
      // Where the board is dead, above the word that it is.
      className={`pointer-events-none absolute bottom-3 in-data-[board=dead]:bottom-36 z-50 flex w-[340px] flex-col-reverse gap-2 compact:inset-x-3 compact:w-auto ${
        isBesidePanel ? 'right-[452px]' : 'right-[52px]'
      }`}
    >
      {shown.length > 0 && <DismissKey />}
      {shown.map((told) => (
        <Toast key={told.id} told={told} onOpenLog={onOpenLog} />
      ))}
    </div>
  );
}

/** Escape closes the newest. */
function DismissKey() {
  useAction({
    id: 'alert dismiss',
    label: 'Close the newest alert',
    group: 'View',
    key: 'Escape',
    run: () => {
      const [newest] = alertLog().getState().shown;
      if (newest) alertLog().dismiss(newest.id);
    },
  });
  return null;
}

/** What has the focus of a toast that goes: the button of the next one. */
function nextButton(toast: HTMLElement): HTMLElement | null | undefined {
  const others = [...document.querySelectorAll('[data-alert]')].filter((one) => one !== toast);
  return others[0]?.querySelector<HTMLElement>('button:last-of-type');
}

function Toast({ told, onOpenLog }: { told: Told; onOpenLog: () => void }) {
  const zone = useTimeZone();
  const [{ odds: format }] = useBoardQuery();
  const [isHeld, setIsHeld] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useHandOver(root, nextButton);
  const { id, at, count } = told;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one that grows stays for as long again.
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => alertLog().dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, isHeld, count]);
  const { what, about } = toldWords(told, format, zone);
  const place = placeOf(told);
  const close = () => alertLog().dismiss(id);
  const words = (
    <>
      <span className="line-clamp-2 font-semibold text-ink text-name">{what}</span>
      <span className="line-clamp-2 text-detail text-ink-muted" title={about}>
        {about}
      </span>
    </>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is looked at, or has the focus, stays.
    <div
      ref={root}
      data-alert={id}
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
      className="pointer-events-auto flex items-start gap-2.5 rounded-lg border border-line bg-surface-overlay py-2 pr-1.5 pl-3 tabular-nums shadow-[0_8px_24px_rgb(0_0_0/0.5)]"
    >
      <BellIcon className="mt-0.5 size-4 text-accent" />
      {place.fixtureId === null ? (
        <button
          type="button"
          className="min-w-0 flex-1 rounded-[3px] text-left hover:underline"
          onClick={() => {
            close();
            onOpenLog();
          }}
        >
          {words}
        </button>
      ) : (
        <PlaceLink
          place={place}
          onGo={close}
          className="min-w-0 flex-1 rounded-[3px] hover:underline"
        >
          {words}
        </PlaceLink>
      )}
      <time dateTime={new Date(at).toISOString()} className="pt-0.5 text-ink-faint text-label">
        {formatClock(at, zone)} {zoneName(zone, at)}
      </time>
      <button
        type="button"
        aria-label="Close this alert"
        onClick={close}
        className="grid size-6 place-items-center rounded-control text-ink-muted hover:bg-surface-hover hover:text-ink"
      >
        <CloseIcon />
      </button>
    </div>
  );
}
