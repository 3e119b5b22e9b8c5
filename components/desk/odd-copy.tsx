'use client';

import { useEffect, useRef, useState } from 'react';
import { fixtureName } from '@/components/board/fixture-name';
import { oddLine } from '@/lib/board/export';
import { useBoardStore } from '@/lib/board/hooks';
import { useBoardQuery } from '@/lib/board/query-state';
import { useAction } from './actions';

const SAID_MS = 1_500;

/** The odd whose cell has the focus. */
function oddInFocus(): string | null {
  return document.activeElement?.closest<HTMLElement>('[data-odd-id]')?.dataset.oddId ?? null;
}

/** Copies the odd in focus as one line, by Ctrl+C where nothing is selected, or by a key. */
export function OddCopy() {
  const store = useBoardStore();
  const [{ odds: format }] = useBoardQuery();
  const [said, setSaid] = useState<string | null>(null);
  const asked = useRef(false);
  useAction({
    id: 'copy odd',
    label: 'Copy the odd in focus',
    group: 'Prices',
    key: 'y',
    run: () => {
      if (oddInFocus() === null) {
        setSaid('Go to a price to copy it');
        return;
      }
      asked.current = true;
      // Needs no permission, and works over plain HTTP.
      document.execCommand('copy');
      asked.current = false;
    },
  });
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => {
      const isSelected = window.getSelection()?.isCollapsed === false;
      const id = oddInFocus();
      if (event.defaultPrevented || (isSelected && !asked.current) || id === null) return;
      const { book } = store.getState();
      const odd = book.odds.get(id);
      if (!odd || !event.clipboardData) return;
      const fixture = book.fixtures.get(odd.fixtureId) ?? { away: null, home: null };
      const line = oddLine(odd, fixtureName(odd.fixtureId, fixture), format);
      event.clipboardData.setData('text/plain', line);
      event.preventDefault();
      setSaid('Copied');
    };
    document.addEventListener('copy', onCopy);
    return () => document.removeEventListener('copy', onCopy);
  }, [store, format]);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div
      role="status"
      className="pointer-events-none absolute bottom-4 left-1/2 z-40 -translate-x-1/2"
    >
      {said !== null && (
        <span className="rounded-control border border-line bg-surface-overlay px-3 py-1.5 text-detail text-ink">
          {said}
        </span>
      )}
    </div>
  );
}
