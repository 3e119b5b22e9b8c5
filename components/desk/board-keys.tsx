'use client';

import { useBoardQuery } from '@/lib/board/address';
import { useBoardStore } from '@/lib/board/hooks';
import { ORDERS } from '@/lib/protocol/filter';
import { useAction } from './actions';
import { oddIdInFocus } from './odd-in-focus';

/** The odd of the cell in focus, else of the one under the pointer. */
function oddInHand(): string | undefined {
  const pointed = document.querySelector<HTMLElement>('[data-odd-id]:hover');
  return oddIdInFocus() ?? pointed?.dataset.oddId;
}

/** Keys for marks that somebody has seen, for the views, and for the search that the board itself answers to. */
export function BoardKeys() {
  const store = useBoardStore();
  const [{ order }, setQuery] = useBoardQuery();
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
    run: () => setQuery({ order: ORDERS[(ORDERS.indexOf(order) + 1) % ORDERS.length] }),
  });
  return null;
}
