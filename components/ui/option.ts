/** One choice of a listbox; `count` is null where it is not known. */
export type Option = { value: string; label: string; count: number | null };
