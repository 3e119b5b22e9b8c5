'use client';

import { useEffect } from 'react';
import { copyText } from '@/components/ui/copy-text';
import { useBoardQuery } from '@/lib/board/address';
import { useBoardStore } from '@/lib/board/hooks';
import { boardHref } from '@/lib/board/query-state';
import type { BoardStore } from '@/lib/board/store';
import { type BoardQuery, ORDERS, type View } from '@/lib/protocol/filter';
import { useAction } from './actions';
import { eachFrame } from './each-frame';
import { keepPlace } from './keep-place';
import { oddIdInFocus } from './odd-in-focus';
import { say } from './said';

/** The odd of the cell in focus, else of the one under the pointer. */
function oddInHand(): string | undefined {
  const pointed = document.querySelector<HTMLElement>('[data-odd-id]:hover');
  return oddIdInFocus() ?? pointed?.dataset.oddId;
}

/** A link to this view, live or of the moment `at`. */
async function copyLink(store: BoardStore, query: BoardQuery, at: string | null, done: string) {
  const { sport } = store.getState();
  const { href } = new URL(boardHref(sport, { ...query, at }), window.location.origin);
  say((await copyText(href)) ? done : 'Not copied');
}

/** A link to what is on screen, as it is at this moment. */
async function copyMoment(store: BoardStore, query: BoardQuery): Promise<void> {
  const at = store.past ? store.past.position : store.position();
  if (at === null) say('Nothing is known of this moment yet.');
  else await copyLink(store, query, at, 'Copied: good for as long as the server holds it');
}

/** The buttons that choose a view, which are part of the first load and know nothing of places. */
const VIEW_BUTTONS = '[aria-label="View of the odds"] button';

/** Whoever goes to another view stays with what they were looking at. */
function useKeepPlace(store: BoardStore): void {
  useEffect(() => {
    const onClick = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest(VIEW_BUTTONS)) keepPlace(store);
    };
    document.addEventListener('click', onClick, true);
    return () => document.removeEventListener('click', onClick, true);
  }, [store]);
}

/** Looks until rows that were put in another order stand there: at once, and in the frames after. */
const ORDER_LOOKS = 4;

/** Scrolls to the cell in focus where its row has gone out of sight: who sorts by a key goes along with it. */
function followFocus(): void {
  eachFrame(ORDER_LOOKS, (isLast) => {
    if (isLast) document.querySelector('[role=grid] :focus')?.scrollIntoView({ block: 'nearest' });
    return isLast;
  });
}

/** Keys for marks that somebody has seen, for the views, and for the search that the board itself answers to. */
export function BoardKeys() {
  const store = useBoardStore();
  const [query, setQuery] = useBoardQuery();
  const { order } = query;
  useKeepPlace(store);
  const show = (view: View) => {
    if (view !== query.view) keepPlace(store);
    setQuery({ view });
  };
  useAction({
    id: 'copy link',
    label: 'Copy a link to this view',
    group: 'View',
    run: () => copyLink(store, query, store.past?.position ?? null, 'Link copied'),
  });
  useAction({
    id: 'copy moment',
    label: 'Copy a link to this moment: the board as it stands now',
    group: 'View',
    run: () => copyMoment(store, query),
  });
  useAction({
    id: 'clear mark',
    label: 'Clear the mark of the cell in focus',
    group: 'Marks',
    key: 'c',
    run: () => {
      const id = oddInHand();
      if (id !== undefined) store.clearMark(id);
    },
  });
  useAction({
    id: 'clear marks',
    label: 'Clear all marks',
    group: 'Marks',
    key: 'w',
    run: store.clearMarks,
  });
  useAction({
    id: 'search',
    label: 'Search teams, players and bets',
    group: 'Go to',
    key: '/',
    run: () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
  });
  useAction({
    id: 'view board',
    label: 'Board: fixtures by market',
    group: 'View',
    key: '1',
    run: () => show('board'),
  });
  useAction({
    id: 'view lines',
    label: 'Lines: one row per line',
    group: 'View',
    key: '2',
    run: () => show('lines'),
  });
  useAction({
    id: 'view fixture',
    label: 'Fixture: lines by game, period and player',
    group: 'View',
    key: '3',
    run: () => show('fixture'),
  });
  useAction({
    id: 'order',
    label: 'Order of fixtures: by league, start or rotation, in turn',
    group: 'View',
    key: 's',
    run: () => {
      setQuery({ order: ORDERS[(ORDERS.indexOf(order) + 1) % ORDERS.length] });
      followFocus();
    },
  });
  return null;
}
