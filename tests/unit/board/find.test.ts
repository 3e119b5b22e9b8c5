import { describe, expect, it } from 'vitest';
import { find } from '@/lib/board/find';

const ALL = [
  { label: 'Harbor Kings at Mesa Owls', about: 'NBA' },
  { label: 'NBA', about: 'League' },
  { label: 'WNBA', about: 'League' },
  { label: 'Team Total', about: 'Market' },
  { label: 'Total Points', about: 'Market' },
];

const labels = (text: string, limit = 10) => find(ALL, text, limit).found.map((one) => one.label);

describe('find', () => {
  it('answers everything in its order where nothing is typed', () => {
    expect(labels('  ')).toEqual(ALL.map(({ label }) => label));
  });

  it('puts what begins so first, then words that do, then the rest', () => {
    // The fixture is of the league, which stands behind its name.
    expect(labels('nba')).toEqual(['NBA', 'Harbor Kings at Mesa Owls', 'WNBA']);
    expect(labels('total')).toEqual(['Total Points', 'Team Total']);
  });

  it('wants each typed word, in any order and case, of the name or of what it is', () => {
    expect(labels('OWLS harbor')).toEqual(['Harbor Kings at Mesa Owls']);
    expect(labels('total market')).toEqual(['Total Points', 'Team Total']);
    expect(labels('owls kings nobody')).toEqual([]);
  });

  it('answers a bounded number and counts the rest', () => {
    expect(find(ALL, '', 2)).toMatchObject({ count: 5, found: [ALL[0], ALL[1]] });
  });
});
