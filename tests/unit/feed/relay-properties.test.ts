import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadOf, type Route } from '@/lib/feed/journal';
import { Book } from '@/lib/protocol/book';
import { decodeEvent, decodeSnapshot } from '@/lib/protocol/decode';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import { createRelayPredicate } from '@/lib/protocol/filter';
import { createChaos, LEAGUES, MARKETS, shown } from '@/tests/support/chaos';
import { seededRandom } from '@/tests/support/fake-timing';
import { aQuery, aWireFixture, createHubKit, readPage } from '@/tests/support/feed-deps';
import { readStream, type StreamReader } from '@/tests/support/stream-reader';

const seed = Number(process.env.SEED ?? 20_261_122);
const RUNS = Number(process.env.RUNS ?? 25);

/** A board that starts from a snapshot and applies what its stream brings. */
function boardOf(body: unknown, reader: StreamReader | null): Book {
  const book = new Book();
  const snapshot = decodeSnapshot(JSON.parse(JSON.stringify(body)));
  for (const fixture of snapshot.fixtures) book.applyFixture(fixture, 0);
  for (const odd of snapshot.odds) book.hold(odd);
  let receivedAt = 1;
  for (const { event, data, id } of reader?.events ?? []) {
    const decoded = decodeEvent(event ?? '', data, id ?? null);
    if (decoded) book.apply(decoded, receivedAt++);
  }
  return book;
}

async function aFilledKit(kitSeed: number) {
  const kit = createHubKit({
    seed: kitSeed,
    settings: { oddsRefreshMs: 0, fixturesPollMs: 0, journalRows: 100_000 },
  });
  kit.vendor.fixtures = [0, 1, 2, 3].map((index) => {
    const name = LEAGUES[index % 2] as string;
    return aWireFixture({ id: `F${index}`, league: { id: name.toLowerCase(), name } });
  });
  const keepUp = new AbortController();
  const everything = aQuery('include_fixture_updates=true');
  const all = readStream(kit.hub.stream(everything, null, keepUp.signal));
  await kit.timing.advance(300);
  for (const upstream of kit.vendor.open()) upstream.connect();
  await kit.timing.advance(300);
  const next = createChaos(seededRandom(kitSeed));
  const play = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const { name, data, id } = next();
      kit.vendor.open()[0]?.event(name, data, id);
      if (index % 7 === 0) await kit.timing.advance(5);
    }
    await kit.timing.advance(100);
    await all.take();
  };
  return { ...kit, all, play };
}

const anyFilter = fc
  .record({
    league: fc.subarray([...LEAGUES, 'ncaab']),
    market: fc.subarray([...MARKETS, 'total_points']),
    fixture_id: fc.subarray(['F0', 'F1', 'F2']),
    is_main: fc.subarray(['true', 'False'], { maxLength: 1 }),
  })
  .map((parameters) =>
    Object.entries(parameters)
      .flatMap(([name, values]) => values.map((value) => `${name}=${encodeURIComponent(value)}`))
      .join('&'),
  );

describe(`relay (seed ${seed})`, () => {
  it('a snapshot at any cut and the stream from there are together what the hub holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(fc.nat(40), { maxLength: 6 }),
        async (kitSeed, cuts) => {
          const { hub, play } = await aFilledKit(kitSeed);
          const everything = aQuery('include_fixture_updates=true');
          const boards: { body: unknown; at: string }[] = [];
          for (const cut of cuts) {
            await play(cut);
            const body = readPage(await hub.snapshot(everything, { waitMs: 0, limit: 50_000 }));
            boards.push({ body, at: body.at });
          }
          await play(40);
          for (const { body, at } of boards) {
            const reader = readStream(hub.stream(everything, at, new AbortController().signal));
            await reader.take();
            const board = boardOf(body, reader);
            expect(shown(board.odds.values())).toEqual(shown(hub.book.odds.values()));
            for (const fixture of hub.book.fixtures.values()) {
              expect(board.fixtures.get(fixture.id)?.status).toBe(fixture.status);
            }
          }
          hub.close();
        },
      ),
      { seed, numRuns: RUNS },
    );
  });

  it('a resume after any cut brings what was missed once, in order, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), anyFilter, async (kitSeed, filter) => {
        const { hub, play, timing } = await aFilledKit(kitSeed);
        const query = aQuery(filter);
        const whole = readStream(
          hub.stream(query, hub.journal.last(), new AbortController().signal),
        );
        const random = seededRandom(kitSeed + 1);
        const got: string[] = [];
        let position = hub.journal.last();
        for (let round = 0; round < 6; round += 1) {
          const abort = new AbortController();
          const part = readStream(hub.stream(query, position, abort.signal));
          await play(Math.floor(random() * 25));
          await part.take();
          // The connection breaks somewhere in what was sent: what follows was not received.
          const kept = part.events.slice(0, 1 + Math.floor(random() * part.events.length));
          for (const event of kept) {
            if (event.event?.startsWith('copilot')) got.push(`${event.id} ${event.data}`);
            if (event.id) position = event.id;
          }
          abort.abort();
          await play(Math.floor(random() * 10));
        }
        const last = readStream(hub.stream(query, position, new AbortController().signal));
        await timing.advance(100);
        await last.take();
        await whole.take();
        const oddsOf = (reader: StreamReader) =>
          reader.events
            .filter(({ event }) => event?.startsWith('copilot'))
            .map(({ id, data }) => `${id} ${data}`);
        got.push(...oddsOf(last));
        expect(got).toEqual(oddsOf(whole));
        const ids = got.map((line) => line.split(' ')[0] as string);
        for (let index = 1; index < ids.length; index += 1) {
          expect(compareEntryIds(ids[index] as string, ids[index - 1] as string)).toBeGreaterThan(
            0,
          );
        }
        hub.close();
      }),
      { seed, numRuns: RUNS },
    );
  });

  it('every viewer gets exactly the rows that its filter matches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(anyFilter, { minLength: 1, maxLength: 8 }),
        async (kitSeed, filters) => {
          const { hub, play, all } = await aFilledKit(kitSeed);
          const before = all.events.length;
          const readers = filters.map((filter) => ({
            predicate: createRelayPredicate(aQuery(filter)),
            reader: readStream(hub.stream(aQuery(filter), null, new AbortController().signal)),
          }));
          const from = hub.journal.end;
          await play(60);
          expect(all.events.length).toBeGreaterThan(before);
          for (const { predicate, reader } of readers) {
            await reader.take();
            const wanted: unknown[] = [];
            for (let index = from; index < hub.journal.end; index += 1) {
              const entry = hub.journal.at(index);
              if (entry?.kind !== 'odds') continue;
              for (const [at, row] of payloadOf(entry).data.entries()) {
                const route = entry.routes[at] as Route;
                const fixture = hub.book.fixtures.get(route.fixtureId) ?? null;
                if (predicate.routed(route, fixture)) wanted.push([entry.id, row]);
              }
            }
            const got = reader.events
              .filter(({ event }) => event?.startsWith('copilot'))
              .flatMap(({ id, data }) =>
                (JSON.parse(data).data as unknown[]).map((row) => [id, row]),
              );
            expect(got).toEqual(wanted);
          }
          hub.close();
        },
      ),
      { seed, numRuns: RUNS },
    );
  });
});
