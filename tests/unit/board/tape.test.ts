import { describe, expect, it } from 'vitest';
import type { News } from '@/lib/board/store';
import {
  createTape,
  createTapeFilter,
  createTapeReader,
  entriesBefore,
  kindOfOdd,
  kindsOfFixture,
  parseTapeKinds,
  type TapeEntry,
} from '@/lib/board/tape';
import { createViewPredicate, entriesOfView } from '@/lib/board/view-odds';
import { Book } from '@/lib/protocol/book';
import type { Fixture, Odd } from '@/lib/protocol/events';
import { type BoardQuery, DEFAULT_QUERY } from '@/lib/protocol/filter';
import { aFixturePatch, anOdd, aRow } from '../../support/builders';

const fixtureOf = (fields = {}): Fixture => {
  const change = new Book().applyFixture(aFixturePatch(fields), 1);
  if (!change) throw new Error('a first patch always changes the Book');
  return change.fixture;
};

const oddNews = (odd: Odd, previous: Odd | null, fields: Partial<News> = {}): News =>
  ({ kind: 'odd', odd, previous, entryId: '1-0', at: 1, isCatchUp: false, ...fields }) as News;

const fixtureNews = (fixture: Fixture, previous: Fixture | null): News => ({
  ...{ kind: 'fixture', fixture, previous, entryId: '2-0', at: 2, isCatchUp: false },
});

const open = anOdd({ price: -110 });

describe('kinds', () => {
  it.each<[string, Odd, Odd | null, string | null]>([
    ['a first price', open, null, 'new'],
    ['another price', { ...open, price: -115 }, open, 'move'],
    ['other points', { ...open, points: 3.5 }, open, 'move'],
    ['a lock', { ...open, state: 'locked' }, open, 'lock'],
    ['a lock at another price', { ...open, state: 'locked', price: -120 }, open, 'lock'],
    ['a reopening', open, { ...open, state: 'locked' }, 'reopen'],
    ['a settlement', { ...open, state: 'settled', settlement: 'Won' }, open, 'settle'],
    [
      'a line that is the main one now',
      { ...open, isMain: true },
      { ...open, isMain: false },
      'main',
    ],
    ['one that was', { ...open, isMain: false }, { ...open, isMain: true }, null],
    [
      'a lock of a new main line',
      { ...open, isMain: true, state: 'locked' },
      { ...open, isMain: false },
      'lock',
    ],
  ])('calls %s by its name', (_, odd, previous, kind) => {
    expect(kindOfOdd(odd, previous)).toBe(kind);
  });

  it('tells a settlement that is graded anew, and none that only learns its price', () => {
    const won: Odd = { ...open, state: 'settled', settlement: 'Won', price: null };
    expect(kindOfOdd({ ...won, settlement: 'Lost' }, won)).toBe('settle');
    expect(kindOfOdd({ ...won, price: -110 }, won)).toBe(null);
  });

  it('tells status and start of a fixture apart, and neither when it is learnt first', () => {
    const before = fixtureOf();
    const after = { ...before, status: 'live', startDate: '2026-11-22T20:00:00.000Z' };
    expect(kindsOfFixture(after, before)).toEqual(['status', 'start']);
    expect(kindsOfFixture(after, { ...before, status: null, startDate: null })).toEqual([]);
    expect(kindsOfFixture(before, null)).toEqual(['new']);
  });
});

describe('tape', () => {
  it('keeps the newest entries up to its limit, each under its own number', () => {
    const tape = createTape(3);
    const prices = [-110, -111, -112, -113, -114];
    tape.add(
      prices.map((price) => oddNews({ ...open, price }, null)),
      () => undefined,
    );
    expect(tape.span()).toEqual({ first: 2, next: 5 });
    expect([1, 2, 3, 4, 5].map((seq) => tape.entry(seq)?.odd?.price)).toEqual([
      ...[undefined, -112, -113, -114, undefined],
    ]);
  });

  it('keeps the fixture as it was then, and says what was missed', () => {
    const tape = createTape();
    let fixture = fixtureOf();
    tape.add([oddNews(open, null, { isCatchUp: true })], () => fixture);
    fixture = { ...fixture, status: 'completed' };
    expect(tape.entry(0)).toMatchObject({ isCatchUp: true, fixture: { status: 'unplayed' } });
  });

  it('knows the odd as it was before, whatever it was', () => {
    const tape = createTape();
    const settled: Odd = { ...open, state: 'settled', settlement: 'Won', points: null };
    const befores: (Odd | null)[] = [
      ...[null, open, { ...open, price: null, points: 3.25, isMain: !open.isMain }, settled],
      { ...open, state: 'locked', points: -7.5 },
    ];
    tape.add(
      befores.map((previous) => oddNews({ ...open, state: 'settled', settlement: 'L' }, previous)),
      () => undefined,
    );
    const known = befores.map(
      (odd) =>
        odd && {
          ...{ price: odd.price, points: odd.points, state: odd.state, isMain: odd.isMain },
          settlement: odd.settlement,
        },
    );
    expect(befores.map((_, seq) => tape.entry(seq)?.previous)).toEqual(known);
  });

  it('is silent about news that it does not tell', () => {
    const tape = createTape();
    let calls = 0;
    tape.subscribe(() => {
      calls += 1;
    });
    tape.add([oddNews({ ...open, isMain: false }, open)], () => undefined);
    expect([calls, tape.span().next]).toEqual([0, 0]);
    tape.addLack('reread', 5);
    expect([calls, tape.entry(0)?.kind]).toEqual([1, 'reread']);
  });
});

