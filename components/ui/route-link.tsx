'use client';

import { useRouter } from 'next/navigation';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** Whether a click on a link is the browser's: with a key that asks for another tab, or for a download. */
export function isForBrowser(event: MouseEvent): boolean {
  const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
  return button !== 0 || metaKey || ctrlKey || shiftKey || altKey;
}

/** A link to another page of ours that keeps what is loaded. next/link brings the code to prefetch, which nothing here does. */
export function RouteLink({ href, ...anchor }: Props) {
  const router = useRouter();
  const onClick = (event: MouseEvent) => {
    if (isForBrowser(event)) return;
    event.preventDefault();
    router.push(href);
  };
  return <a {...anchor} href={href} onClick={onClick} />;
}
