'use client';

import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { usePart } from '@/components/ui/use-part';

const loadDetails = () => import('./odd-history-details');

/** The history of whichever cell inside `grid` is clicked, or gets Enter; its code is loaded when first wanted. */
export function OddHistory({ grid }: { grid: RefObject<HTMLElement | null> }) {
  const [id, setId] = useState<string | null>(null);
  const anchor = useRef<HTMLElement | null>(null);
  const [Details, want] = usePart(loadDetails);
  const open = useCallback(
    (target: EventTarget | null) => {
      const cell = target instanceof Element ? target.closest<HTMLElement>('[data-odd-id]') : null;
      const next = cell?.dataset.oddId;
      if (!cell || next === undefined) return false;
      want();
      anchor.current = cell;
      setId((shown) => (shown === next ? null : next));
      return true;
    },
    [want],
  );
  useEffect(() => {
    const element = grid.current;
    if (!element) return;
    const onClick = (event: MouseEvent) => {
      // Somebody who marks a price to copy it asks for nothing else.
      if (window.getSelection()?.isCollapsed !== false) open(event.target);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && open(event.target)) event.preventDefault();
    };
    element.addEventListener('click', onClick);
    element.addEventListener('keydown', onKeyDown);
    return () => {
      element.removeEventListener('click', onClick);
      element.removeEventListener('keydown', onKeyDown);
    };
  }, [grid, open]);
  useEffect(() => {
    const cell = anchor.current;
    if (id === null || !cell) return;
    // Scrolled far away, the element shows another row: what hangs on it would be taken for that one's.
    const rowOf = () => cell.closest<HTMLElement>('[data-item]')?.dataset.item;
    const row = rowOf();
    const watch = new MutationObserver(() => {
      if (rowOf() !== row) setId(null);
    });
    watch.observe(cell, { attributeFilter: ['data-odd-id'] });
    return () => watch.disconnect();
  }, [id]);
  if (!Details || id === null) return null;
  return <Details key={id} id={id} anchor={anchor} onClose={() => setId(null)} />;
}
