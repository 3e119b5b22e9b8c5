import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import { decodeEvent } from '@/lib/protocol/decode';
import { encodeSse } from '@/lib/protocol/sse';
import { parseSseText } from '../../support/sse-text';

const text = readFileSync(new URL('../../samples/seed-events.sse', import.meta.url), 'utf8');
const frames = parseSseText(text);

function replay(times: number): { book: Book; changes: number[] } {
  const book = new Book();
  const changes: number[] = [];
  let receivedAt = 0;
  for (let round = 0; round < times; round += 1) {
    let changed = 0;
    for (const frame of frames) {
      receivedAt += 1;
      const event = decodeEvent(frame.event ?? '', frame.data, frame.id ?? null);
      if (!event) continue;
      expect(event.rejected).toEqual([]);
      const change = book.apply(event, receivedAt);
      changed += change.odds.length + (change.fixture ? 1 : 0);
    }
    changes.push(changed);
  }
  return { book, changes };
}

describe('the sample frames', () => {
  it('are seven, of which two carry no JSON', () => {
    expect(frames.map((frame) => frame.event)).toEqual([
      'connected',
      'ping',
      'copilot-odds',
      'copilot-locked-odds',
      'copilot-settled-odds',
      'fixture-status',
      'fixture-status',
    ]);
    const decoded = frames.map((frame) =>
      decodeEvent(frame.event ?? '', frame.data, frame.id ?? null),
    );
    expect(decoded.map((event) => event?.kind ?? null)).toEqual([
      null,
      null,
      'odds',
      'odds',
      'odds',
      'fixture',
      'fixture',
    ]);
  });

  it('disagree with their SSE id in all but the sixth frame, and the payload id wins', () => {
    const events = frames
      .slice(2)
      .map((frame) => decodeEvent(frame.event ?? '', frame.data, frame.id ?? null));
    expect(events.map((event) => event?.idMismatch)).toEqual([true, true, true, false, true]);
    expect(events[0]?.entryId).toBe('1678113258940-2');
  });

  it('end as the board that the vendor describes', () => {
    const { book } = replay(1);
    const total = book.odds.get('1:-1:4825158B6424:1st_half_total_points:over_104_5');
    expect(total).toMatchObject({ state: 'open', price: -196, points: 104.5, isMain: false });
    const teamTotal = book.odds.get('1:-1:D86AB59E8025:team_total:miami_heat_over_105_5');
    expect(teamTotal).toMatchObject({
      state: 'settled',
      settlement: 'Won',
      settledAt: '2024-07-16T22:00:00.000Z',
      price: -103,
      points: 105.5,
      lockedAt: null,
      groupingKey: 'miami_heat:105.5',
    });
    expect(book.fixtures.get('FB0D30DCDD6C')).toMatchObject({
      startDate: '2024-08-28T20:30:00.000Z',
      oldStartDate: '2024-08-28T20:20:00.000Z',
      home: 'Miomir Kecmanovic',
      away: 'Lorenzo Musetti',
      league: 'ATP',
      status: null,
    });
    expect(book.fixtures.get('E145B23767E0')).toMatchObject({
      status: 'cancelled',
      oldStatus: 'unplayed',
      startDate: '2024-08-27T15:00:00.000Z',
    });
    expect(book.odds.size).toBe(2);
    expect(book.fixtures.size).toBe(2);
  });

  it('change nothing when they are replayed', () => {
    const { changes } = replay(3);
    expect(changes).toEqual([5, 0, 0]);
  });

  it('are encoded again byte for byte', () => {
    const again = frames
      .map((frame) => encodeSse({ event: frame.event ?? '', id: frame.id, data: frame.data }))
      .join('');
    expect(again.trimEnd()).toBe(text.trimEnd());
  });
});
