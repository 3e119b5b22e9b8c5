import { describe, expect, it } from 'vitest';
import { fixtureHeight, heightsOf, lineHeight } from '@/components/board/layout';
import { shortName } from '@/components/board/short-name';
import { newFixture } from '@/lib/protocol/book';

const team = (abbreviation: string | null) => ({ id: 'T', name: 'Harbor Kings', abbreviation });

describe('heights of rows', () => {
  it('are the same object for the same answer, so that rows are not built anew', () => {
    expect(heightsOf('wide', 'wall')).toBe(heightsOf('wide', 'wall'));
  });

  it('grow with the density, and not on a phone', () => {
    const of = (density: 'compact' | 'normal' | 'wall') => heightsOf('wide', density);
    for (const name of ['header', 'league', 'side', 'heading', 'line'] as const) {
      expect(of('compact')[name]).toBeLessThan(of('normal')[name]);
      expect(of('normal')[name]).toBeLessThan(of('wall')[name]);
    }
    expect(heightsOf('compact', 'wall')).toBe(heightsOf('compact', 'compact'));
  });

  it('add up: sides and the rule below them, rows of slots', () => {
    expect(fixtureHeight(heightsOf('wide', 'normal'), 2)).toBe(2 * 28 + 1);
    expect(fixtureHeight(heightsOf('compact', 'normal'), 3)).toBe(26 + 3 * 40 + 1);
    expect(lineHeight(heightsOf('wide', 'wall'), 4)).toBe(2 * 42);
  });
});

describe('a short name', () => {
  const fixture = { ...newFixture('F1'), homeCompetitors: [team('HRB')] };

  it('is the abbreviation of the side', () => {
    expect(shortName(fixture, 'home')).toBe('HRB');
  });

  it('is none where nobody abbreviates the team, names it, or it is no team', () => {
    expect(shortName({ ...fixture, homeCompetitors: [team(null)] }, 'home')).toBeNull();
    expect(shortName(fixture, 'away')).toBeNull();
    expect(shortName(fixture, 'draw')).toBeNull();
    expect(shortName(undefined, 'home')).toBeNull();
  });

  it('names both who play on a side, or neither', () => {
    const pair = [team('HRB'), team('OWL')];
    expect(shortName({ ...fixture, homeCompetitors: pair }, 'home')).toBe('HRB/OWL');
    expect(
      shortName({ ...fixture, homeCompetitors: [team('HRB'), team(null)] }, 'home'),
    ).toBeNull();
  });
});
