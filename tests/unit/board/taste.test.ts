import { describe, expect, it } from 'vitest';
import { DEFAULT_TASTE, type Taste } from '@/lib/board/taste';
import { parseTaste, readTaste, tasteFile, tasteText } from '@/lib/board/taste-read';

const OTHER: Taste = {
  theme: 'light',
  density: 'wall',
  palette: 'safe',
  up: '#ff00aa',
  down: '#0a0b0c',
  names: 'short',
  fractions: 'glyph',
  even: 'word',
  zero: 'word',
  moveSeconds: 90,
  flash: false,
  keys: false,
};

describe('a taste', () => {
  it('comes back as it was, from what is kept and from a file', () => {
    expect(parseTaste(tasteText(OTHER))).toEqual({ taste: OTHER, ignored: [] });
    expect(parseTaste(tasteFile(OTHER))).toEqual({ taste: OTHER, ignored: [] });
  });

  it('is kept as what differs from the default', () => {
    expect(tasteText(DEFAULT_TASTE)).toBe('{}');
    expect(tasteText({ ...DEFAULT_TASTE, theme: 'light', keys: false })).toBe(
      '{"theme":"light","keys":false}',
    );
  });

  it('keeps what is right beside what is wrong, and names what it left out', () => {
    const { taste, ignored } = readTaste({
      theme: 'neon',
      density: 'wall',
      flash: 'yes',
      shoes: 2,
    });
    expect(taste).toEqual({ ...DEFAULT_TASTE, density: 'wall' });
    expect(ignored).toEqual(['theme: "neon"', 'flash: "yes"', 'shoes: 2']);
  });

  it.each(['red', '#fff', '#FF00AA', '#ff00aa;x', 7, {}])('leaves out %j as a colour', (up) => {
    const { taste, ignored } = readTaste({ up, down: '#123456' });
    expect(taste).toMatchObject({ up: null, down: '#123456' });
    expect(ignored).toHaveLength(1);
  });

  it.each([9, 121, 30.5, '30', Number.NaN, null])(
    'leaves out %s seconds of a mark',
    (moveSeconds) => {
      const { taste, ignored } = readTaste({ moveSeconds });
      expect(taste.moveSeconds).toBe(30);
      expect(ignored).toHaveLength(1);
    },
  );

  it.each([10, 120])('takes %i seconds of a mark', (moveSeconds) => {
    expect(readTaste({ moveSeconds }).taste.moveSeconds).toBe(moveSeconds);
  });

  it('leaves what a source does not mention, or has wrong, as it was', () => {
    expect(readTaste({ theme: 'neon', density: 'normal' }, OTHER).taste).toEqual({
      ...OTHER,
      density: 'normal',
    });
  });

  it.each(['', '{', '[]', 'null', '7', '"dark"', `{"theme":"${'x'.repeat(20_000)}"}`])(
    'stays whole on %.20j, which is none',
    (text) => {
      const { taste, ignored } = parseTaste(text);
      expect(taste).toEqual(DEFAULT_TASTE);
      expect(ignored).toHaveLength(1);
    },
  );

  it('takes no name of every object for a setting', () => {
    const { taste, ignored } = parseTaste('{"__proto__":{"theme":"light"},"constructor":1}');
    expect(taste).toEqual(DEFAULT_TASTE);
    expect(ignored).toHaveLength(2);
  });

  it('names little of what is long and few of what is many', () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`${index}`.padStart(80, 'x'), 'y'.repeat(80)]),
    );
    const { ignored } = readTaste(many);
    expect(ignored).toHaveLength(13);
    expect(ignored.at(-1)).toBe('28 more');
    for (const text of ignored) expect(text.length).toBeLessThan(90);
  });
});
