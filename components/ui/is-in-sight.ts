/** Whether some of it lies within the grid that scrolls it, which may have taken it from under the focus. */
export function isInSight(element: HTMLElement): boolean {
  const frame = element.closest('[role="grid"]')?.getBoundingClientRect();
  if (!frame) return true;
  const { top, right, bottom, left } = element.getBoundingClientRect();
  return top < frame.bottom && bottom > frame.top && left < frame.right && right > frame.left;
}
