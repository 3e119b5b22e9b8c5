'use client';

import { Combobox } from '@base-ui/react/combobox';
import { type RefObject, useMemo, useRef, useState } from 'react';
import { CheckIcon, SearchIcon } from './icons';
import type { Option } from './option';
import { Popup } from './popup';

type Props = {
  label: string;
  options: readonly Option[];
  selected: readonly string[];
  onChange: (selected: string[]) => void;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  anchor: RefObject<HTMLButtonElement | null>;
};

/** The listbox of a MultiSelect with its search field; loaded when it is first wanted. */
export default function MultiSelectPopup(props: Props) {
  const search = useRef<HTMLInputElement>(null);
  return (
    <Popup
      label={`Filter by ${props.label.toLowerCase()}`}
      isOpen={props.isOpen}
      onOpenChange={props.onOpenChange}
      anchor={props.anchor}
      align="start"
      initialFocus={search}
      className="w-72"
    >
      <Options {...props} search={search} />
    </Popup>
  );
}

function Options({
  label,
  options,
  selected,
  onChange,
  search,
}: Props & { search: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState('');
  // Selected options lead, by what was selected on opening: nothing moves under the pointer.
  const [leading] = useState(() => new Set(selected));
  const items = useMemo(() => {
    const known = new Set(options.map((option) => option.value));
    const gone = selected
      .filter((value) => !known.has(value))
      .map((value) => ({ value, label: value, count: 0 }));
    const all = [...gone, ...options];
    return [
      ...all.filter((option) => leading.has(option.value)),
      ...all.filter((option) => !leading.has(option.value)),
    ];
  }, [options, selected, leading]);
  const chosen = items.filter((option) => selected.includes(option.value));
  return (
    <Combobox.Root
      inline
      open
      multiple
      autoHighlight
      items={items}
      value={chosen}
      isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
      itemToStringLabel={(option: Option) => option.label}
      inputValue={text}
      onInputValueChange={setText}
      onValueChange={(value: Option[]) => onChange(value.map((option) => option.value))}
    >
      <div className="flex h-9 shrink-0 items-center gap-2 border-line-subtle border-b px-2.5 text-ink-faint">
        <SearchIcon />
        <Combobox.Input
          ref={search}
          aria-label="Search options"
          placeholder="Search"
          className="min-w-0 flex-1 bg-transparent text-name text-ink outline-none placeholder:text-ink-faint"
        />
        {selected.length > 0 && (
          <button
            type="button"
            className="rounded-control px-1.5 py-0.5 text-detail text-ink-muted hover:bg-surface-hover hover:text-ink"
            onClick={() => onChange([])}
          >
            Clear
          </button>
        )}
      </div>
      <Combobox.Empty className="px-3 text-detail text-ink-muted not-empty:py-3">
        No option contains “{text}”.
      </Combobox.Empty>
      <Combobox.List
        aria-label={`Options of ${label.toLowerCase()}`}
        className="min-h-0 flex-1 scroll-py-1 overflow-y-auto overscroll-contain p-1 outline-none empty:p-0"
      >
        {(option: Option) => (
          <Combobox.Item
            key={option.value}
            value={option}
            className="group flex h-7 items-center gap-2 rounded-[4px] px-2 text-name text-ink-muted outline-none data-highlighted:bg-surface-selected data-highlighted:text-ink data-selected:text-ink"
          >
            <span
              aria-hidden="true"
              className="grid size-3.5 shrink-0 place-items-center rounded-[3px] border border-line text-surface group-data-selected:border-accent group-data-selected:bg-accent"
            >
              <Combobox.ItemIndicator>
                <CheckIcon className="size-3 stroke-[2.5]" />
              </Combobox.ItemIndicator>
            </span>
            <span className="min-w-0 flex-1 truncate" title={option.label}>
              {option.label}
            </span>
            {option.count !== null && (
              <span aria-hidden="true" className="text-detail text-ink-faint tabular-nums">
                {option.count}
              </span>
            )}
          </Combobox.Item>
        )}
      </Combobox.List>
    </Combobox.Root>
  );
}
