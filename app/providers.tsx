'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import type { ReactNode } from 'react';
import { AddressProvider } from '@/lib/board/address';
import type { Taste } from '@/lib/board/taste';
import { TasteProvider } from '@/lib/board/taste-store';

/** What every page needs around it: the URL is the view, the taste is how it is shown. */
export function Providers({ taste, children }: { taste: Taste; children: ReactNode }) {
  return (
    <AddressProvider path={usePathname()} search={String(useSearchParams())}>
      <TasteProvider first={taste}>{children}</TasteProvider>
    </AddressProvider>
  );
}