describe('reader', () => {
  const bySeq = (entries: readonly TapeEntry[]) => entries.map(({ seq }) => seq);

  it('looks at each entry once and forgets what the tape forgot', () => {
    const tape = createTape(4);
    const looked: number[] = [];
    const add = (count: number) =>
      tape.add(
        Array.from({ length: count }, () => oddNews(open, null)),
        () => undefined,
      );
    add(2);
    const reader = createTapeReader(tape, ({ seq }) => {
      looked.push(seq);
      return seq % 2 === 0;
    });
    expect(bySeq(reader.entries())).toEqual([0]);
    expect(reader.update()).toBe(false);
    add(3);
    expect(reader.update()).toBe(true);
    expect(bySeq(reader.entries())).toEqual([2, 4]);
    expect(looked).toEqual([0, 1, 2, 3, 4]);
    add(9);
    reader.update();
    expect(bySeq(reader.entries())).toEqual([10, 12]);
  });

  it('counts the entries before a number', () => {
    const entries = [2, 5, 9].map((seq) => ({ seq })) as TapeEntry[];
    expect([0, 2, 3, 9, 10].map((seq) => entriesBefore(entries, seq))).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('filter', () => {
  function setUp(fields: Partial<BoardQuery> = {}, kinds: Parameters<typeof parse>[0] = '') {
    const book = new Book();
    book.applyFixture(aFixturePatch(), 1);
    book.applyRow('copilot-odds', aRow({ price: -110 }), 1, null);
    const tape = createTape();
    const query = { ...DEFAULT_QUERY, ...fields };
    const read = (text = '') =>
      createTapeReader(
        tape,
        createTapeFilter(createViewPredicate(book, query), { kinds: parse(kinds), text }),
      )
        .entries()
        .map(({ kind }) => kind);
    const add = (...news: News[]) => tape.add(news, (id) => book.fixtures.get(id));
    return { book, tape, add, read };
  }
  const parse = (text: string) => parseTapeKinds(text).kinds;

  it('shows what is in the view', () => {
    const spread = anOdd({ id: 'other', market: 'Point Spread' });
    const { add, read } = setUp({ market: ['moneyline'] });
    add(oddNews({ ...open, price: -120 }, open), oddNews(spread, null));
    expect(read()).toEqual(['move']);
  });

  it('shows the change by which an odd or a fixture leaves the view', () => {
    const { book, add, read } = setUp({ state: ['open'], status: ['upcoming'] });
    const locked: Odd = { ...open, state: 'locked' };
    const fixture = book.fixtures.get('FX1') as Fixture;
    add(oddNews(locked, open), oddNews({ ...locked, state: 'settled' }, locked));
    add(fixtureNews({ ...fixture, status: 'completed' }, fixture));
    add(fixtureNews({ ...fixture, status: 'invalid' }, { ...fixture, status: 'completed' }));
    expect(read()).toEqual(['lock', 'status']);
  });

  it('leaves out other versions than the one shown', () => {
    const { add, read } = setUp();
    add(oddNews({ ...open, versionId: 7 }, null));
    expect(read()).toEqual([]);
  });

  it('finds a fixture that only its odds speak of by the names in them', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ price: -110, league: 'NBA' }), 1, null);
    const view = createViewPredicate(book, { ...DEFAULT_QUERY, q: 'mesa' });
    expect(view.odd({ ...open, name: 'X', selection: null }, null)).toBe(true);
    expect(entriesOfView(book, { ...DEFAULT_QUERY, q: 'mesa' }, 0)).toHaveLength(1);
  });

  it('narrows by kind and by text, whatever the case and the accents', () => {
    const { add, tape, read } = setUp({}, 'lock,settle');
    add(oddNews({ ...open, price: -120 }, open), oddNews({ ...open, state: 'locked' }, open));
    tape.addLack('reread', 3);
    expect(read()).toEqual(['lock']);
    expect(read('MESA hrb')).toEqual(['lock']);
    expect(read('mesa nowhere')).toEqual([]);
  });

  it('says in every view that the board was read anew', () => {
    const { tape, read } = setUp({ league: ['NHL'] });
    tape.addLack('reread', 3);
    expect(read()).toEqual(['reread']);
  });
});

describe('kept kinds', () => {
  it('keeps what is right and names the rest', () => {
    expect(parseTapeKinds('settle, lock,tick,,lock')).toEqual({
      kinds: ['lock', 'settle'],
      ignored: ['tick'],
    });
    expect(parseTapeKinds(null)).toEqual({ kinds: [], ignored: [] });
  });
});
