'use client';

import { type ComponentType, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { fixtureName } from '@/components/board/fixture-name';
import { type AlertScope, EVERYWHERE } from '@/lib/board/alert-rules';
import { alertSettings } from '@/lib/board/alert-settings';
import { useBoardStore } from '@/lib/board/hooks';
import type { BoardStore } from '@/lib/board/store';
import { useAction, useKeyTitle } from './actions';
import { beginRule } from './begin-rule';
import { MuteIcon } from './desk-icons';
import { oddIdInFocus } from './odd-in-focus';

type HostProps = { openedAt: number; isBesidePanel: boolean; onOpenLog: () => void };
type Props = Pick<HostProps, 'isBesidePanel'> & { onOpen: () => void };

/** Where the odd in focus is; everywhere while none is. */
function scopeInFocus(store: BoardStore): AlertScope {
  const { book } = store.getState();
  const odd = book.odds.get(oddIdInFocus() ?? '');
  if (!odd) return EVERYWHERE;
  const name = fixtureName(odd.fixtureId, book.fixtures.get(odd.fixtureId));
  return {
    league: odd.league || null,
    market: odd.market,
    fixture: { id: odd.fixtureId, name },
    odd: { id: odd.id, name: odd.name },
  };
}

/** The server may be away, or being started anew. */
const AGAIN_MS = 10_000;

/** Room for alerts: their keys are always there, what applies the rules comes where there is any. */
export function AlertsSlot({ isBesidePanel, onOpen }: Props) {
  const store = useBoardStore();
  const settings = alertSettings();
  const hasRules = useStore(settings, ({ rules }) => rules.length > 0);
  const [openedAt] = useState(Date.now);
  const [Host, setHost] = useState<ComponentType<HostProps> | null>(null);
  useEffect(() => {
    if (!hasRules) return;
    let isCurrent = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    // Rules that read as on must not be without what applies them until somebody reloads.
    const load = () =>
      import('./alerts-host').then(
        (module) => {
          if (isCurrent) setHost(() => module.default);
        },
        () => {
          if (isCurrent) again = setTimeout(load, AGAIN_MS);
        },
      );
    void load();
    return () => {
      isCurrent = false;
      clearTimeout(again);
    };
  }, [hasRules]);
  useAction({
    id: 'alert here',
    label: 'Alert on the odd in focus',
    group: 'Prices',
    key: 'A',
    run: () => {
      beginRule(scopeInFocus(store));
      onOpen();
    },
  });
  return (
    Host &&
    hasRules && <Host openedAt={openedAt} isBesidePanel={isBesidePanel} onOpenLog={onOpen} />
  );
}

/** Mutes all alerts and says that they are muted; by its key wherever one is. */
export function MuteButton() {
  const settings = alertSettings();
  const isMuted = useStore(settings, (state) => state.isMuted);
  const toggle = () => settings.setMuted(!settings.getState().isMuted);
  useAction({
    id: 'alert mute',
    label: 'Mute alerts, or not',
    group: 'View',
    key: 'm',
    run: toggle,
  });
  return (
    <button
      type="button"
      aria-label="Mute alerts"
      aria-pressed={isMuted}
      title={useKeyTitle(isMuted ? 'Alerts are muted' : 'Mute alerts', 'm')}
      onClick={toggle}
      className="mt-auto grid size-8 place-items-center rounded-control text-ink-faint hover:bg-surface-hover hover:text-ink aria-pressed:bg-surface-selected aria-pressed:text-feed-late"
    >
      <MuteIcon isMuted={isMuted} />
    </button>
  );
}
