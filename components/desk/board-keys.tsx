'use client';

import { copyText } from '@/components/ui/copy-text';
import { useBoardQuery } from '@/lib/board/address';
import { useBoardStore } from '@/lib/board/hooks';
import { boardHref } from '@/lib/board/query-state';
import type { BoardStore } from '@/lib/board/store';
import { type BoardQuery, ORDERS } from '@/lib/protocol/filter';
import { useAction } from './actions';
import { oddIdInFocus } from './odd-in-focus';
import { say } from './said';

/** The odd of the cell in focus, else of the one under the pointer. */
function oddInHand(): string | undefined {
  const pointed = document.querySelector<HTMLElement>('[data-odd-id]:hover');
  return oddIdInFocus() ?? pointed?.dataset.oddId;
}

/** A link to what is on screen, as it is at this moment. */
async function copyMoment(store: BoardStore, query: BoardQuery): Promise<void> {
  const at = store.past ? store.past.position : store.position();
  if (at === null) {
    say('Nothing is known of this moment yet.');
    return;
  }
  const { sport } = store.getState();
  const { href } = new URL(boardHref(sport, { ...query, at }), window.location.origin);
  say((await copyText(href)) ? 'Copied: good for as long as the server holds it' : 'Not copied');
}

/** Frames until rows that were put in another order stand there. */
const ORDER_FRAMES = 3;

/** Scrolls to the cell in focus where its row has gone out of sight: who sorts by a key goes along with it. */
function followFocus(): void {
  let frames = ORDER_FRAMES;
  const look = () => {
    frames -= 1;
    if (frames > 0) requestAnimationFrame(look);
    else document.querySelector('[role=grid] :focus')?.scrollIntoView({ block: 'nearest' });
  };
  requestAnimationFrame(look);
}

/** Keys for marks that somebody has seen, for the views, and for the search that the board itself answers to. */
export function BoardKeys() {
  const store = useBoardStore();
  const [query, setQuery] = useBoardQuery();
  const { order } = query;
  useAction({
    id: 'copy moment',
    label: 'Copy a link to the board as it stands now',
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
    run: () => setQuery({ view: 'board' }),
  });
  useAction({
    id: 'view lines',
    label: 'Lines: one row per line',
    group: 'View',
    key: '2',
    run: () => setQuery({ view: 'lines' }),
  });
  useAction({
    id: 'view fixture',
    label: 'Fixture: lines by game, period and player',
    group: 'View',
    key: '3',
    run: () => setQuery({ view: 'fixture' }),
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
