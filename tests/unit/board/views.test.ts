import { describe, expect, it } from 'vitest';
import { createKept, type Shelf } from '@/lib/board/kept';
import { readViews, readWatched, toggleWatched, viewHref, withView } from '@/lib/board/views';

describe('addresses of views', () => {
  it.each([
    '/basketball',
    '/soccer?league=England+-+Premier+League&view=lines',
    '/ice_hockey?q=a%20b',
  ])('takes %s', (href) => {
    expect(viewHref(href)).toBe(href);
  });

  it.each([
    '/',
    '//evil.example/basketball',
    '/\\evil.example',
    'https://evil.example/basketball',
    'javascript:alert(1)',
    '/api/snapshot/basketball',
    '/sign-out',
    '/basket\tball',
    `/basketball?q=${'x'.repeat(9_000)}`,
    '/.//evil.example',
  ])('does not take %s', (href) => {
    expect(viewHref(href)).toBeNull();
  });
});

describe('saved views', () => {
  it('keeps what is right of a hand-edited list, and names the rest', () => {
    const { value, problems } = readViews({
      version: 9,
      views: [
        { name: ' NBA spreads ', href: '/basketball?league=NBA' },
        { name: 'NBA spreads', href: '/basketball' },
        { name: '', href: '/basketball' },
        { name: 'Elsewhere', href: 'https://evil.example' },
        'text',
        null,
      ],
    });
    expect(value).toEqual([{ name: 'NBA spreads', href: '/basketball?league=NBA' }]);
    expect(problems).toHaveLength(5);
    expect(problems[2]).toContain('Elsewhere');
  });

  it('has none where nothing was kept, and says so where it is no list', () => {
    expect(readViews(undefined)).toEqual({ value: [], problems: [] });
    expect(readViews({ views: 'many' }).problems).toHaveLength(1);
  });

  it('replaces the view of the same name in its place, and keeps 200', () => {
    const two = withView([{ name: 'a', href: '/a' }], { name: 'b', href: '/b' });
    expect(withView(two, { name: 'a', href: '/c' })).toEqual([
      { name: 'a', href: '/c' },
      { name: 'b', href: '/b' },
    ]);
    let many: ReturnType<typeof withView> = [];
    for (let index = 0; index < 250; index += 1) {
      many = withView(many, { name: `view ${index}`, href: '/basketball' });
    }
    expect(many).toHaveLength(200);
    expect(many.at(-1)?.name).toBe('view 249');
  });
});

describe('watched fixtures', () => {
  const one = { id: 'FX1', sport: 'basketball', name: 'A at B' };

  it('puts one there and takes it away again', () => {
    expect(toggleWatched([], one)).toEqual([one]);
    expect(toggleWatched([one], { ...one, name: 'other words' })).toEqual([]);
  });

  it('keeps what is right, each once', () => {
    const { value, problems } = readWatched([one, one, { id: 'two words' }, 7]);
    expect(value).toEqual([one]);
    expect(problems).toHaveLength(2);
  });
});

describe('what the browser keeps', () => {
  const shelfOf = (held: Record<string, string>): Shelf => ({
    getItem: (name) => held[name] ?? null,
    setItem: (name, text) => {
      held[name] = text;
    },
  });
  const read = (json: unknown) =>
    typeof json === 'number'
      ? { value: json, problems: [] }
      : { value: 1, problems: json === undefined ? [] : ['no number'] };

  it('reads once, writes through and tells', () => {
    const held: Record<string, string> = { 'board.x': '5' };
    const kept = createKept('board.x', read, () => shelfOf(held));
    expect(kept.get()).toBe(5);
    let told = 0;
    const stop = kept.subscribe(() => {
      told += 1;
    });
    expect(kept.set(6)).toBe(true);
    expect([kept.get(), held['board.x'], told]).toEqual([6, '6', 1]);
    stop();
    kept.set(7);
    expect(told).toBe(1);
  });

  it('takes over what another tab kept meanwhile, though nobody watches', () => {
    const held: Record<string, string> = {};
    const [here, there] = [1, 2].map(() => createKept('board.x', read, () => shelfOf(held)));
    expect(here?.get()).toBe(1);
    there?.set(8);
    expect(here?.get()).toBe(8);
    here?.subscribe(() => {})();
    there?.set(9);
    expect(here?.get()).toBe(9);
  });

  it('says what was wrong, and goes on with the default', () => {
    const broken = createKept('board.x', read, () => shelfOf({ 'board.x': '{' }));
    expect([broken.get(), broken.problems().length]).toEqual([1, 1]);
    const other = createKept('board.x', read, () => shelfOf({ 'board.x': '"five"' }));
    expect([other.get(), other.problems()]).toEqual([1, ['no number']]);
  });

  it('holds for the page where nothing may be kept', () => {
    const refuse = () => {
      throw new Error('refused');
    };
    const refusing = createKept('board.x', read, () => ({ getItem: refuse, setItem: refuse }));
    expect(refusing.get()).toBe(1);
    expect(refusing.set(3)).toBe(false);
    expect(refusing.get()).toBe(3);
  });
});
