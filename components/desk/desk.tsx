'use client';

import { useCallback, useEffect, useState } from 'react';
import { fixtureName, knownFixtureName } from '@/components/board/fixture-name';
import { usePart } from '@/components/ui/use-part';
import { useBoardQuery, useOpenHistory } from '@/lib/board/address';
import { useBoardStore, useLoad, useSport, useZoneCookie } from '@/lib/board/hooks';
import { boardHref } from '@/lib/board/query-state';
import { followTaste } from '@/lib/board/taste-kept';
import { momentWords, viewWords } from '@/lib/board/view-words';
import { toggleWatched } from '@/lib/board/views';
import { useAction, useActionKeys, useKeyTitle } from './actions';
import { AlertsSlot, MuteButton } from './alerts-slot';
import { BoardKeys } from './board-keys';
import { CellCard } from './cell-card';
import { FeedAnnouncer } from './feed-announcer';
import { Figures } from './figures';
import { Freeze } from './freeze';
import { useKept, watchedFixtures } from './kept-views';
import { OddCopy } from './odd-copy';
import { oddIdInFocus } from './odd-in-focus';
import { addPageStyle } from './page-style';
import { Palette } from './palette';
import { BUTTON, Panel, type PanelProps } from './panel';
import { PANELS, type PanelEntry } from './panels';
import { Said, say } from './said';
import { useTapeRecorder } from './tape-record';

/** Opened by a price and by the address, not from the rail. */
const HISTORY = { label: 'History', load: () => import('./history') } satisfies Partial<PanelEntry>;

/** What a trader has around the board: a rail of panels, one of them open, and the keys. */
export default function Desk() {
  useActionKeys();
  useWatchAction();
  useWatchedStars();
  useViewTitle();
  useLiveLink();
  useTapeRecorder();
  useEffect(followTaste, []);
  useZoneCookie();
  const [open, setOpen] = useState<string | null>(null);
  const [historyOf, openHistory] = useOpenHistory();
  const { past } = useBoardStore();
  const close = useCallback(() => setOpen(null), []);
  const isHistory = historyOf !== null;
  const toggle = (name: string) => {
    // What the address opened stands before the panel, which comes back with it closed.
    if (isHistory) openHistory(null);
    setOpen((before) => (before === name && !isHistory ? null : name));
  };
  const entry = PANELS.find(({ name }) => name === open);
  return (
    <>
      <Said />
      {!past && <FeedAnnouncer />}
      <OddCopy />
      <BoardKeys />
      <Figures />
      <Freeze />
      <CellCard />
      <Palette />
      {isHistory && <OpenPanel entry={HISTORY} onClose={() => openHistory(null)} />}
      {!isHistory && entry && <OpenPanel key={entry.name} entry={entry} onClose={close} />}
      <AlertsSlot
        isBesidePanel={isHistory || entry !== undefined}
        onOpen={() => {
          if (isHistory) openHistory(null);
          setOpen('alerts');
        }}
      />
      <nav
        aria-label="Panels"
        className="flex w-10 shrink-0 flex-col items-center gap-1 border-line-subtle border-l bg-surface-raised py-1.5 compact:hidden"
      >
        {PANELS.map((panel) => (
          <RailButton
            key={panel.name}
            panel={panel}
            isOpen={panel.name === open && !isHistory}
            onToggle={() => toggle(panel.name)}
          />
        ))}
        <MuteButton />
      </nav>
    </>
  );
}

/** Keeps the tab's title at what the view shows: filters change without the server, which wrote the first one. */
function useViewTitle(): void {
  const [query] = useBoardQuery();
  const store = useBoardStore();
  const { state } = useLoad();
  // biome-ignore lint/correctness/useExhaustiveDependencies: who plays is known once the snapshot is.
  useEffect(() => {
    const { book } = store.getState();
    const nameOf = (id: string) => knownFixtureName(id, book.fixtures.get(id));
    const sport = document.title.split(' · ').at(-2) ?? '';
    const moment = store.past ? [momentWords(store.past.ms)] : [];
    document.title = [...moment, ...viewWords(query, nameOf), sport, 'Odds Board'].join(' · ');
  }, [query, store, state]);
}

/** Keeps the way from a past board to the live one at the view that is shown; its notice is the server's. */
function useLiveLink(): void {
  const [query] = useBoardQuery();
  const { sport } = useSport();
  useEffect(() => {
    document.querySelector('[data-past] a')?.setAttribute('href', boardHref(sport, query));
  }, [sport, query]);
}

/** A star beside each fixture that is watched (`--watched` in globals.css), for which no row is rendered. */
function useWatchedStars(): void {
  const watched = useKept(watchedFixtures);
  useEffect(() => {
    if (watched.length === 0) return;
    const those = watched.map(({ id }) => `[data-fixture-id="${CSS.escape(id)}"]`);
    return addPageStyle(`:is(${those.join()}) { --watched: "★" / "Watched"; }`);
  }, [watched]);
}

/** Puts the fixture of what is in focus on the watch list, or takes it away. */
function useWatchAction(): void {
  const store = useBoardStore();
  useAction({
    id: 'watch',
    label: 'Watch the fixture in focus, or watch it no more',
    group: 'Marks',
    key: 'p',
    run: () => {
      const { book, sport } = store.getState();
      const fixtureOf = document.activeElement?.closest<HTMLElement>('[data-fixture-id]');
      const id = book.odds.get(oddIdInFocus() ?? '')?.fixtureId ?? fixtureOf?.dataset.fixtureId;
      if (!id) {
        say('Go to a price first: its fixture is the one to watch.');
        return;
      }
      const fixture = { id, sport, name: fixtureName(id, book.fixtures.get(id)) };
      const watched = toggleWatched(watchedFixtures.get(), fixture);
      watchedFixtures.set(watched);
      say(`${fixture.name}: ${watched.includes(fixture) ? 'watched' : 'watched no more'}`);
    },
  });
}

function OpenPanel({ entry, onClose }: { entry: Pick<PanelEntry, 'label' | 'load'> } & PanelProps) {
  const [Body, want, isFailed] = usePart(entry.load);
  const [isWanted, setIsWanted] = useState(false);
  if (!isWanted) {
    setIsWanted(true);
    want();
  }
  if (Body) return <Body onClose={onClose} />;
  if (!isFailed) return null;
  return (
    <Panel title={entry.label} onClose={onClose}>
      <div role="alert" className="flex flex-col items-start gap-2 p-3 text-detail text-ink-muted">
        <p>
          This part of the board could not be loaded: the server is away, or there is a newer board.
        </p>
        <span className="flex gap-1.5">
          <button type="button" onClick={want} className={BUTTON}>
            Try again
          </button>
          <button type="button" onClick={() => window.location.reload()} className={BUTTON}>
            Reload
          </button>
        </span>
      </div>
    </Panel>
  );
}

function RailButton({
  panel,
  isOpen,
  onToggle,
}: {
  panel: PanelEntry;
  isOpen: boolean;
  onToggle: () => void;
}) {
  useAction({
    id: `panel ${panel.name}`,
    label: panel.label,
    group: 'Panels',
    key: panel.key,
    run: onToggle,
  });
  return (
    <button
      type="button"
      aria-label={panel.label}
      aria-expanded={isOpen}
      title={useKeyTitle(panel.label, panel.key)}
      onClick={onToggle}
      className="grid size-8 place-items-center rounded-control text-ink-muted hover:bg-surface-hover hover:text-ink aria-expanded:bg-surface-selected aria-expanded:text-ink"
    >
      {panel.icon}
    </button>
  );
}
