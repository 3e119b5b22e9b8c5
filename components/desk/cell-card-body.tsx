'use client';

import { useLayoutEffect, useRef } from 'react';
import { writeText } from '@/components/board/write';
import { useBoardQuery } from '@/lib/board/address';
import { onSecond, useBoardStore, useTimeZone } from '@/lib/board/hooks';
import { type OddFacts, oddFacts } from '@/lib/board/odd-facts';
import type { Tallies } from '@/lib/board/tally';

type Props = {
  /** Its own id in the page. */
  cardId: string;
  cell: HTMLElement;
  id: string;
  tallies: Tallies;
  /** The cell shows another odd by now, or is gone. */
  onGone: () => void;
};

/** Px that the card stays away from the window's edges. */
const EDGE = 8;

/** Beside the cell, so that the cells above and below it stay in sight; below it where neither side has room. */
function place(card: HTMLElement, cell: HTMLElement): void {
  const box = cell.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const { innerWidth, innerHeight } = window;
  const isRight = box.right + width + EDGE <= innerWidth;
  const isLeft = box.left - width >= EDGE;
  const left = isRight ? box.right : isLeft ? box.left - width : innerWidth - width - EDGE;
  const top = isRight || isLeft ? box.top : box.bottom;
  card.style.left = `${Math.max(EDGE, left)}px`;
  card.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
}

/** What is known of one odd. Its texts are written past React, as the cell's are: its price may change many times a second. */
export default function CellCardBody({ cardId, cell, id, tallies, onGone }: Props) {
  const store = useBoardStore();
  const zone = useTimeZone();
  const [{ odds: format }] = useBoardQuery();
  const card = useRef<HTMLDivElement>(null);
  const gone = useRef(onGone);
  gone.current = onGone;

  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const write = () => {
      const { book, feed } = store.getState();
      const odd = book.odds.get(id);
      if (!odd || cell.dataset.oddId !== id || !cell.isConnected) {
        gone.current();
        return;
      }
      const offsetMs = feed.clockOffsetMs ?? 0;
      const facts = oddFacts(odd, {
        tallies,
        format,
        zone,
        now: store.past?.ms ?? Date.now(),
        offsetMs,
      });
      for (const place of element.querySelectorAll<HTMLElement>('[data-fact]')) {
        writeText(place, facts[place.dataset.fact as keyof OddFacts]);
      }
    };
    write();
    place(element, cell);
    cell.setAttribute('aria-describedby', cardId);
    const stopTicks = store.watchOdd(id, write);
    const stopSeconds = onSecond(write);
    return () => {
      stopTicks();
      stopSeconds();
      cell.removeAttribute('aria-describedby');
    };
  }, [store, cardId, cell, id, tallies, format, zone]);

  return (
    <div
      ref={card}
      id={cardId}
      role="tooltip"
      className="fixed z-40 w-88 cursor-default rounded-lg border border-line bg-surface-overlay px-3 py-2.5 text-detail tabular-nums shadow-[0_8px_24px_rgb(0_0_0/0.5)]"
    >
      <p data-fact="name" className="truncate font-semibold text-ink text-name" />
      <p data-fact="market" className="truncate pb-1.5 text-ink-muted" />
      <Price label="Current" fact="current" />
      <Price label="Previous" fact="previous" />
      <Price label="Server’s first" fact="opening" />
      <p className="mt-1.5 not-has-[:not(:empty)]:hidden border-line-subtle border-t pt-1.5 text-ink-muted">
        <span data-fact="state" className="block text-ink empty:hidden" />
        {/* Of a past board nothing was seen. */}
        {!store.past && <span data-fact="counts" className="block" />}
      </p>
    </div>
  );
}

function Price({ label, fact }: { label: string; fact: 'current' | 'previous' | 'opening' }) {
  return (
    <p className="flex items-baseline gap-2 leading-5">
      <span className="w-19 shrink-0 text-ink-muted">{label}</span>
      <span
        data-fact={fact}
        className={`w-14 text-right text-ink ${fact === 'current' ? 'font-semibold' : ''}`}
      />
      <span data-fact={`${fact}Implied`} className="w-11 text-right text-ink-muted" />
      <span data-fact={`${fact}Time`} className="ml-auto whitespace-nowrap text-ink-faint" />
    </p>
  );
}
