'use client';

import { useEffect, useState } from 'react';
import type { Refusal } from '@/lib/board/refusal';
import { Notice } from './board-states';

export type RefusedProps = { refusal: Refusal; isOver: boolean };

const REFUSED: Record<Refusal, string> = {
  'signed-out': 'Your sign-in has ended, so this board gets no prices.',
  'too-many':
    'Too many boards are open from here, so this one gets no prices. Close some, and it comes back by itself.',
  full: 'The server takes no more viewers now. This board comes back by itself when there is room.',
};

/** The way to the sign-in and back to this very view. */
function SignInLink() {
  const [view, setView] = useState('/');
  // The address as it stands when somebody goes: filters change it without a render here.
  const note = () => setView(`${location.pathname}${location.search}`);
  useEffect(note, []);
  return (
    <a
      href={`/sign-in?${new URLSearchParams({ next: view })}`}
      onPointerDown={note}
      onFocus={note}
      className="pointer-events-auto shrink-0 rounded-control px-2 py-0.5 font-medium text-accent underline hover:bg-surface-hover"
    >
      Sign in again
    </a>
  );
}

/** Why the server gives this board no prices, below it or over it; loaded when it is first wanted: by then there is a server. */
export default function Refused({ refusal, isOver }: RefusedProps) {
  const words = REFUSED[refusal];
  const link = refusal === 'signed-out' && <SignInLink />;
  if (!isOver) return <Notice link={link}>{words}</Notice>;
  return (
    <>
      <p className="mt-0.5 text-detail text-ink">{words}</p>
      {link && <p className="mt-1.5 text-name">{link}</p>}
    </>
  );
}
