'use client';

import { useId, useRef, useState } from 'react';
import { CountMark } from './count-mark';
import { ChevronIcon } from './icons';
import type { Option } from './option';
import { usePart } from './use-part';

type Props = {
  /** The button's whole accessible name. */
  label: string;
  options: readonly Option[];
  selected: readonly string[];
  onChange: (selected: string[]) => void;
  /** What is selected is shown in the order in which it is: the listbox lets one change that. */
  isOrdered?: boolean;
};

// The listbox and its positioning are half of what the page would otherwise load before the first price.
const loadPopup = () => import('./multi-select-popup');

/** A button that opens a searchable listbox in which several options can be on. */
export function MultiSelect({ label, options, selected, onChange, isOrdered }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [MultiSelectPopup, want] = usePart(loadPopup);
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
        aria-describedby={isOn ? countId : undefined}
        onPointerEnter={want}
        onFocus={want}
        onClick={() => {
          want();
          setIsOpen((open) => !open);
        }}
        className={`inline-flex h-7 shrink-0 items-center gap-1.5 rounded-control border px-2 text-detail hover:bg-surface-hover ${
          isOn
            ? 'border-accent/50 bg-surface-selected text-ink'
            : 'border-line text-ink-muted hover:text-ink'
        } ${isOpen ? 'bg-surface-hover text-ink' : ''}`}
      >
        {label}
        {isOn && <CountMark count={selected.length} />}
        <ChevronIcon className="-mr-0.5 size-3 text-ink-faint" />
      </button>
      {isOn && (
        // Beside the button, not in it: its name stays the filter's.
        <span id={countId} hidden>
          {selected.length} selected
        </span>
      )}
      {MultiSelectPopup && (
        <MultiSelectPopup
          label={label}
          options={options}
          selected={selected}
          onChange={onChange}
          isOrdered={isOrdered}
          isOpen={isOpen}
          onOpenChange={setIsOpen}
          anchor={trigger}
        />
      )}
    </>
  );
}
