import { gridReveal } from '@/components/board/reveal';
import type { BoardStore } from '@/lib/board/store';
import { eachFrame } from './each-frame';
import { oddIdInFocus } from './odd-in-focus';
import { revealOdd } from './reveal-odd';

/** Frames to wait for the view that was asked for. */
const VIEW_FRAMES = 120;
/** Frames to wait for a row that is scrolled to. */
const ROW_FRAMES = 15;

const gridNow = () => document.querySelector<HTMLElement>('[role="grid"]');

/** The fixture whose rows stand at the top; null where nothing has been scrolled. */
function fixtureAtTop(store: BoardStore, grid: HTMLElement): string | null {
  if (grid.scrollTop === 0) return null;
  const { left, top } = grid.getBoundingClientRect();
  // Below the header and what is stuck there; further down where that is the bar of a league.
  for (let y = Number.parseFloat(grid.style.scrollPaddingTop) + 2; y < grid.clientHeight; y += 20) {
    const item = document.elementFromPoint(left + 2, top + y)?.closest('[data-item]');
    const fixture = item?.querySelector<HTMLElement>('[data-fixture-id]');
    const cell = item?.querySelector<HTMLElement>('[data-odd-id]');
    const odd = store.getState().book.odds.get(cell?.dataset.oddId ?? '');
    const id = fixture?.dataset.fixtureId ?? odd?.fixtureId;
    if (id) return id;
  }
  return null;
}

function scrollToTop(grid: HTMLElement, fixtureId: string): void {
  const key = gridReveal.current?.([`fixture\n${fixtureId}`]) ?? null;
  if (key === null) return;
  eachFrame(ROW_FRAMES, () => {
    const item = grid.querySelector<HTMLElement>(`[data-item="${CSS.escape(key)}"]`);
    item?.scrollIntoView({ block: 'start' });
    return item !== null;
  });
}

/**
 * Once another view stands there it is scrolled to what this one shows: to the odd in focus, which keeps the focus, else to the
 * fixture at the top.
 */
export function keepPlace(store: BoardStore): void {
  const before = gridNow();
  const odd = store.getState().book.odds.get(oddIdInFocus() ?? '') ?? null;
  const fixtureId = odd?.fixtureId ?? (before && fixtureAtTop(store, before));
  if (!fixtureId) return;
  eachFrame(VIEW_FRAMES, () => {
    const grid = gridNow();
    if (!grid || grid === before) return false;
    if (odd) revealOdd(fixtureId, odd);
    else scrollToTop(grid, fixtureId);
    return true;
  });
}
