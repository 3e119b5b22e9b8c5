'use client';

import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { isInSight } from '@/components/ui/is-in-sight';
import { usePart } from '@/components/ui/use-part';
import { useBoardQuery } from '@/lib/board/address';
import { useBoardStore } from '@/lib/board/hooks';
import { createTallies } from '@/lib/board/tally';

/** How long the pointer or the focus rests on a cell before its card comes: who passes by asks for nothing. */
const REST_MS = 450;
/** How long the card stays when the pointer leaves the cell, on its way to the card. */
const LEAVE_MS = 120;

const CARD_ID = 'cell-card';

const loadBody = () => import('./cell-card-body');

function cellOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-odd-id]') : null;
}

/** The card of whichever cell the pointer or the focus rests on: one for all, and none while nothing is asked for. */
export function CellCard() {
  const store = useBoardStore();
  const [{ league, fixture }] = useBoardQuery();
  const cuts = useStore(store, ({ feed }) => feed.resets + feed.resumes + feed.skips);
  // Of what the stream does not cover, or brings of a time that was missed, nothing can be counted: it begins anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they say when.
  const tallies = useMemo(() => createTallies(Date.now()), [league, fixture, cuts]);
  const [shown, setShown] = useState<HTMLElement | null>(null);
  const [Body, want] = usePart(loadBody);
  const hide = () => setShown(null);

  useEffect(() => store.onNews(tallies.note), [store, tallies]);

  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    /** The cell that the card is of, or comes for; it also stays the one of which a card was sent away. */
    let asked: HTMLElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** Whether its card is there or comes by itself: one that was sent away does neither. */
    let isDue = false;
    /**
     * Whether the pointer has rested since a card was sent away, since it was pressed, or since a key led to a cell: what
     * came below it then, because a card went or a panel came or the cells were scrolled, was not asked for.
     */
    let isPointerAtRest = false;
    const ask = (cell: HTMLElement | null) => {
      if (cell === asked) return;
      asked = cell;
      clearTimeout(timer);
      isDue = false;
      if (!cell) {
        timer = setTimeout(() => setShown(null), LEAVE_MS);
        return;
      }
      setShown(null);
      come(cell);
    };
    const come = (cell: HTMLElement) => {
      isDue = true;
      timer = setTimeout(() => {
        // What a cell was asked for, such as its history, is in the way of its card.
        if (document.querySelector('[role=dialog]') || !isInSight(cell)) return;
        want();
        setShown(cell);
      }, REST_MS);
    };
    const dismiss = () => {
      clearTimeout(timer);
      isDue = false;
      setShown(null);
    };
    const restPointer = () => {
      isPointerAtRest = true;
      document.addEventListener('pointermove', onPointerMove, { signal, once: true });
    };
    const onScroll = ({ target }: Event) => {
      // What scrolls beside the board leaves cells where they are.
      if (asked && target instanceof Node && !target.contains(asked)) return;
      const isWanted = isDue;
      dismiss();
      // The focus goes where a key leads before that is scrolled into sight: there the card comes once all stands still.
      if (isWanted && asked === document.activeElement && asked?.matches(':focus-visible')) {
        come(asked);
      }
    };
    const sendAway = () => {
      dismiss();
      restPointer();
    };
    const onPointerOver = ({ target, pointerType }: PointerEvent) => {
      if (pointerType === 'touch') return;
      if (target instanceof Element && target.closest(`#${CARD_ID}`)) {
        clearTimeout(timer);
        return;
      }
      if (!isPointerAtRest) ask(cellOf(target));
      else if (!isDue) asked = cellOf(target);
    };
    const onPointerMove = () => {
      isPointerAtRest = false;
    };
    const onFocusIn = ({ target }: FocusEvent) => {
      const cell = cellOf(target);
      // A click is a question of its own.
      if (!cell?.matches(':focus-visible')) return;
      ask(cell);
      restPointer();
    };
    const onFocusOut = ({ target }: FocusEvent) => {
      if (target === asked) ask(null);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Enter') dismiss();
      if (event.key !== 'Escape' || !document.getElementById(CARD_ID)) return;
      event.preventDefault();
      sendAway();
    };
    // Other prices were asked for after the card: what is to go by Escape next is they.
    const stopFigures = store.subscribe(({ figures }, before) => {
      if (figures !== before.figures && figures !== 'current') sendAway();
    });
    document.addEventListener('pointerover', onPointerOver, { signal, passive: true });
    document.addEventListener('pointerdown', sendAway, { signal, passive: true });
    document.addEventListener('focusin', onFocusIn, { signal });
    document.addEventListener('focusout', onFocusOut, { signal });
    // Before anything else takes Escape for itself.
    document.addEventListener('keydown', onKeyDown, { signal, capture: true });
    document.addEventListener('scroll', onScroll, { signal, capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      stopFigures();
      listening.abort();
    };
  }, [store, want]);

  const id = shown?.dataset.oddId;
  if (!shown || !Body || id === undefined) return null;
  return <Body key={id} cardId={CARD_ID} cell={shown} id={id} tallies={tallies} onGone={hide} />;
}
