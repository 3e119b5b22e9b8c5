'use client';

import { Combobox } from '@base-ui/react/combobox';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Dialog } from '@base-ui/react/dialog';
import { useEffect, useMemo, useRef, useState } from 'react';
import { activeFilters, COLUMN_NAMES, NO_FILTERS } from '@/components/board/board-filters';
import { fixtureName } from '@/components/board/fixture-name';
import { SearchIcon } from '@/components/ui/icons';
import { useBoardQuery } from '@/lib/board/address';
import { offeredFacets } from '@/lib/board/facets';
import { find } from '@/lib/board/find';
import { useBoardStore, useFacets } from '@/lib/board/hooks';
import { keepTaste } from '@/lib/board/taste-kept';
import { tasteNow, useTaste } from '@/lib/board/taste-store';
import { createBoardPredicate, LINE_COLUMNS } from '@/lib/protocol/filter';
import { ODDS_FORMATS, type OddsFormat } from '@/lib/protocol/price';
import { useActions } from './actions';
import { handOnAfter } from './hand-on-after';
import { DENSITIES, THEMES } from './taste-words';

/** As many as one looks through; who wants another one types on. */
const SHOWN = 60;

type Entry = {
  id: string;
  label: string;
  /** What it is, behind its name. */
  about: string;
  /** Its key, where it has one. */
  key?: string | undefined;
  run(): void;
};

/** What an entry is of which one is always in effect. */
const kindOf = (kind: string, isOn: boolean) => (isOn ? `${kind}, as now` : kind);

/** The sports, by their tabs: these know their addresses, and how to go there. */
function sportEntries(): Entry[] {
  const tabs = document.querySelectorAll<HTMLElement>('nav[aria-label="Sports"] a');
  return [...tabs].map((tab) => ({
    id: `sport ${tab.textContent}`,
    label: tab.textContent,
    about: kindOf('Sport', tab.hasAttribute('aria-current')),
    run: () => tab.click(),
  }));
}

/** What an odds format is called where one chooses it: the first load has the names, and no room to share them. */
function formatName(odds: OddsFormat): string {
  const option = document.querySelector(`select[aria-label="Odds format"] [value=${odds}]`);
  return option?.textContent ?? odds;
}

function tasteEntries(): Entry[] {
  const taste = tasteNow();
  return [
    ...THEMES.map(([theme, label]) => ({
      id: `theme ${theme}`,
      label,
      about: kindOf('Theme', theme === taste.theme),
      run: () => keepTaste({ ...tasteNow(), theme }),
    })),
    ...DENSITIES.map(([density, label]) => ({
      id: `density ${density}`,
      label,
      about: kindOf('Density', density === taste.density),
      run: () => keepTaste({ ...tasteNow(), density }),
    })),
  ];
}

/** Everything that can be chosen, as it was when the palette was opened: nothing moves while one reads. */
function useEntries(): readonly Entry[] {
  const store = useBoardStore();
  const actions = useActions();
  const facets = useFacets(offeredFacets);
  const [query, setQuery] = useBoardQuery();
  const [entries] = useState(() => {
    const { fixtures } = store.getState().book;
    const isInView = createBoardPredicate(query).fixture;
    const filters = activeFilters(query, (id) => id).length;
    return [
      ...actions
        .filter(({ id }) => id !== 'palette')
        .map(({ id, label, group, key, run }) => ({ id, label, about: group, key, run })),
      {
        id: 'clear filters',
        label: 'Clear all filters',
        about: filters === 0 ? 'None is set' : `${filters} set`,
        // A fixture's own page is left with its fixture.
        run: () => setQuery({ ...NO_FILTERS, ...(query.view === 'fixture' && { view: 'board' }) }),
      },
      ...facets.leagues.map(({ value, label }) => ({
        id: `league ${value}`,
        label,
        about: 'League',
        run: () => setQuery({ league: [value] }),
      })),
      ...facets.markets.map(({ value, label }) => ({
        id: `market ${value}`,
        label,
        about: 'Market',
        run: () => setQuery({ market: [value] }),
      })),
      // The board's columns are its markets.
      ...(query.view === 'board' ? [] : LINE_COLUMNS).map((column) => {
        const others = query.column.filter((one) => one !== column);
        const isOn = others.length < query.column.length;
        return {
          id: `column ${column}`,
          label: COLUMN_NAMES[column],
          about: isOn ? 'Column, shown' : 'Column',
          run: () => setQuery({ column: isOn ? others : [...others, column] }),
        };
      }),
      ...sportEntries(),
      ...ODDS_FORMATS.map((odds) => ({
        id: `odds ${odds}`,
        label: formatName(odds),
        about: kindOf('Odds format', odds === query.odds),
        run: () => setQuery({ odds }),
      })),
      ...tasteEntries(),
      ...[...fixtures.values()].filter(isInView).map((fixture) => ({
        id: `fixture ${fixture.id}`,
        label: fixtureName(fixture.id, fixture),
        about: fixture.league ?? 'Fixture',
        run: () => setQuery({ fixture: [fixture.id] }),
      })),
    ] satisfies Entry[];
  });
  return entries;
}

