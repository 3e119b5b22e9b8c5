'use client';

import { useEffect, useRef } from 'react';
import { useBoardQuery } from '@/lib/board/address';
import { type Alert, alertLog } from '@/lib/board/alert-log';
import type { AlertKind } from '@/lib/board/alert-rules';
import { alertSettings } from '@/lib/board/alert-settings';
import { createAlertEngine, createBurstGuard, type Fired, HUSH_MS } from '@/lib/board/alerts';
import { useBoardStore } from '@/lib/board/hooks';
import { versionsOf } from '@/lib/board/rows';
import type { HeldBook } from '@/lib/protocol/held-book';
import { alertOf, deliver } from './alert-delivery';
import { armSounds } from './alert-sounds';
import { AlertToasts } from './alert-toasts';
import { useTelling } from './use-telling';

/** The version that the view shows where it asks for none. */
function standardVersion(book: HeldBook): number | null {
  return versionsOf(book, book.fixtureIds(), null, undefined).version;
}

type Props = {
  /** Epoch ms at which the board was opened. */
  openedAt: number;
  /** Whether a panel stands where alerts would be shown. */
  isBesidePanel: boolean;
  onOpenLog: () => void;
};

/** Applies the rules to what the stream brings, and tells what they find. Loaded where there is any rule. */
export default function AlertsHost({ openedAt, isBesidePanel, onOpenLog }: Props) {
  const store = useBoardStore();
  const [{ version }] = useBoardQuery();
  const telling = useTelling();
  const newest = useRef({ telling, version });
  newest.current = { telling, version };

  useEffect(() => {
    const settings = alertSettings();
    const log = alertLog();
    const engine = createAlertEngine(settings.getState().rules);
    let standard = standardVersion(store.getState().book);
    let stopNews: (() => void) | null = null;
    let endHush: ReturnType<typeof setTimeout> | undefined;

    const rulesOf = (ids: Iterable<string>) => {
      const wanted = new Set(ids);
      return settings.getState().rules.filter(({ id }) => wanted.has(id));
    };
    const guard = createBurstGuard<Alert>({
      now: Date.now,
      setTimer: (callback, delayMs) => {
        const id = setTimeout(callback, delayMs);
        return () => clearTimeout(id);
      },
      nextId: log.nextId,
      onAlert: (alert) => {
        const told = { id: alert.id, at: alert.at, count: 1, parts: [alert] };
        deliver(told, rulesOf([alert.ruleId]), newest.current.telling);
      },
      onBurst: ({ id, count, parts, byRule }, replaced) => {
        const rules = rulesOf(byRule.keys());
        const kinds = new Map<AlertKind, number>();
        for (const { id: own, when } of rules) {
          kinds.set(when.kind, (kinds.get(when.kind) ?? 0) + (byRule.get(own) ?? 0));
        }
        const byKind = [...kinds].sort(([, a], [, b]) => b - a);
        const told = { id, at: parts[0]?.at ?? Date.now(), count, parts, byKind };
        deliver(told, rules, newest.current.telling, { replaced });
      },
    });
    const tell = (fired: readonly Fired[]) => {
      if (fired.length > 0) guard.add(fired.map((one) => alertOf(one, newest.current.telling)));
    };
    /** What was reached while nothing was told, once what is shown is known to hold. */
    const settle = () => {
      const { book, feed, load } = store.getState();
      if (feed.state !== 'live' || load.state !== 'complete' || load.at === null) return;
      tell(engine.settle(book, newest.current.version ?? standard, Date.now()));
    };
    const tellFeed = () => tell(engine.feed(store.getState().feed.state, Date.now()));
    const hush = (from: number) => {
      engine.hush(from, from + HUSH_MS);
      clearTimeout(endHush);
      // A feed that was bad all the while changes nothing that would tell of it.
      endHush = setTimeout(
        () => {
          tellFeed();
          settle();
        },
        from + HUSH_MS - Date.now() + 1,
      );
    };
    /** Listens for as long as something could apply: what nobody listens to is not gathered. */
    const listen = () => {
      const { rules } = settings.getState();
      engine.setRules(rules);
      const isWanted = rules.some(({ isOn, when }) => isOn && when.kind !== 'feed');
      if (isWanted && !stopNews) {
        engine.forget();
        stopNews = store.onNews((news) => {
          const shown = newest.current.version ?? standard;
          tell(engine.news(news, store.getState().book, shown));
        });
      } else if (!isWanted) {
        stopNews?.();
        stopNews = null;
      }
    };

    listen();
    hush(openedAt);
    const stopRules = settings.subscribe(({ rules }, before) => {
      if (rules === before.rules) return;
      listen();
      settle();
    });
    const stopStore = store.subscribe(({ feed, load }, before) => {
      if (load.at !== before.load.at) {
        engine.forget();
        standard = standardVersion(store.getState().book);
      }
      if (feed.state !== before.feed.state) tellFeed();
      const isKnown = feed.state === 'live' && load.state === 'complete';
      const wasKnown = before.feed.state === 'live' && before.load.state === 'complete';
      if (isKnown && (!wasKnown || load.at !== before.load.at)) settle();
    });
    const onPageShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted) hush(Date.now());
    };
    window.addEventListener('pageshow', onPageShow);
    const disarm = armSounds();
    return () => {
      window.removeEventListener('pageshow', onPageShow);
      stopStore();
      stopRules();
      stopNews?.();
      clearTimeout(endHush);
      guard.close();
      disarm();
    };
  }, [store, openedAt]);

  return <AlertToasts isBesidePanel={isBesidePanel} onOpenLog={onOpenLog} />;
}
