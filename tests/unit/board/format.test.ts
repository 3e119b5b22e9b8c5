import { describe, expect, it } from 'vitest';
import {
  dayKey,
  formatAge,
  formatClock,
  formatDay,
  formatMoment,
  formatMomentShort,
  formatOffset,
  formatRelativeDay,
  formatTime,
  isZone,
  zoneName,
} from '@/lib/board/format';
import { seededRandom } from '../../support/fake-timing';

const AT = '2026-11-22T19:30:05Z';
const NOW = Date.parse(AT);

describe('clock differences', () => {
  it('say which clock is ahead', () => {
    expect([0, 500, -540, 800, -1_200].map(formatOffset)).toEqual([
      '≤ 0.5 s',
      '≤ 0.5 s',
      '≤ 0.5 s',
      '+0.8 s',
      '−1.2 s',
    ]);
  });
});

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

  it('count days by the calendar where the clocks change', () => {
    const late = Date.parse('2026-03-08T04:30:00Z');
    expect(formatRelativeDay('2026-03-08T17:00:00Z', 'America/New_York', late)).toBe('Tomorrow');
    expect(formatRelativeDay('2026-03-09T17:00:00Z', 'America/New_York', late)).toBe('Mon 9 Mar');
    const after = Date.parse('2026-03-09T04:30:00Z');
    expect(formatRelativeDay('2026-03-08T17:00:00Z', 'America/New_York', after)).toBe('Yesterday');
    expect(formatRelativeDay('2026-03-07T17:00:00Z', 'America/New_York', after)).toBe('Sat 7 Mar');
  });

  it('say the day of a moment that is not today', () => {
    expect(formatMoment(AT, 'UTC', NOW + 3_600_000)).toBe('19:30:05');
    expect(formatMoment(AT, 'UTC', NOW + 86_400_000)).toBe('Sun 22 Nov 19:30:05');
    expect(formatMomentShort(NOW, 'UTC', dayKey(NOW, 'UTC'))).toBe('19:30:05');
    expect(formatMomentShort(NOW, 'UTC', dayKey(NOW + 86_400_000, 'UTC'))).toBe('22 Nov');
  });

  it('name their zone, as it is called at that time of the year', () => {
    expect(zoneName('UTC', AT)).toBe('UTC');
    expect(zoneName('Europe/London', '2026-07-01T12:00:00Z')).toBe('BST');
    expect(zoneName('Europe/London', AT)).toBe('GMT');
    expect(zoneName('America/New_York', '2026-07-01T12:00:00Z')).toBe('EDT');
    expect(zoneName('America/New_York', AT)).toBe('EST');
    expect(zoneName('America/Los_Angeles', AT)).toBe('PST');
    expect(zoneName('Europe/Berlin', '2026-07-01T12:00:00Z')).toBe('CEST');
  });

  it('name a zone without an abbreviation by its distance from UTC', () => {
    expect(zoneName('Asia/Kolkata', AT)).toBe('GMT+5:30');
    expect(zoneName('America/Sao_Paulo', AT)).toBe('GMT-3');
  });

  it('change in the very second in which the day or the clocks do', () => {
    const seconds = (at: string) => [Date.parse(at) - 1_000, Date.parse(at), Date.parse(at) - 1];
    expect(seconds('2026-11-23T00:00:00Z').map((at) => formatTime(at, 'UTC'))).toEqual([
      '23:59',
      '00:00',
      '23:59',
    ]);
    expect(seconds('2026-11-22T18:15:00Z').map((at) => dayKey(at, 'Asia/Kathmandu'))).toEqual([
      '22/11/2026',
      '23/11/2026',
      '22/11/2026',
    ]);
    // At two in the morning it is three, and the zone has another name.
    const spring = seconds('2026-03-08T07:00:00Z');
    expect(spring.map((at) => formatClock(at, 'America/New_York'))).toEqual([
      '01:59:59',
      '03:00:00',
      '01:59:59',
    ]);
    expect(spring.map((at) => zoneName('America/New_York', at))).toEqual(['EST', 'EDT', 'EST']);
    expect(seconds('2027-01-01T00:00:00Z').map((at) => formatDay(at, 'UTC', NOW))).toEqual([
      'Thu 31 Dec',
      'Fri 1 Jan 2027',
      'Thu 31 Dec',
    ]);
  });

  it('say what `Intl` does, however many are asked for', () => {
    const next = seededRandom(7);
    const zones = ['UTC', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    for (let times = 0; times < 3_000; times += 1) {
      const at = NOW + Math.floor((next() - 0.5) * 63_072_000_000);
      const timeZone = zones[times % zones.length] ?? 'UTC';
      const expected = new Date(at).toLocaleTimeString('en-GB', { timeZone, ...clock });
      expect(formatClock(at, timeZone)).toBe(expected);
    }
  });

  it('know which zones there are', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Mars/Base')).toBe(false);
    expect(isZone('')).toBe(false);
  });
});

describe('ages', () => {
  it('say how long ago, and never a negative time', () => {
    expect(formatAge(NOW - 400, NOW)).toBe('now');
    expect(formatAge(NOW - 12_000, NOW)).toBe('12 s');
    expect(formatAge(NOW - 245_000, NOW)).toBe('4 m');
    expect(formatAge(NOW - 7_500_000, NOW)).toBe('2 h 05 m');
    expect(formatAge(NOW + 5_000, NOW)).toBe('now');
  });
});
