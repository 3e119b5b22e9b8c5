/**
 * Gives something in the grid the focus and shows that it has it, also to whoever got there by a click: a browser draws its
 * ring where the last press was a key's. What has the focus there is shown until the next press of the pointer.
 */
export function showFocus(element: HTMLElement, options?: FocusOptions): void {
  element.focus(options);
  const grid = element.closest<HTMLElement>('[role="grid"]');
  if (!grid) return;
  grid.dataset.ring = '';
  document.addEventListener('pointerdown', unring, { once: true, capture: true });
}

function unring(): void {
  for (const grid of document.querySelectorAll('[data-ring]')) grid.removeAttribute('data-ring');
}
