const TYPES = { csv: 'text/csv;charset=utf-8', json: 'application/json' };

/** Saves a text as a file of that name. */
export function download(name: string, text: string, ending: keyof typeof TYPES): void {
  const url = URL.createObjectURL(new Blob([text], { type: TYPES[ending] }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the file by the next turn; Safari a little later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
