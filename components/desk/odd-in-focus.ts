/** The id of the odd whose cell has the focus: what a key is about. */
export function oddIdInFocus(): string | null {
  return document.activeElement?.closest<HTMLElement>('[data-odd-id]')?.dataset.oddId ?? null;
}
