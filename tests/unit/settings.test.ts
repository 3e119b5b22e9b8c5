import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACCESS_SETTINGS, FEED_SETTINGS, readConfig } from '@/lib/feed/config';

const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');

/** Name, default and meaning of each row of the page's tables. */
const rows = [...page.matchAll(/^\| `(\w+)` \| (.*?) ?\| (.*) \|$/gm)].map(
  ([, name, byDefault, meaning]) => ({ name, byDefault, meaning }),
);

describe('the page of settings', () => {
  it('says of every wait and limit what the code says', () => {
    for (const { name, byDefault, meaning } of Object.values({
      ...FEED_SETTINGS,
      ...ACCESS_SETTINGS,
    })) {
      expect(rows).toContainEqual({ name, byDefault: String(byDefault), meaning });
    }
  });

  it('names no setting that the start would not know', () => {
    const named = rows.map(({ name }) => name ?? '').filter((name) => name.startsWith('BOARD_'));
    expect(named.length).toBeGreaterThan(20);
    for (const name of named) {
      const { warnings } = readConfig({ [`${name}`]: '' });
      expect(warnings).toEqual([]);
    }
    expect(readConfig({ BOARD_NO_SUCH: '1' }).warnings).toHaveLength(1);
  });
});
