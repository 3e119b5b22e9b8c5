'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useState } from 'react';
import { createQueryClient } from '@/lib/board/queries';
import { inWrittenOrder } from '@/lib/board/query-state';
import type { Taste } from '@/lib/board/taste';
import { TasteProvider } from '@/lib/board/taste-store';

/** One query client per mount: on the server a shared one would hand one viewer's answers to another. */
export function Providers({ taste, children }: { taste: Taste; children: ReactNode }) {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter processUrlSearchParams={inWrittenOrder}>
        <TasteProvider first={taste}>{children}</TasteProvider>
      </NuqsAdapter>
    </QueryClientProvider>
  );
}
