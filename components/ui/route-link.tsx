'use client';

import { useRouter } from 'next/navigation';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link to another page of ours that keeps what is loaded. next/link brings the code to prefetch, which nothing here does. */
export function RouteLink({ href, ...anchor }: Props) {
  const router = useRouter();
  const onClick = (event: MouseEvent) => {
    // With a key that asks for another tab, or for a download, it is the browser's.
    const isBrowsers = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (isBrowsers || event.button !== 0) return;
    event.preventDefault();
    router.push(href);
  };
  return <a {...anchor} href={href} onClick={onClick} />;
}
