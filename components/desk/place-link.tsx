'use client';

import type { ReactNode } from 'react';
import { isForBrowser } from '@/components/ui/route-link';
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
        if (isForBrowser(event)) return;
        if (go(place)) event.preventDefault();
        onGo?.();
      }}
    >
      {children}
    </a>
  );
}
