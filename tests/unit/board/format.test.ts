import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatClock,
  formatCountdown,
  formatDay,
  formatRelativeDay,
  formatTime,
  isZone,
  zoneName,
} from '@/lib/board/format';

const AT = '2026-11-22T19:30:05Z';
const NOW = Date.parse(AT);

describe('times', () => {
  it('are shown in the zone asked for', () => {
    expect(formatTime(AT, 'UTC')).toBe('19:30');
    expect(formatTime(AT, 'America/New_York')).toBe('14:30');
    expect(formatClock(AT, 'Asia/Kolkata')).toBe('01:00:05');
    expect(formatTime('2026-11-22T00:10:00Z', 'UTC')).toBe('00:10');
  });

  it('name the day by the zone’s own calendar', () => {
    expect(formatDay(AT, 'UTC', NOW)).toBe('Sun 22 Nov');
    expect(formatDay(AT, 'Asia/Kolkata', NOW)).toBe('Mon 23 Nov');
    expect(formatDay('2024-08-28T20:30:00Z', 'UTC', NOW)).toBe('Wed 28 Aug 2024');
    expect(formatRelativeDay(AT, 'UTC', NOW)).toBe('Today');
    expect(formatRelativeDay('2026-11-23T01:00:00Z', 'UTC', NOW)).toBe('Tomorrow');
    expect(formatRelativeDay('2026-11-23T01:00:00Z', 'America/New_York', NOW)).toBe('Today');
  });

  it('name their zone, as it is called at that time of the year', () => {
    expect(zoneName('UTC', AT)).toBe('UTC');
    expect(zoneName('Europe/London', '2026-07-01T12:00:00Z')).toBe('BST');
    expect(zoneName('Europe/London', AT)).toBe('GMT');
  });

  it('know which zones there are', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Mars/Base')).toBe(false);
    expect(isZone('')).toBe(false);
  });
});

describe('countdowns and ages', () => {
  const inMs = (ms: number) => formatCountdown(NOW + ms, NOW);

  it('get finer as the start comes near', () => {
    expect(inMs(3 * 86_400_000)).toBe('in 3 d');
    expect(inMs(2 * 3_600_000 + 5 * 60_000)).toBe('in 2 h 05 m');
    expect(inMs(12 * 60_000)).toBe('in 12 m');
    expect(inMs(45_000)).toBe('in 0:45');
    expect(inMs(0)).toBe('started');
    expect(inMs(-1)).toBe('started');
  });

  it('say how long ago, and never a negative time', () => {
    expect(formatAge(NOW - 400, NOW)).toBe('now');
    expect(formatAge(NOW - 12_000, NOW)).toBe('12 s');
    expect(formatAge(NOW - 245_000, NOW)).toBe('4 m');
    expect(formatAge(NOW - 7_500_000, NOW)).toBe('2 h 05 m');
    expect(formatAge(NOW + 5_000, NOW)).toBe('now');
  });
});
