import { describe, expect, it } from 'vitest';
import { sectionsOf } from '@/lib/board/sections';
import { groupLines } from '@/lib/protocol/line';
import { anOdd } from '../../support/builders';

function sections(...odds: object[]) {
  const whole = odds.map((fields, index) => ({
    ...anOdd({ id: `o${index}` }),
    groupingKey: `default:${index}`,
    selection: null,
    ...fields,
  }));
  return sectionsOf(groupLines(whole, null)).map(({ label, teamId, lines }) => [
    label,
    teamId,
    lines.map(({ market }) => market),
  ]);
}

describe('parts of a page', () => {
  it('are the game, its teams, its periods from the largest down, and its players by name', () => {
    const player = (name: string, teamId: string) => ({
      market: 'Player Points',
      playerId: name,
      selection: name,
      teamId,
      groupingKey: `${name}:9.5`,
    });
    expect(
      sections(
        player('Zoë Ash', 'T2'),
        { market: '2nd Quarter Total Points' },
        { market: '1st Quarter Total Points' },
        player('Abe Long', 'T1'),
        player('Lee Pine', 'T9'),
        { market: '2nd Half Moneyline' },
        { market: '1st Half Moneyline' },
        { market: 'Team Total', teamId: 'T1', groupingKey: 'harbor_kings:99.5' },
        { market: 'Moneyline' },
        { market: '1st Half Total Points' },
      ),
    ).toEqual([
      ['Game', null, ['Moneyline']],
      ['Teams', null, ['Team Total']],
      ['1st Half', null, ['1st Half Moneyline', '1st Half Total Points']],
      ['2nd Half', null, ['2nd Half Moneyline']],
      ['1st Quarter', null, ['1st Quarter Total Points']],
      ['2nd Quarter', null, ['2nd Quarter Total Points']],
      ['Abe Long', 'T1', ['Player Points']],
      ['Lee Pine', 'T9', ['Player Points']],
      ['Zoë Ash', 'T2', ['Player Points']],
    ]);
  });

  it.each([
    ['1st 5 Innings Run Line', '1st 5 Innings'],
    ['1st Inning Total Runs', '1st Inning'],
    ['2nd Set Total Games', '2nd Set'],
    ['First Half Spread', 'First Half'],
    ['1st Team To Score', 'Game'],
    ['Halftime/Fulltime', 'Game'],
  ])('take %s for %s', (market, label) => {
    expect(sections({ market }).map(([own]) => own)).toEqual([label]);
  });

  it('put the first innings before the first of them', () => {
    const labels = sections(
      { market: '1st Inning Total Runs' },
      { market: '1st 5 Innings Moneyline' },
    );
    expect(labels.map(([label]) => label)).toEqual(['1st 5 Innings', '1st Inning']);
  });

  it('count a settlement of an unknown odd to the game', () => {
    expect(sections({ market: 'Team Total', teamId: 'T1', groupingKey: null })).toEqual([
      ['Game', null, ['Team Total']],
    ]);
  });
});
