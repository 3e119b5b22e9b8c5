/**
 * The flash of a cell whose price moved: a colour put on and, a moment later, taken off. An animation would make the
 * browser look at the cell in every frame between; here all cells together cost one timer.
 */
import { tasteNow } from '@/lib/board/taste-store';

/** How long a flash lasts. */
const FLASH_MS = 600;
/** Flashes end within this time of each other's end, so that a screen full of them is one repaint and not many. */
const SWEEP_MS = 100;

const ends = new Map<HTMLElement, number>();
let timer: ReturnType<typeof setTimeout> | null = null;

function sweep(): void {
  timer = null;
  const now = performance.now();
  for (const [element, end] of ends) {
    if (end <= now || !element.isConnected) stopFlash(element);
  }
  if (ends.size > 0) timer = setTimeout(sweep, SWEEP_MS);
}

/** Flashes a cell; one that flashes already does so for longer, in the newer direction. */
export function startFlash(element: HTMLElement, direction: 'up' | 'down'): void {
  if (!tasteNow().flash) return;
  if (element.dataset.flash !== direction) element.dataset.flash = direction;
  ends.set(element, performance.now() + FLASH_MS);
  if (timer === null) timer = setTimeout(sweep, SWEEP_MS);
}

/** Ends the flash of a cell, where it has one. */
export function stopFlash(element: HTMLElement): void {
  if (ends.delete(element)) delete element.dataset.flash;
}
