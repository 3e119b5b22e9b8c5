/**
 * Styles of elements that are named at run time: one rule for all that a row's places show of them, so that no row is
 * rendered for it.
 *
 * @returns takes them away again
 */
export function addPageStyle(css: string): () => void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}
