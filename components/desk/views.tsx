'use client';

import { useState } from 'react';
import { NO_FILTERS } from '@/components/board/board-filters';
import { FileButton } from '@/components/ui/file-button';
import { CloseIcon } from '@/components/ui/icons';
import { RouteLink } from '@/components/ui/route-link';
import { useBoardQuery } from '@/lib/board/address';
import { useBoardStore, useSport } from '@/lib/board/hooks';
import { parseKept } from '@/lib/board/kept';
import { boardHref } from '@/lib/board/query-state';
import { NAME_LENGTH, readViews, type SavedView } from '@/lib/board/views';
import { download } from './download';
import {
  forgetStart,
  keepStart,
  keepViews,
  savedViews,
  useKept,
  useStart,
  watchedFixtures,
} from './kept-views';
import { BUTTON, handOn, Panel, type PanelProps, Press } from './panel';

const ICON_BUTTON =
  'grid size-7 shrink-0 place-items-center rounded-control text-ink-faint hover:bg-surface-hover hover:text-ink';

/** Views with names, and the fixtures that are watched: each a link like any other. */
export default function Views({ onClose }: PanelProps) {
  const [said, setSaid] = useState<readonly string[]>(savedViews.problems());
  const views = useKept(savedViews);
  const say = (isKept: boolean, ...more: readonly string[]) =>
    setSaid(
      isKept ? more : ['This browser keeps nothing: it holds until the page is closed.', ...more],
    );
  return (
    <Panel
      title="Views"
      onClose={onClose}
      tools={
        <>
          {views.length > 0 && (
            <button
              type="button"
              className={BUTTON}
              onClick={() =>
                download('odds-board-views.json', `${JSON.stringify({ views }, null, 2)}\n`, 'json')
              }
            >
              Export
            </button>
          )}
          <FileButton
            label="Import"
            accept="application/json,.json"
            className={BUTTON}
            onText={(text) => {
              const parsed = text === null ? null : parseKept(text);
              if (!parsed) {
                setSaid(['The file is no JSON: nothing was changed.']);
                return;
              }
              const { value, problems } = readViews(parsed.json);
              const isKept = keepViews(value);
              say(isKept, `${value.length} taken over.`, ...problems);
            }}
          />
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto pb-3">
        <Save onSaved={say} />
        <div role="status" className="px-3 text-detail text-ink-muted">
          {said.map((sentence) => (
            <p key={sentence} className="break-words py-0.5">
              {sentence}
            </p>
          ))}
        </div>
        <SavedList views={views} onChanged={say} />
        <WatchedList onChanged={say} />
      </div>
    </Panel>
  );
}

type Said = (isKept: boolean) => void;

function Save({ onSaved }: { onSaved: Said }) {
  const [name, setName] = useState('');
  const { sport } = useSport();
  const [query] = useBoardQuery();
  return (
    <form
      className="flex items-end gap-2 px-3 pt-3 pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return;
        const view = { name: name.trim(), href: boardHref(sport, query) };
        onSaved(keepViews([view]));
        setName('');
      }}
    >
      <label className="flex min-w-0 flex-1 flex-col gap-1 text-ink-faint text-label">
        Name of this view
        <input
          value={name}
          maxLength={NAME_LENGTH}
          onChange={(event) => setName(event.target.value)}
          className="h-7 rounded-control border border-line bg-surface px-2 text-detail text-ink"
        />
      </label>
      <button type="submit" className={BUTTON}>
        Save
      </button>
    </form>
  );
}

function SavedList({ views, onChanged }: { views: readonly SavedView[]; onChanged: Said }) {
  const start = useStart();
  return (
    <section aria-label="Saved views">
      <h3 className="px-3 pt-3 pb-1 text-ink-faint text-label">Saved views</h3>
      {views.length === 0 && (
        <p className="px-3 py-1 text-detail text-ink-muted">None yet. A view is its address.</p>
      )}
      <ul>
        {views.map(({ name, href }) => {
          const isStart = href === start;
          return (
            <li key={name} className="flex items-center gap-1 pr-1.5 pl-3 hover:bg-surface-hover">
              <RouteLink
                href={href}
                title={href}
                className="min-w-0 flex-1 truncate py-1.5 text-ink text-name"
              >
                {name}
              </RouteLink>
              <button
                type="button"
                aria-pressed={isStart}
                aria-label={`Start with ${name}`}
                title={isStart ? 'The board starts with this view' : 'Start with this view'}
                onClick={() => (isStart ? forgetStart() : keepStart(href))}
                className="h-7 shrink-0 rounded-control px-2 text-ink-faint text-label hover:text-ink aria-pressed:bg-surface-selected aria-pressed:text-ink"
              >
                {isStart ? 'Start page' : 'Start'}
              </button>
              <button
                type="button"
                aria-label={`Forget ${name}`}
                title="Forget"
                onClick={({ currentTarget }) => {
                  handOn(currentTarget);
                  if (isStart) forgetStart();
                  onChanged(savedViews.set(views.filter((one) => one.name !== name)));
                }}
                className={ICON_BUTTON}
              >
                <CloseIcon />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function WatchedList({ onChanged }: { onChanged: Said }) {
  const { sport } = useSport();
  const [query] = useBoardQuery();
  const all = useKept(watchedFixtures);
  const watched = all.filter((one) => one.sport === sport);
  const at = useBoardStore().past?.position ?? null;
  return (
    <section aria-label="Watch list">
      <h3 className="px-3 pt-4 pb-1 text-ink-faint text-label">Watch list</h3>
      {watched.length === 0 ? (
        <p className="px-3 py-1 text-detail text-ink-muted">
          Empty. With a price in focus,{' '}
          <Press letter="p" action="Watch the fixture in focus, or watch it no more" /> puts its
          fixture here.
        </p>
      ) : (
        <RouteLink
          href={boardHref(sport, {
            ...query,
            ...NO_FILTERS,
            at,
            fixture: watched.map(({ id }) => id),
          })}
          className="block px-3 py-1.5 text-accent text-name hover:underline"
        >
          {watched.length === 1 ? 'Show it alone' : `Show these ${watched.length} alone`}
        </RouteLink>
      )}
      <ul>
        {watched.map((one) => (
          <li key={one.id} className="flex items-center gap-1 pr-1.5 pl-3 hover:bg-surface-hover">
            <RouteLink
              href={boardHref(sport, {
                ...query,
                ...NO_FILTERS,
                at,
                view: 'lines',
                fixture: [one.id],
              })}
              className="min-w-0 flex-1 truncate py-1.5 text-ink text-name"
            >
              {one.name}
            </RouteLink>
            <button
              type="button"
              aria-label={`Watch ${one.name} no more`}
              title="Watch no more"
              onClick={({ currentTarget }) => {
                handOn(currentTarget);
                onChanged(watchedFixtures.set(all.filter(({ id }) => id !== one.id)));
              }}
              className={ICON_BUTTON}
            >
              <CloseIcon />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
