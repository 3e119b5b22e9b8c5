/**
 * The process's figures as Prometheus reads them. What happens often is added to plain numbers and handed to the
 * library when somebody scrapes. No label carries what a viewer or the vendor can write: sports are those of open hubs,
 * reasons are our own words, and both have a bound.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FeedState } from '@/lib/protocol/events';
import type { Health } from './feed';
import type { Meter } from './meter';

export type Metrics = {
  readonly meter: Meter;
  /** What the text is, for the answer's header. */
  readonly contentType: string;
  /** All figures in Prometheus' text format; those of the feed are left out while there is none. */
  text(health: Health | null): Promise<string>;
};

/** From a write within the same tick to one that a person sees. */
const LAG_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const STATES: readonly FeedState[] = ['connecting', 'live', 'late', 'dead'];
/** Connections of a sport that have a series of their own; the oldest frame of all others goes under `more`. */
const MOST_CONNECTIONS = 32;
/** Distinct reasons of one counter; a word beyond them is counted as `other`. */
const MOST_REASONS = 32;
const REASON = /^[a-z][a-z0-9-]{0,39}$/;

/** How often the event loop is looked at, and for how long at least what was seen is told. */
const LOOP_RESOLUTION_MS = 25;
const LOOP_WINDOW_MS = 30_000;
/** The library's own look at the loop wakes the process for figures that are left out: it is as rare as can be. */
const LIBRARY_RESOLUTION_MS = 3_600_000;
const LOOP_PERCENTILES = [50, 90, 99, 100];

/** Figures of the library's that are not served. */
const LEFT_OUT = [
  // A walk over all sockets at each scrape, for what `board_viewers` tells.
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  // Begun anew at each scrape, so that two who scrape take them from each other; ours lasts.
  'nodejs_eventloop_lag_seconds',
  'nodejs_eventloop_lag_min_seconds',
  'nodejs_eventloop_lag_max_seconds',
  'nodejs_eventloop_lag_mean_seconds',
  'nodejs_eventloop_lag_stddev_seconds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p90_seconds',
  'nodejs_eventloop_lag_p99_seconds',
];

/** How late the event loop was, in seconds at a percentile, over the last one to two windows. */
function watchEventLoop(): (percentile: number) => number {
  const begin = () => {
    const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    histogram.enable();
    return histogram;
  };
  let current = begin();
  let previous = current;
  setInterval(() => {
    // One that is set back misses the next delay: a new one takes over.
    const last = current;
    previous = last;
    current = begin();
    // A stall that began before the new one first looked is told by the old one, after the timers that are due with it.
    setTimeout(() => setImmediate(() => last.disable()), 2 * LOOP_RESOLUTION_MS).unref();
  }, LOOP_WINDOW_MS).unref();
  return (percentile) => {
    const seen = [previous, current].filter(({ count }) => count > 0);
    const nanoseconds = seen.map((histogram) => histogram.percentile(percentile));
    // Each look is a timer of this length, which is no delay.
    return Math.max(0, Math.max(0, ...nanoseconds) / 1e9 - LOOP_RESOLUTION_MS / 1e3);
  };
}

