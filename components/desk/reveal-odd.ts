import { gridReveal } from '@/components/board/reveal';
import { CELL } from '@/components/ui/use-grid-keys';
import type { Odd } from '@/lib/protocol/events';
import { lineKey } from '@/lib/protocol/line';
import { eachFrame } from './each-frame';
import { showFocus } from './show-focus';

/** Frames to wait for what is scrolled to before the fixture has to do. */
const FRAMES = 15;

/**
 * Scrolls the board to an odd and gives it the focus; where the view has no cell for it, to its fixture: there to
 * what leads to the rest of its odds, else to its first cell. False where the view has neither.
 */
export function revealOdd(fixtureId: string, odd: Odd | null): boolean {
  const keys = [...(odd ? [lineKey(odd)] : []), `fixture\n${fixtureId}`];
  const key = gridReveal.current?.(keys) ?? null;
  if (key === null) return false;
  const inItem = (what: string) =>
    document.querySelector(`[role="grid"] [data-item="${CSS.escape(key)}"] ${what}`);
  eachFrame(FRAMES, (isLast) => {
    const cell = odd && inItem(`[data-odd-id="${CSS.escape(odd.id)}"]`);
    if (!cell && !isLast) return false;
    const others = ['.board-more', CELL, '[tabindex]'];
    focus(cell ?? others.map(inItem).find((found) => found));
    return true;
  });
  return true;
}

function focus(element: Element | null | undefined): void {
  if (!(element instanceof HTMLElement)) return;
  showFocus(element, { preventScroll: true });
  element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
