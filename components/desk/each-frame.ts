/** Looks now, and in each frame after, until that is done; `look` is told when it is asked for the last time. */
export function eachFrame(frames: number, look: (isLast: boolean) => boolean): void {
  const isLast = frames <= 1;
  if (!look(isLast) && !isLast) requestAnimationFrame(() => eachFrame(frames - 1, look));
}
