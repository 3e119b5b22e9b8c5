'use client';

import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { NO_FILTERS } from '@/components/board/board-filters';
import { useBoardQuery } from '@/lib/board/address';
import { useBoardStore, useSport } from '@/lib/board/hooks';
import { boardHref } from '@/lib/board/query-state';
import { eachFrame } from './each-frame';
import { showFocus } from './show-focus';

/** A place on a board: a fixture, or one odd of it. */
export type Place = {
  sport: string;
  fixtureId: string | null;
  market: string | null;
  oddId: string | null;
};

/** Frames to wait for the cell of an odd; it may be that none comes, since the odd is gone. */
const CELL_FRAMES = 120;

/** Puts the focus on the cell of an odd once the lines view shows it. */
function focusOdd(id: string): void {
  let looks = 0;
  const look = () => {
    looks += 1;
    const view = new URLSearchParams(window.location.search).get('view');
    const isThere = view !== null && view !== 'board';
    const cell = document.querySelector<HTMLElement>(`[data-odd-id="${CSS.escape(id)}"]`);
    if (!isThere || looks <= 2 || !cell) return false;
    showFocus(cell);
    return true;
  };
  requestAnimationFrame(() => eachFrame(CELL_FRAMES, look));
}

/** All lines of a fixture, or of one market of it: their address, and how to go there without loading the page anew. */
export function useGoTo(): {
  hrefOf(place: Place): string | null;
  /** False where the page is of another board: its address leads there. */
  go(place: Place): boolean;
  /** The same from anywhere, by its address where it must. */
  follow(place: Place): void;
} {
  const [{ odds, tz, version }, setQuery] = useBoardQuery();
  const { sport } = useSport();
  const position = useBoardStore().past?.position ?? null;
  const router = useRouter();
  return useMemo(() => {
    const viewOf = ({ fixtureId, market }: Place) =>
      fixtureId === null
        ? null
        : {
            ...NO_FILTERS,
            view: 'lines' as const,
            fixture: [fixtureId],
            market: market === null ? [] : [market],
          };
    const hrefOf = (place: Place) => {
      const view = viewOf(place);
      const at = place.sport === sport ? position : null;
      return view && boardHref(place.sport, { ...view, odds, tz, version, at });
    };
    const go = (place: Place) => {
      const view = viewOf(place);
      // What was told on one board may be followed once another is open, and would be written into that one's address.
      if (!view || window.location.pathname !== boardHref(place.sport)) return false;
      setQuery(view);
      if (place.oddId !== null) focusOdd(place.oddId);
      return true;
    };
    return {
      ...{ hrefOf, go },
      follow(place) {
        const href = hrefOf(place);
        if (go(place) || href === null) return;
        router.push(href);
        if (place.oddId !== null) focusOdd(place.oddId);
      },
    };
  }, [odds, tz, version, sport, position, setQuery, router]);
}
