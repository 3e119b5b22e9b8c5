'use client';

import { NuqsAdapter } from 'nuqs/adapters/next/app';
import type { ReactNode } from 'react';
import { inWrittenOrder } from '@/lib/board/query-state';
import type { Taste } from '@/lib/board/taste';
import { TasteProvider } from '@/lib/board/taste-store';

/** What every page needs around it: the URL is the view, the taste is how it is shown. */
export function Providers({ taste, children }: { taste: Taste; children: ReactNode }) {
  return (
    <NuqsAdapter processUrlSearchParams={inWrittenOrder}>
      <TasteProvider first={taste}>{children}</TasteProvider>
    </NuqsAdapter>
  );
}
