import { type RefObject, useLayoutEffect } from 'react';
import { entryOf } from '@/components/ui/use-grid-keys';

/** What is there whatever is shown. */
const FILTER = 'section[aria-label="View"] button';

/** Where the keys begin in the grid; where there is none, what leads out. */
export function pricesEntry(): HTMLElement | null {
  const found = document.querySelector<HTMLElement>('#prices :is([role=grid], a, button)');
  return found && (entryOf(found) ?? found);
}

/**
 * The focus of a part that goes, by whatever key or press, goes on to what `nextOf` finds, else among the prices. They are
 * scrolled for it only where the focus is shown: a click asks for nothing of theirs.
 */
export function useHandOver(
  part: RefObject<HTMLElement | null>,
  nextOf?: (part: HTMLElement) => HTMLElement | null | undefined,
): void {
  useLayoutEffect(() => {
    const own = part.current;
    return () => {
      if (!own?.contains(document.activeElement)) return;
      const entry = nextOf?.(own) ?? pricesEntry();
      // Over a board without rows the part that goes may be all there is to press.
      const next =
        entry && !own.contains(entry) ? entry : document.querySelector<HTMLElement>(FILTER);
      next?.focus({ preventScroll: true });
      if (next?.matches(':focus-visible'))
        next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    };
  }, [part, nextOf]);
}
