'use client';

import { lazy, Suspense, useId, useRef, useState } from 'react';
import { ChevronIcon } from './icons';
import type { Option } from './option';

type Props = {
  /** The button's whole accessible name. */
  label: string;
  options: readonly Option[];
  selected: readonly string[];
  onChange: (selected: string[]) => void;
};

// The listbox and its positioning are half of what the page would otherwise load before the first price.
const loadPopup = () => import('./multi-select-popup');
const MultiSelectPopup = lazy(loadPopup);

/** A button that opens a searchable listbox in which several options can be on. */
export function MultiSelect({ label, options, selected, onChange }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const countId = useId();
  const isOn = selected.length > 0;
  return (
    <>
      <button
        ref={trigger}
        type="button"
        aria-haspopup="listbox"
        aria-expanded={isOpen}
        aria-label={label}
        aria-describedby={isOn ? countId : undefined}
        onPointerEnter={loadPopup}
        onFocus={loadPopup}
        onClick={() => {
          setWasOpened(true);
          setIsOpen((open) => !open);
        }}
        className={`inline-flex h-7 shrink-0 items-center gap-1.5 rounded-control border px-2 text-detail hover:bg-surface-hover ${
          isOn
            ? 'border-accent/50 bg-surface-selected text-ink'
            : 'border-line text-ink-muted hover:text-ink'
        } ${isOpen ? 'bg-surface-hover text-ink' : ''}`}
      >
        {label}
        {isOn && (
          <span
            id={countId}
            className="min-w-4 rounded-[3px] bg-accent px-1 text-center text-label font-semibold text-surface"
          >
            {selected.length}
            <span className="sr-only"> selected</span>
          </span>
        )}
        <ChevronIcon className="-mr-0.5 size-3 text-ink-faint" />
      </button>
      {wasOpened && (
        <Suspense fallback={null}>
          <MultiSelectPopup
            label={label}
            options={options}
            selected={selected}
            onChange={onChange}
            isOpen={isOpen}
            onOpenChange={setIsOpen}
            anchor={trigger}
          />
        </Suspense>
      )}
    </>
  );
}
