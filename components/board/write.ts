/**
 * Writing past React, for what changes by the tick. React compares what it renders with what it rendered, never with
 * the page: whoever writes here renders from the same state, and writes again after each render.
 */

/** Writes a text where it is another one, into the node that React made. */
export function writeText(element: Element | null | undefined, text: string): void {
  if (!element) return;
  const node = element.firstChild;
  // Whatever stands there that React did not make, such as a translator's elements, gives way.
  const isText = node?.nodeType === Node.TEXT_NODE && node.nextSibling === null;
  if (!isText) {
    if (element.textContent !== text) element.textContent = text;
  } else if (node.nodeValue !== text) node.nodeValue = text;
}

/** Sets an attribute where it is another one; null takes it away. */
export function writeAttribute(
  element: Element | null | undefined,
  name: string,
  value: string | null,
): void {
  if (!element || element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
