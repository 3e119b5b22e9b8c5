'use client';

import { useMemo } from 'react';
import { fixtureName } from '@/components/board/fixture-name';
import { useBoardQuery } from '@/lib/board/address';
import { useBoardStore, useSport, useTimeZone } from '@/lib/board/hooks';
import type { Telling } from './alert-delivery';
import { useGoTo } from './use-go-to';

/** How things are told in this view. */
export function useTelling(): Telling {
  const { sport } = useSport();
  const zone = useTimeZone();
  const store = useBoardStore();
  const [{ odds: format }] = useBoardQuery();
  const { follow } = useGoTo();
  return useMemo(
    () => ({
      ...{ sport, zone, format, follow },
      nameOf: (id, fixture) => fixtureName(id, fixture ?? store.getState().book.fixtures.get(id)),
    }),
    [sport, zone, format, follow, store],
  );
}
