import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import type { Fixture } from '@/lib/protocol/events';
import { entityOf, groupLines, lineKey, mainLine, sideOf } from '@/lib/protocol/line';
import { aFixturePatch, anOdd, ROW_SECONDS } from '../../support/builders';

function aFixture(): Fixture {
  const change = new Book().applyFixture(aFixturePatch(), 1);
  if (!change) throw new Error('a first patch always changes the Book');
  return change.fixture;
}

const total = (points: number, side: string, fields = {}) =>
  anOdd({
    id: `total-${side}-${points}`,
    market: 'Total Points',
    grouping_key: `default:${points}`,
    selection: '',
    selection_line: side,
    points,
    team_id: '',
    ...fields,
  });

describe('line', () => {
  it('is named by version, fixture, market and grouping key as they came', () => {
    expect(lineKey(total(8, 'over'))).toBe(lineKey(total(8, 'under')));
    expect(lineKey(total(8, 'over', { grouping_key: 'default:8.0' }))).not.toBe(
      lineKey(total(8, 'under')),
    );
    expect(lineKey(total(8, 'over', { version_id: 31 }))).not.toBe(lineKey(total(8, 'over')));
  });

  it('of a settled row that came alone is its own', () => {
    const alone = anOdd({ id: 'a' }, 'copilot-settled-odds');
    const other = anOdd({ id: 'b' }, 'copilot-settled-odds');
    expect(lineKey(alone)).not.toBe(lineKey(other));
  });

  it.each([
    ['default:104.5', 'default'],
    ['default:-3.5', 'default'],
    ['miami_heat:105.5', 'miami_heat'],
    ['default', 'default'],
    ['nba:9818DC:8.0', 'nba:9818DC'],
    ['j_doe', 'j_doe'],
  ])('%s is about %s', (key, entity) => expect(entityOf(key)).toBe(entity));

  it('knows the side by line word, team id, display name, or as the draw', () => {
    const fixture = aFixture();
    expect(sideOf(total(8, 'Under'), fixture)).toBe('under');
    expect(sideOf(anOdd({ team_id: 'T1', selection: '' }), fixture)).toBe('home');
    expect(sideOf(anOdd({ team_id: '', selection: 'mesa owls' }), fixture)).toBe('away');
    expect(sideOf(anOdd({ team_id: '', selection: 'Draw' }), fixture)).toBe('draw');
    expect(sideOf(anOdd({ team_id: '', selection: 'J. Doe', player_id: 'P' }), fixture)).toBe(
      'other',
    );
    expect(sideOf(anOdd({ selection_line: '3:2' }), fixture)).toBe('other');
    expect(sideOf(anOdd({ team_id: 'T1' }), null)).toBe('other');
  });

  it('groups sides away first and lines by points', () => {
    const lines = groupLines(
      [
        total(9.5, 'under'),
        total(8.5, 'under'),
        total(9.5, 'over'),
        total(8.5, 'over'),
        anOdd({ id: 'h', team_id: 'T1' }),
        anOdd({ id: 'd', team_id: '', selection: 'Draw' }),
        anOdd({ id: 'a', team_id: 'T2' }),
      ],
      aFixture(),
    );
    expect(lines.map((line) => line.odds.map(({ odd }) => odd.id))).toEqual([
      ['total-over-8.5', 'total-under-8.5'],
      ['total-over-9.5', 'total-under-9.5'],
      ['a', 'h', 'd'],
    ]);
  });

  describe('main', () => {
    const lines = (...odds: ReturnType<typeof total>[]) => groupLines(odds, null);

    it('is the flagged one', () => {
      const all = lines(
        total(8.5, 'over', { is_main: false }),
        total(9.5, 'over', { is_main: true }),
      );
      expect(mainLine(all)?.groupingKey).toBe('default:9.5');
    });

    it('is the newest of two that are flagged for a moment, and an open one before a locked one', () => {
      const both = lines(
        total(8.5, 'over', { timestamp: ROW_SECONDS }),
        total(9.5, 'over', { timestamp: ROW_SECONDS + 5 }),
      );
      expect(mainLine(both)?.groupingKey).toBe('default:9.5');
      const locked = anOdd(
        { ...total(9.5, 'over', { timestamp: ROW_SECONDS + 5 }).wire },
        'copilot-locked-odds',
      );
      expect(mainLine(lines(total(8.5, 'over'), locked))?.groupingKey).toBe('default:8.5');
    });

    it('is the most balanced pair where none is flagged', () => {
      const all = lines(
        total(8.5, 'over', { is_main: false, price: -180 }),
        total(8.5, 'under', { is_main: false, price: 150 }),
        total(9.5, 'over', { is_main: false, price: -112 }),
        total(9.5, 'under', { is_main: false, price: -108 }),
      );
      expect(mainLine(all)?.groupingKey).toBe('default:9.5');
    });

    it('of nothing is nothing', () => expect(mainLine([])).toBeNull());
  });
});
