'use client';

import { useEffect, useState } from 'react';
import { CheckIcon, LinkIcon } from './icons';

const SAID_MS = 2_000;

// It comes when somebody is about to press: a browser copies in answer to a press, not to what follows later.
const loadCopy = () => import('./copy-text');

type Props = {
  label: string;
  text: () => string;
  /** Of the label, which may be left to the icon where there is no room. */
  labelClass?: string;
};

/** A button that copies a text and says whether it did. */
export function CopyButton({ label, text, labelClass = '' }: Props) {
  const [said, setSaid] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <button
      type="button"
      onPointerEnter={loadCopy}
      onFocus={loadCopy}
      onClick={() =>
        loadCopy()
          .then(({ copyText }) => copyText(text()))
          .then(
            (isCopied) => setSaid(isCopied ? 'copied' : 'failed'),
            () => setSaid('failed'),
          )
      }
      className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-control border border-line px-2 text-detail text-ink-muted hover:bg-surface-hover hover:text-ink"
    >
      {said === 'copied' ? <CheckIcon className="size-3.5 text-feed-live" /> : <LinkIcon />}
      {/* Both texts are laid out, so that the button keeps its width. */}
      <span className={`grid ${labelClass}`}>
        <span className={`col-start-1 row-start-1 ${said ? 'invisible' : ''}`}>{label}</span>
        <span role="status" className="col-start-1 row-start-1 text-left">
          {said === 'copied' && 'Copied'}
          {said === 'failed' && 'Not copied'}
        </span>
      </span>
    </button>
  );
}
