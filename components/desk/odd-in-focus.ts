/** The id of the odd whose cell has the focus: what a key is about. */
export function oddIdInFocus(): string | null {
  return document.activeElement?.closest<HTMLElement>('[data-odd-id]')?.dataset.oddId ?? null;
}

/** The cell that shows an odd; null where none on screen does. */
export function cellOf(id: string): HTMLElement | null {
  return document.querySelector(`[role="gridcell"][data-odd-id="${CSS.escape(id)}"]`);
}
