import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import {
  createBoardPredicate,
  createRelayPredicate,
  DEFAULT_QUERY,
  parseRelayQuery,
  relayKey,
  statusGroup,
  VALUE_COUNT,
} from '@/lib/protocol/filter';
import { aFixturePatch, anOdd } from '../../support/builders';

function aFixture(fields = {}) {
  const change = new Book().applyFixture(aFixturePatch(fields), 1);
  if (!change) throw new Error('a first patch always changes the Book');
  return change.fixture;
}

function parse(search: string) {
  const { query, error } = parseRelayQuery(new URLSearchParams(search));
  if (!query) throw new Error(error);
  return query;
}

describe('relay query', () => {
  it('takes a word of blanks for none', () => {
    expect(parse('league=%20&league=NBA&market=%20')).toMatchObject({
      leagues: ['NBA'],
      markets: [],
    });
  });

  it('reads repeated names, booleans in any case and the format', () => {
    expect(
      parse(
        'league=NBA&league=ncaab&league=NBA&market=Team+Total&is_main=True&is_live=FALSE&odds_format=DECIMAL&version_id=-1&last_entry_id=5-0&key=secret&sportsbook=x',
      ),
    ).toMatchObject({
      leagues: ['NBA', 'ncaab'],
      markets: ['Team Total'],
      isMain: true,
      isLive: false,
      oddsFormat: 'decimal',
      versionIds: [-1],
      includeFixtureUpdates: false,
      lastEntryId: '5-0',
    });
  });

  it.each([
    ['is_live=perhaps', /is_live must be true or false, not "perhaps"/],
    ['is_main=true&is_main=false', /is_main may be given once/],
    ['odds_format=roman', /odds_format must be one of american, decimal/],
    ['version_id=one', /version_id must be a whole number/],
    ['last_entry_id=yesterday', /last_entry_id must look like/],
    [`league=${'x'.repeat(5000)}`, /league is 5000 characters long/],
    [
      Array.from({ length: VALUE_COUNT + 1 }, (_, n) => `market=m${n}`).join('&'),
      /market is given 201 times/,
    ],
  ])('refuses %.40s with the reason', (search, reason) => {
    const { query, error } = parseRelayQuery(new URLSearchParams(search));
    expect(query).toBeNull();
    expect(error).toMatch(reason);
    expect(error?.length).toBeLessThan(220);
  });

  it('has one key however its values are ordered, spelt or resumed', () => {
    expect(relayKey(parse('league=NBA&league=WNBA&last_entry_id=1-1'))).toBe(
      relayKey(parse('league=wnba&league=nba')),
    );
    expect(relayKey(parse('league=NBA'))).not.toBe(relayKey(parse('league=WNBA')));
  });

  it('passes exactly the odds it names, by id or label', () => {
    const fixture = aFixture();
    const odd = anOdd();
    const passes = (search: string) => createRelayPredicate(parse(search)).odd(odd, fixture);
    for (const search of [
      '',
      'league=NBA',
      'league=nba',
      'market=moneyline',
      'fixture_id=FX1',
      'is_main=true',
      'version_id=-1',
      'is_live=false',
      'game_id=41001-41002-2026-11-22',
    ]) {
      expect([search, passes(search)]).toEqual([search, true]);
    }
    for (const search of [
      'league=WNBA',
      'market=Team+Total',
      'fixture_id=FX2',
      'is_main=false',
      'version_id=2',
      'is_live=true',
      'game_id=x',
    ]) {
      expect([search, passes(search)]).toEqual([search, false]);
    }
  });

  it('knows in-play odds by their row, else by the fixture', () => {
    const { odd } = createRelayPredicate(parse('is_live=true'));
    expect(odd(anOdd({ is_live: true }), aFixture())).toBe(true);
    expect(odd(anOdd({ is_live: false }), aFixture({ status: 'live' }))).toBe(false);
    expect(odd(anOdd(), aFixture({ status: 'half' }))).toBe(true);
    expect(odd(anOdd(), null)).toBe(false);
  });
});

describe('board query', () => {
  const passes = (query: Partial<typeof DEFAULT_QUERY>, odd = anOdd(), fixture = aFixture()) =>
    createBoardPredicate({ ...DEFAULT_QUERY, ...query }).odd(odd, fixture);

  it('shows everything by default', () => expect(passes({})).toBe(true));

  it('takes the status groups and the vendor’s own words', () => {
    expect(passes({ status: ['upcoming'] })).toBe(true);
    expect(passes({ status: ['unplayed'] })).toBe(true);
    expect(passes({ status: ['live', 'finished'] })).toBe(false);
    expect(passes({ status: ['live'] }, anOdd(), aFixture({ status: 'suspended' }))).toBe(true);
    expect(statusGroup('forfeited')).toBe('finished');
    expect(statusGroup('rain_hold')).toBeNull();
  });

  it('searches names without case and accents, every word of them', () => {
    const fixture = aFixture({ home: 'Miomir Kecmanović' });
    expect(passes({ q: 'kecmanovic' }, anOdd(), fixture)).toBe(true);
    expect(passes({ q: 'MESA nba' }, anOdd(), fixture)).toBe(true);
    expect(passes({ q: 'mesa hockey' }, anOdd(), fixture)).toBe(false);
  });

  it('filters by state, main flag, version and fixture', () => {
    expect(passes({ state: ['open'] })).toBe(true);
    expect(passes({ state: ['locked', 'settled'] })).toBe(false);
    expect(passes({ main: true }, anOdd({ is_main: false }))).toBe(false);
    expect(passes({ version: 31 })).toBe(false);
    expect(passes({ fixture: ['FX1'] })).toBe(true);
    expect(passes({ fixture: ['FX2'] })).toBe(false);
  });

  it('keeps a fixture in view though nothing is priced for it', () => {
    const predicate = createBoardPredicate({ ...DEFAULT_QUERY, league: ['nba'] });
    expect(predicate.fixture(aFixture())).toBe(true);
    expect(predicate.fixture(aFixture({ league: 'WNBA', leagueId: 'wnba' }))).toBe(false);
  });
});
