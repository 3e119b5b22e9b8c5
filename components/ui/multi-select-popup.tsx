'use client';

import { Combobox } from '@base-ui/react/combobox';
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { CheckIcon, ChevronIcon, SearchIcon } from './icons';
import type { Option } from './option';
import { Popup } from './popup';

type Props = {
  label: string;
  options: readonly Option[];
  selected: readonly string[];
  onChange: (selected: string[]) => void;
  isOrdered?: boolean;
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
  isOrdered = false,
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
  const chosen = selected.flatMap((value) => items.find((option) => option.value === value) ?? []);
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
        {text === '' ? 'Nothing to choose from yet.' : `No option contains “${text}”.`}
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
      {isOrdered && chosen.length > 1 && <OrderOfChosen chosen={chosen} onChange={onChange} />}
    </Combobox.Root>
  );
}

/** What was chosen, in its order, each with buttons that move it. */
function OrderOfChosen({
  chosen,
  onChange,
}: {
  chosen: readonly Option[];
  onChange: (values: string[]) => void;
}) {
  const list = useRef<HTMLOListElement>(null);
  /** The button that was pressed: it has moved, and an element that moves loses the focus. */
  const pressed = useRef<string | null>(null);
  useLayoutEffect(() => {
    const button = pressed.current && list.current?.querySelector<HTMLElement>(pressed.current);
    pressed.current = null;
    if (button) button.focus();
  });
  const move = (from: number, to: number) => {
    const values = chosen.map(({ value }) => value);
    values.splice(to, 0, ...values.splice(from, 1));
    const isAtEnd = to === 0 || to === values.length - 1;
    const way = to < from === isAtEnd ? 'later' : 'earlier';
    pressed.current = `[data-place="${to}"] [data-move="${way}"]`;
    onChange(values);
  };
  return (
    <ol
      ref={list}
      aria-label="Order of what is chosen"
      className="max-h-40 shrink-0 overflow-y-auto border-line-subtle border-t p-1"
    >
      {chosen.map(({ value, label }, index) => (
        <li
          key={value}
          data-place={index}
          className="flex h-7 items-center gap-1 pr-1 pl-2 text-ink-muted text-name"
        >
          <span className="w-4 text-ink-faint text-label tabular-nums">{index + 1}</span>
          <span className="min-w-0 flex-1 truncate">{label}</span>
          {WAYS.map(({ name, by, turn }) => (
            <button
              key={name}
              type="button"
              data-move={name}
              aria-label={`Move ${label} ${name}, now ${index + 1} of ${chosen.length}`}
              disabled={index + by < 0 || index + by >= chosen.length}
              onClick={() => move(index, index + by)}
              className="grid size-6 place-items-center rounded-control hover:bg-surface-hover hover:text-ink disabled:pointer-events-none disabled:opacity-30"
            >
              <ChevronIcon className={`size-3 ${turn}`} />
            </button>
          ))}
        </li>
      ))}
    </ol>
  );
}

const WAYS = [
  { name: 'earlier', by: -1, turn: 'rotate-180' },
  { name: 'later', by: 1, turn: '' },
];
