/**
 * `npm run bench`: what the shared core costs per event, on seeded input. See README.md beside this file for
 * the method; results are printed, and kept under results/ when `--keep` is given.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createParser } from 'eventsource-parser';
import { buildBoardRows, buildLinesRows } from '@/lib/board/rows';
import { Book } from '@/lib/protocol/book';
import { decodeEvent, decodeSnapshot } from '@/lib/protocol/decode';
import { oddsEventData, snapshotOdd } from '@/lib/protocol/encode';
import type { FeedEvent, OddsEvent } from '@/lib/protocol/events';
import { createRelayPredicate, DEFAULT_QUERY, parseRelayQuery } from '@/lib/protocol/filter';
import { SPORTS } from '@/lib/protocol/sports';
import { benchEvents, sseText } from './feed-input';

const SEED = 20_261_122;
const ROUNDS = 7;
const ODDS = 10_000;
const UPDATES = 50_000;

type Row = { bench: string; unit: string; median: number; min: number; max: number; count: number };

/** Runs `work` once to warm up, then ROUNDS times; `work` says how many things it did. */
function measure(bench: string, unit: string, work: () => number): Row {
  work();
  const perThing: number[] = [];
  let count = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    count = work();
    perThing.push(((performance.now() - startedAt) * 1000) / count);
  }
  perThing.sort((a, b) => a - b);
  const at = (index: number) => Number((perThing[index] ?? 0).toFixed(3));
  const row = { bench, unit, median: at(ROUNDS >> 1), min: at(0), max: at(ROUNDS - 1), count };
  const label = `${bench.padEnd(52)} ${String(row.median).padStart(10)} µs/${unit}`;
  console.log(`${label}   (${row.min} to ${row.max}, ${count} a round)`);
  return row;
}

const events = benchEvents(SEED, ODDS, UPDATES);
const text = sseText(events);
const decodeAll = (keepWire: boolean) =>
  events.map(({ name, data, id }) => decodeEvent(name, data, id, { keepWire }) as OddsEvent);
const decoded = decodeAll(true);
const initial = decoded.slice(0, ODDS);
const updates = decoded.slice(ODDS);

function applied(list: readonly FeedEvent[], book = new Book()): Book {
  list.forEach((event, index) => {
    book.apply(event, index);
  });
  return book;
}

const held = applied(initial);
const changes = updates.map((event, index) => ({ event, change: held.apply(event, ODDS + index) }));
const snapshotText = JSON.stringify({
  at: '1-0',
  sport: 'basketball',
  odds: [...held.odds.values()].map((odd) => snapshotOdd(odd)),
  fixtures: [],
});
const mainMarkets = SPORTS.find(({ id }) => id === 'basketball')?.mainMarkets ?? [];

console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'} x ${cpus().length}`);
console.log(`seed ${SEED}, ${ODDS} odds, ${UPDATES} updates, median of ${ROUNDS} rounds\n`);

const rows: Row[] = [
  measure('upstream: split SSE bytes into events', 'event', () => {
    let count = 0;
    const parser = createParser({ onEvent: () => (count += 1) });
    for (let at = 0; at < text.length; at += 16_384) parser.feed(text.slice(at, at + 16_384));
    return count;
  }),
  measure('server: decode an odds event, wire kept', 'event', () => decodeAll(true).length),
  measure('browser: decode an odds event', 'event', () => decodeAll(false).length),
  measure('book: apply a first price', 'row', () => applied(initial).odds.size),
  measure('book: apply first prices and updates', 'row', () => {
    const book = applied(initial);
    updates.forEach((event, index) => {
      book.apply(event, ODDS + index);
    });
    return initial.length + updates.length;
  }),
  measure('relay: encode a changed entry', 'entry', () => {
    let count = 0;
    for (const { event, change } of changes) {
      if (change.odds.length === 0) continue;
      oddsEventData({
        entryId: '1-0',
        upstreamEntryId: event.entryId,
        event: event.event,
        rows: change.odds.map(({ row }) => row.wire),
      });
      count += 1;
    }
    return count;
  }),
  measure('relay: test an odd against a filter of 10 leagues', 'odd', () => {
    const leagues = Array.from({ length: 10 }, (_, index) => `league=League+${index}`).join('&');
    const { query } = parseRelayQuery(new URLSearchParams(leagues));
    if (!query) throw new Error('the filter of the bench is a good one');
    const predicate = createRelayPredicate(query);
    let passed = 0;
    for (const odd of held.odds.values()) if (predicate.odd(odd, null)) passed += 1;
    if (passed === 0) throw new Error('the filter of the bench passes some odds');
    return held.odds.size;
  }),
  measure(
    'browser: parse and decode a snapshot',
    'odd',
    () => decodeSnapshot(JSON.parse(snapshotText), { keepWire: false }).odds.length,
  ),
  measure(`browser: build the board's rows of ${ODDS} odds`, 'build', () => {
    buildBoardRows(held, DEFAULT_QUERY, { mainMarkets });
    return 1;
  }),
  measure(`browser: build the lines' rows of ${ODDS} odds`, 'build', () => {
    buildLinesRows(held, DEFAULT_QUERY, { mainMarkets });
    return 1;
  }),
];

if (process.argv.includes('--keep')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  const file = new URL('core.json', folder);
  writeFileSync(file, `${JSON.stringify({ seed: SEED, ...machine, rows }, null, 2)}\n`);
  console.log('\nkept in tests/bench/results/core.json');
}
