'use client';

import type { ReactNode } from 'react';
import { type Place, useGoTo } from './use-go-to';

type Props = { place: Place; onGo?: () => void; className?: string; children: ReactNode };

/** Leads to where something happened; plain text where that is nowhere. */
export function PlaceLink({ place, onGo, className, children }: Props) {
  const { hrefOf, go } = useGoTo();
  const href = hrefOf(place);
  if (href === null) return <span className={className}>{children}</span>;
  return (
    <a
      href={href}
      className={className}
      onClick={(event) => {
        // With a modifier it is another tab or window, which is the browser's own business.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        if (go(place)) event.preventDefault();
        onGo?.();
      }}
    >
      {children}
    </a>
  );
}