/** The palette: what is chosen is done once the dialog has gone and the focus is back where it was. */
export default function PaletteDialog({ onClose }: { onClose: () => void }) {
  const entries = useEntries();
  const { keys } = useTaste();
  const [isOpen, setIsOpen] = useState(true);
  const [text, setText] = useState('');
  const { found, count } = useMemo(() => find(entries, text, SHOWN), [entries, text]);
  const search = useRef<HTMLInputElement>(null);
  const chosen = useRef<Entry | null>(null);
  useEffect(
    () => () => {
      const entry = chosen.current;
      // The dialog gives the focus back as it goes, a moment later than this.
      if (entry) requestAnimationFrame(() => handOnAfter(entry.run));
    },
    [],
  );
  return (
    // A strict CSP has no room for the style elements that popups otherwise add.
    <CSPProvider disableStyleElements>
      <Dialog.Root
        open={isOpen}
        onOpenChange={setIsOpen}
        onOpenChangeComplete={(open) => {
          if (!open) onClose();
        }}
      >
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-50 bg-surface/60" />
          <Dialog.Popup
            aria-label="Find"
            initialFocus={search}
            className="fixed top-[12vh] left-1/2 z-50 flex max-h-[min(30rem,70vh)] w-[min(34rem,calc(100vw-16px))] -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line bg-surface-overlay shadow-[0_12px_32px_rgb(0_0_0/0.5)] outline-none"
          >
            <Combobox.Root
              inline
              open
              autoHighlight
              items={found}
              filter={null}
              value={null}
              itemToStringLabel={({ label }: Entry) => label}
              inputValue={text}
              onInputValueChange={(value, { reason }) => {
                // What is chosen goes nowhere but into its own run.
                if (reason !== 'item-press') setText(value);
              }}
              onValueChange={(entry: Entry | null) => {
                if (!entry) return;
                chosen.current = entry;
                setIsOpen(false);
              }}
            >
              <div className="flex h-10 shrink-0 items-center gap-2 border-line-subtle border-b px-3 text-ink-faint">
                <SearchIcon />
                <Combobox.Input
                  ref={search}
                  aria-label="Find an action, league, market or fixture"
                  placeholder="Action, league, market or fixture"
                  className="min-w-0 flex-1 bg-transparent text-name text-ink outline-none placeholder:text-ink-faint"
                />
              </div>
              <Combobox.Empty className="px-3 text-detail text-ink-muted not-empty:py-3">
                Nothing here contains “{text}”.
              </Combobox.Empty>
              <Combobox.List
                aria-label="What was found"
                className="min-h-0 flex-1 scroll-py-1 overflow-y-auto overscroll-contain p-1 outline-none empty:p-0"
              >
                {(entry: Entry) => (
                  <Combobox.Item
                    key={entry.id}
                    value={entry}
                    className="flex min-h-7 items-center gap-3 rounded-[4px] px-2 text-name text-ink outline-none data-highlighted:bg-surface-selected"
                  >
                    <span className="min-w-0 flex-1 truncate max-sm:whitespace-normal max-sm:py-1">
                      {entry.label}
                    </span>
                    <span className="shrink-0 text-detail text-ink-faint">{entry.about}</span>
                    {entry.key !== undefined && (keys || entry.key.length > 1) && (
                      <kbd className="rounded-[3px] border border-line px-1.5 font-sans text-ink-muted text-label">
                        {entry.key}
                      </kbd>
                    )}
                  </Combobox.Item>
                )}
              </Combobox.List>
              {count > found.length && (
                <p className="shrink-0 border-line-subtle border-t px-3 py-1.5 text-detail text-ink-faint">
                  {count - found.length} more: type on
                </p>
              )}
            </Combobox.Root>
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </CSPProvider>
  );
}
