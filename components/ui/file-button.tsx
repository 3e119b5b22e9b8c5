'use client';

import { useRef } from 'react';

/** Files above this are no settings of anybody's. */
const SIZE_LIMIT = 2_000_000;

type Props = {
  label: string;
  accept: string;
  /** Takes the file's text; null where it is too large or cannot be read. */
  onText: (text: string | null) => void;
  className?: string;
};

/** A button that asks for a file and hands over its text. */
export function FileButton({ label, accept, onText, className = '' }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={label}
        tabIndex={-1}
        className="hidden"
        onChange={async (event) => {
          const { currentTarget } = event;
          const file = currentTarget.files?.[0];
          // The same file can be chosen once more.
          currentTarget.value = '';
          if (!file) return;
          onText(file.size > SIZE_LIMIT ? null : await file.text().catch(() => null));
        }}
      />
    </>
  );
}
