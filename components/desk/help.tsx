'use client';

import { useTaste } from '@/lib/board/taste-store';
import { type Action, useActions } from './actions';
import { Panel, type PanelProps } from './panel';

/** Keys that the grid itself answers. */
const GRID_KEYS: readonly [keys: string, what: string][] = [
  ['↑ ↓ ← →', 'From cell to cell'],
  ['Page Up, Page Down', 'Up or down by a screen'],
  ['Home End', 'First or last cell of the row'],
  ['Ctrl Home, Ctrl End', 'First or last row'],
  ['Tab', 'Into the grid and out of it'],
  ['Enter', 'What happened to the price, or where a link leads'],
  ['Ctrl C', 'Copies the price'],
];

const SEARCH_KEYS: readonly [keys: string, what: string][] = [
  ['Enter', 'Goes on to what was found'],
  ['Escape', 'Clears the text, then goes on'],
];

/** Keys that are there wherever one is, or while something is open. */
const OTHER_KEYS: readonly [keys: string, what: string][] = [
  ['Ctrl K, ⌘ K', 'Find an action, league, market or fixture'],
  ['T', 'Holds the tape still, while it is open'],
  ['Escape', 'Closes the panel or list that has the focus'],
];

function Keys({ title, keys }: { title: string; keys: readonly (readonly [string, string])[] }) {
  return (
    <>
      <h3 className="px-3 pt-3 pb-1 text-ink-faint text-label">{title}</h3>
      <dl>
        {keys.map(([key, what]) => (
          <div key={what} className="flex items-center gap-3 px-3 py-1">
            <dt className="w-32 shrink-0">
              <kbd className="whitespace-nowrap rounded-[3px] border border-line px-1.5 py-0.5 font-sans text-detail text-ink">
                {key}
              </kbd>
            </dt>
            <dd className="text-detail text-ink-muted">{what}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function keyed(actions: readonly Action[], group: string): [string, string][] {
  return actions.flatMap(({ group: own, key, label }) =>
    own === group && key !== undefined ? [[key, label] satisfies [string, string]] : [],
  );
}

/** The help sheet: every key there is. */
export default function Help({ onClose }: PanelProps) {
  const actions = useActions();
  const { keys } = useTaste();
  const groups = [
    ...new Set(actions.filter(({ key }) => key !== undefined).map((one) => one.group)),
  ];
  return (
    <Panel title="Keys" onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto pb-3">
        {!keys && (
          <p className="px-3 pt-3 text-detail text-ink-muted">
            Single keys are off, by the settings: those of the grid, and what has a button, work.
          </p>
        )}
        <Keys title="In the grid" keys={GRID_KEYS} />
        <Keys title="In the search" keys={SEARCH_KEYS} />
        <Keys title="Everywhere" keys={OTHER_KEYS} />
        {groups.map((group) => (
          <Keys key={group} title={group} keys={keyed(actions, group)} />
        ))}
      </div>
    </Panel>
  );
}
