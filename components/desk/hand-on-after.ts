import { CELL, isFocusLost } from '@/components/ui/use-grid-keys';
import { eachFrame } from './each-frame';

/** Frames in which the board shows what it was asked for, as a rule. */
const FRAMES = 120;

/** Where the focus goes, the first that is there: what is left of its row, the board, or what leads out of an empty one. */
function homeOf(row: string, isLast: boolean): HTMLElement | null {
  const homes = [
    `[role="grid"] [data-item="${CSS.escape(row)}"] ${CELL}`,
    '[role="grid"]',
    'main button',
    // A board that is still to come is waited for.
    ...(isLast ? ['[aria-label="View"] button'] : []),
  ];
  for (const home of homes) {
    const found = document.querySelector<HTMLElement>(home);
    if (found) return found;
  }
  return null;
}

/** Does what may take away what is in focus, and the focus with it: it is then handed on. */
export function handOnAfter(run: () => void): void {
  let held = document.activeElement;
  const row = held?.closest<HTMLElement>('[role="grid"] [data-item]')?.dataset.item ?? '';
  const isHeld = !isFocusLost();
  run();
  if (!isHeld) return;
  requestAnimationFrame(() =>
    eachFrame(FRAMES, (isLast) => {
      if (isFocusLost()) {
        homeOf(row, isLast)?.focus();
        held = document.activeElement;
      }
      // Whoever went elsewhere meanwhile stays there.
      return !isFocusLost() && document.activeElement !== held;
    }),
  );
}