/** Figures that begin at zero: one such set per process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: LIBRARY_RESOLUTION_MS,
  });
  for (const name of LEFT_OUT) registry.removeSingleMetric(name);
  const registers = [registry];

  /** A counter of something without labels; answers the function that adds to it. */
  function sum(name: string, help: string): (amount: number) => void {
    let total = 0;
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(total);
      },
    });
    return (amount) => {
      total += amount;
    };
  }

  /** A counter by one word of ours; those in `known` are there from the start, so that their first rise is seen. */
  function sumsBy(
    label: string,
    name: string,
    help: string,
    known: readonly string[],
  ): (word: string, amount: number) => void {
    const totals = new Map(known.map((word) => [word, 0]));
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [word, total] of totals) this.inc({ [label]: word }, total);
      },
    });
    return (given, amount) => {
      const isKnown = totals.has(given) || (totals.size < MOST_REASONS && REASON.test(given));
      const word = isKnown ? given : 'other';
      totals.set(word, (totals.get(word) ?? 0) + amount);
    };
  }

  const appended = sum('board_entries_appended_total', 'Entries appended to the journals.');
  const deliveries = sum(
    'board_deliveries_total',
    'Entries written to viewers, each counted once per viewer.',
  );
  const bytes = sum('board_sent_bytes_total', 'Bytes of stream written to viewers.');
  const conflations = sum(
    'board_conflations_total',
    'Times a viewer whose socket had been full got newest values instead of a backlog.',
  );
  const resumes = sum('board_resumes_total', 'Viewers that went on after their last entry.');
  const resets = sumsBy('reason', 'board_resets_total', 'Positions that could not be resumed.', [
    'too-old',
    'unknown-position',
  ]);
  const ended = sumsBy('reason', 'board_viewers_ended_total', "Viewers' streams that ended.", [
    'left',
    'stalled',
    'shutdown',
  ]);
  const refused = sumsBy('reason', 'board_requests_refused_total', 'Requests turned away.', [
    'viewers',
  ]);
  const rejected = sumsBy(
    'reason',
    'board_rows_rejected_total',
    "Rows of the vendor's that could not be believed and were left out.",
    [],
  );
  const reconnects = sum(
    'board_upstream_reconnects_total',
    'Connections to the vendor that came back after a break.',
  );
  const asked = sumsBy(
    'outcome',
    'board_rest_requests_total',
    'REST requests to the vendor, by how they ended.',
    ['ok'],
  );
  const gaps = sumsBy(
    'healed',
    'board_gaps_total',
    'Gaps of the way to the vendor that were closed, by how.',
    ['read'],
  );
  const gapSeconds = sumsBy(
    'healed',
    'board_gaps_seconds_total',
    'Length of the gaps that were closed.',
    ['read'],
  );
  const lag = new Histogram({
    name: 'board_lag_seconds',
    help: "From an entry's coming in to its being written to viewers, for the oldest entry of each write.",
    buckets: LAG_BUCKETS_S,
    registers,
  });

  const loopDelay = watchEventLoop();
  new Gauge({
    name: 'board_event_loop_delay_seconds',
    help: 'How late timers were over the last 30 to 60 seconds, at percentiles; 100 is the worst.',
    labelNames: ['percentile'],
    registers,
    collect() {
      for (const percentile of LOOP_PERCENTILES) this.set({ percentile }, loopDelay(percentile));
    },
  });

  const bySport = (name: string, help: string, more: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: ['sport', ...more], registers });
  const viewers = bySport('board_viewers', 'Viewers connected.');
  const filters = bySport('board_filters', 'Distinct filters of the viewers connected.');
  const odds = bySport('board_odds', 'Odds held.');
  const fixtures = bySport('board_fixtures', 'Fixtures held.');
  const journalEntries = bySport('board_journal_entries', 'Entries held for resuming.');
  const journalBytes = bySport('board_journal_bytes', 'Bytes that the journal counts for them.');
  const journalRows = bySport('board_journal_rows', 'Rows in the entries held for resuming.');
  const feedState = bySport('board_feed_state', 'The state viewers are told: 1 at it, else 0.', [
    'state',
  ]);
  const connections = bySport(
    'board_upstream_connections',
    'Connections to the vendor, by their state.',
    ['state'],
  );
  const frameAge = bySport(
    'board_upstream_last_frame_age_seconds',
    'Time since a connection to the vendor brought its last frame.',
    ['connection'],
  );
  const gauges = [
    ...[viewers, filters, odds, fixtures, journalEntries, journalRows, journalBytes],
    ...[feedState, connections, frameAge],
  ];

  function note(health: Health | null): void {
    // A sport that is forgotten leaves no figure behind.
    for (const gauge of gauges) gauge.reset();
    for (const [sport, hub] of Object.entries(health?.sports ?? {})) {
      viewers.set({ sport }, hub.viewers);
      filters.set({ sport }, hub.filters);
      odds.set({ sport }, hub.odds);
      fixtures.set({ sport }, hub.fixtures);
      journalEntries.set({ sport }, hub.journal.entries);
      journalRows.set({ sport }, hub.journal.rows);
      journalBytes.set({ sport }, hub.journal.bytes);
      for (const state of STATES) {
        feedState.set({ sport, state }, hub.feed === state ? 1 : 0);
        const count = hub.connections.filter((connection) => connection.state === state).length;
        connections.set({ sport, state }, count);
      }
      let oldestMs = 0;
      hub.connections.forEach(({ lastFrameMs }, index) => {
        if (lastFrameMs === null) return;
        const isMore = index >= MOST_CONNECTIONS;
        if (isMore) oldestMs = Math.max(oldestMs, lastFrameMs);
        const ageMs = isMore ? oldestMs : lastFrameMs;
        frameAge.set({ sport, connection: isMore ? 'more' : String(index) }, ageMs / 1000);
      });
    }
  }

  return {
    meter: {
      appended,
      delivered(count, entries, sent) {
        deliveries(count * entries);
        bytes(sent);
      },
      lag: (ms) => lag.observe(ms / 1000),
      conflated: () => conflations(1),
      resumed: () => resumes(1),
      reset: (reason) => resets(reason, 1),
      ended: (reason) => ended(reason, 1),
      refused: (reason) => refused(reason, 1),
      rejected: (reason) => rejected(reason, 1),
      reconnected: () => reconnects(1),
      asked: (outcome) => asked(outcome, 1),
      healed(how, gapMs) {
        gaps(how, 1);
        gapSeconds(how, gapMs / 1000);
      },
    },
    contentType: registry.contentType,
    async text(health) {
      note(health);
      return registry.metrics();
    },
  };
}
