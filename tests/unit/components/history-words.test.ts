import { describe, expect, it } from 'vitest';
import { historyWords } from '@/components/desk/history-words';
import { buildHistory, type HistoryItem } from '@/lib/board/history';

function anItem(fields: Partial<HistoryItem>): HistoryItem {
  const [item] = buildHistory([
    {
      timestamp: 1,
      event: 'copilot-odds',
      price: -110,
      points: null,
      is_main: true,
      settlement: null,
      origin: 'board',
    },
  ]).items;
  if (!item) throw new Error('one entry is one item');
  return { ...item, ...fields };
}

describe('an item of a history in words', () => {
  it.each([
    [{ kind: 'opened', origin: 'vendor' }, 'Vendor’s opening'],
    [{ kind: 'opened', origin: 'board' }, 'Server’s first'],
    [{ kind: 'oldest', origin: 'vendor' }, 'Oldest kept'],
    [{ kind: 'moved' }, 'Price'],
    [{ kind: 'locked' }, 'Locked'],
    [{ kind: 'reopened', lockedMs: 65_000 }, 'Reopened after 1 m 05 s'],
    [{ kind: 'settled', settlement: 'Half Won' }, 'Settled Half Won'],
    [{ kind: 'settled', settlement: null }, 'Settled'],
    [{ kind: 'same' }, 'Unchanged'],
    [{ kind: 'same', main: 'became' }, 'Main line from here'],
    [{ kind: 'moved', main: 'left' }, 'Price · Main line no more'],
    [{ kind: 'same', points: { from: 3, to: -3.5 } }, 'Points +3 → −3.5'],
  ] satisfies [Partial<HistoryItem>, string][])('says %o as %s', (fields, words) => {
    expect(historyWords(anItem(fields), true)).toBe(words);
  });

  it('writes points without a sign where they are no handicap', () => {
    const item = anItem({ kind: 'same', points: { from: 104.5, to: 105.5 } });
    expect(historyWords(item, false)).toBe('Points 104.5 → 105.5');
  });
});
