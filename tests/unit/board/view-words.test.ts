import { describe, expect, it } from 'vitest';
import { parseBoardQuery } from '@/lib/board/query-state';
import { viewWords } from '@/lib/board/view-words';

const wordsOf = (search: string) => viewWords(parseBoardQuery(new URLSearchParams(search)).query);

describe('a view in words', () => {
  it('says each filter, and nothing of how it is shown', () => {
    expect(wordsOf('league=NBA&market=Point+Spread&main=true&q=%20lakers&odds=decimal')).toEqual([
      'NBA',
      'Point Spread',
      'main lines',
      '“lakers”',
    ]);
    expect(wordsOf('view=lines&tz=UTC')).toEqual([]);
  });

  it('names the one fixture, where it is known who plays', () => {
    const { query } = parseBoardQuery(new URLSearchParams('fixture=FX1&market=Moneyline'));
    const nameOf = (id: string) => (id === 'FX1' ? 'Owls at Kings' : null);
    expect(viewWords(query, nameOf)).toEqual(['Owls at Kings', 'Moneyline']);
    expect(viewWords(query)).toEqual(['one fixture', 'Moneyline']);
  });

  it('counts what would be too long', () => {
    expect(wordsOf('league=A&league=B&league=C')).toEqual(['A, B, C']);
    expect(wordsOf('league=A&league=B&league=C&league=D&fixture=x&fixture=y')).toEqual([
      '4 leagues',
      '2 fixtures',
    ]);
  });
});
