import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const KEY = 'board.seen-starts';
const stored = new Map<string, string>();

/** As a page that is loaded anew. */
async function load() {
  vi.resetModules();
  return import('@/lib/board/seen-starts');
}

function kept(): unknown {
  return JSON.parse(stored.get(KEY) ?? 'null');
}

describe('starts that were seen', () => {
  beforeEach(() => {
    stored.clear();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('are kept for the session, together with those of before', async () => {
    (await load()).markStartSeen('FX1', '2026-11-22T19:30:00.000Z');
    (await load()).markStartSeen('FX2', null);
    expect(kept()).toEqual(['FX1 2026-11-22T19:30:00.000Z', 'FX2 null']);
  });

  it('are bounded, the oldest going first', async () => {
    const { markStartSeen } = await load();
    for (let index = 0; index < 501; index += 1) markStartSeen(`FX${index}`, null);
    expect(kept()).toHaveLength(500);
    expect((kept() as string[])[0]).toBe('FX1 null');
  });

  it.each(['{', '5', '[1,{},"FX1 null"]'])('are read past what is wrong: %s', async (text) => {
    stored.set(KEY, text);
    (await load()).markStartSeen('FX2', null);
    expect(kept()).toContain('FX2 null');
    expect((kept() as unknown[]).every((one) => typeof one === 'string')).toBe(true);
  });

  it('are forgotten with the page where nothing can be stored', async () => {
    vi.stubGlobal('sessionStorage', {
      getItem() {
        throw new Error('closed');
      },
      setItem() {
        throw new Error('closed');
      },
    });
    const { markStartSeen } = await load();
    expect(() => markStartSeen('FX1', null)).not.toThrow();
  });
});
