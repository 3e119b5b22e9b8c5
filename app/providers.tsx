'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useState } from 'react';
import { inWrittenOrder } from '@/lib/board/query-state';

/** One query client per mount: on the server a shared one would hand one viewer's answers to another. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter processUrlSearchParams={inWrittenOrder}>{children}</NuqsAdapter>
    </QueryClientProvider>
  );
}
