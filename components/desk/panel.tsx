'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { CloseIcon } from '@/components/ui/icons';
import { useTaste } from '@/lib/board/taste-store';

/** What a panel's module has as its default export takes. */
export type PanelProps = { onClose: () => void };

/** How a panel's buttons look. */
export const BUTTON =
  'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-control border border-line px-2 text-detail text-ink-muted hover:bg-surface-hover hover:text-ink';

/**
 * What is pressed goes with its line, or alone: the focus moves on to the same thing in the next line, else to the panel.
 * @param what selects it in a line
 */
export function handOn(pressed: Element, what = 'button:last-of-type'): void {
  const line = pressed.closest('li');
  const next = line?.nextElementSibling ?? line?.previousElementSibling;
  const target = next?.querySelector(what) ?? pressed.closest('section[tabindex]');
  if (target instanceof HTMLElement) target.focus();
}

/** In a sentence: the key that does something, or its name in the palette where keys of one letter are off. */
export function Press({ letter, action }: { letter: string; action: string }) {
  if (!useTaste().keys) return `“${action}” (Ctrl K, ⌘ K)`;
  return <kbd className="font-sans text-ink">{letter}</kbd>;
}

type Props = PanelProps & {
  title: string;
  /** Controls beside the title. */
  tools?: ReactNode;
  /** Where the focus goes when it closes; where it came from, unless told. */
  home?: () => HTMLElement | null;
  children: ReactNode;
};

/** What stands beside the board: a heading, its tools, and a body that fills the rest. Escape closes it. */
export function Panel({ title, onClose, tools, home, children }: Props) {
  const body = useRef<HTMLElement>(null);
  const homeOf = useRef(home);
  homeOf.current = home;
  useEffect(() => {
    const before = document.activeElement;
    body.current?.focus();
    return () => {
      // Whoever went elsewhere meanwhile stays there.
      const active = document.activeElement;
      if (active !== null && active !== document.body) return;
      const target = homeOf.current?.() ?? before;
      if (target instanceof HTMLElement && target.isConnected) target.focus();
    };
  }, []);
  return (
    <section
      ref={body}
      aria-label={title}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
      className="flex min-h-0 w-[400px] shrink-0 flex-col border-line border-l bg-surface-raised outline-none compact:absolute compact:inset-0 compact:z-40 compact:w-auto"
    >
      <header className="flex h-9 shrink-0 items-center gap-2 border-line border-b pr-1.5 pl-3">
        <h2 className="font-semibold text-ink text-name">{title}</h2>
        <div className="ml-auto flex min-w-0 items-center gap-1">{tools}</div>
        <button
          type="button"
          aria-label={`Close ${title}`}
          onClick={onClose}
          className="grid size-7 place-items-center rounded-control text-ink-muted hover:bg-surface-hover hover:text-ink"
        >
          <CloseIcon />
        </button>
      </header>
      <div className="flex min-h-0 flex-1 flex-col">{children}</div>
    </section>
  );
}
