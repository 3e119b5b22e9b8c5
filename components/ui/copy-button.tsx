'use client';

import { useEffect, useState } from 'react';
import { CheckIcon, LinkIcon } from './icons';

const SAID_MS = 2_000;

/** Copies without the clipboard permission, which plain HTTP and embedded browsers do not have. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

/** Copies a text; answers whether it did. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

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
      title={labelClass === '' ? undefined : label}
      onClick={async () => setSaid((await copyText(text())) ? 'copied' : 'failed')}
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
