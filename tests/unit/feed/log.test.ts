import { describe, expect, it } from 'vitest';
import { readConfig } from '@/lib/feed/config';
import { createLog, createRedaction, type LogOptions } from '@/lib/feed/log';

const AT = Date.parse('2026-11-22T20:00:00.123Z');

function kit(options: Partial<LogOptions> = {}) {
  const lines: { line: string; level: string }[] = [];
  const log = createLog({
    format: 'json',
    now: () => AT,
    write: (line, level) => void lines.push({ line, level }),
    ...options,
  });
  return { log, lines, bodies: () => lines.map(({ line }) => JSON.parse(line)) };
}

describe('log', () => {
  it('writes JSON with time, level, message and fields under their own names', () => {
    const { log, lines, bodies } = kit();
    log.info('upstream basketball: live -> late', { sport: 'basketball', leagues: 2, to: 'late' });
    log.warn('no more fit', { reason: undefined });
    expect(bodies()).toEqual([
      {
        time: '2026-11-22T20:00:00.123Z',
        level: 'info',
        msg: 'upstream basketball: live -> late',
        sport: 'basketball',
        leagues: 2,
        to: 'late',
      },
      { time: '2026-11-22T20:00:00.123Z', level: 'warn', msg: 'no more fit' },
    ]);
    expect(lines.map(({ level }) => level)).toEqual(['info', 'warn']);
  });

  it('writes the same for a person, on one line', () => {
    const { log, lines } = kit({ format: 'text' });
    log.info('prices come from\nsomewhere', { sport: 'ice hockey', gapMs: 12 });
    expect(lines[0]?.line).toBe(
      '[board] 2026-11-22T20:00:00.123Z info: prices come from somewhere sport="ice hockey" gapMs=12',
    );
  });

  it('tells an unforeseen failure with its stack, and of what is no error its text', () => {
    const { log, bodies } = kit();
    log.error('a request failed', new TypeError('it broke'));
    log.error('a rejection was not handled', 'a word');
    expect(bodies()[0]).toMatchObject({ level: 'error', reason: 'it broke' });
    expect(bodies()[0].stack).toContain('log.test.ts');
    expect(bodies()[1]).toMatchObject({ reason: 'a word' });
  });

  it('keeps a line of anything that comes from outside to one line of bounded length', () => {
    for (const format of ['json', 'text'] as const) {
      const { log, lines } = kit({ format });
      log.warn(`bad\r\n{"level":"info"}\u2028${'x'.repeat(100_000)}`, { reason: 'a\nb' });
      expect(lines).toHaveLength(1);
      expect(lines[0]?.line).not.toMatch(/[\r\n]/);
      expect(lines[0]?.line.length).toBeLessThan(10_000);
    }
  });

  it('takes a secret out of messages, fields and stacks, however it is written in an address', () => {
    const secret = 'k9/Zq+secret==';
    const { log, lines } = kit({ secrets: [secret] });
    log.info(`asked with ${secret} and ${encodeURIComponent(secret)}`, { reason: secret });
    log.error('failed', new Error(secret));
    const told = lines.map(({ line }) => line).join();
    expect(told).not.toContain('Zq+secret');
    expect(told).not.toContain('Zq%2Bsecret');
    expect(told.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('leaves ordinary words alone where a short key or a word of a key is one of them', () => {
    const redact = createRedaction(['any', 'live', 'basketball', 'any']);
    const line = 'basketball (2 leagues): many companies went live';
    expect(redact(line)).toBe(line);
  });

  it.each([
    ['GET /api/v3/x?league=NBA&key=any&market=Total', 'any&'],
    ['at https://trader:hunter2@example.com/feed', 'hunter2'],
    ['X-Api-Key: abc', 'abc'],
    ['{"x-api-key":"abc"}', 'abc'],
    ['Authorization: Bearer abcd', 'abcd'],
    ['cookie: board_session=eyJh.b.c; theme=dark', 'eyJh'],
    ['BOARD_PASSWORD=swordfish', 'swordfish'],
  ])('takes out what stands where secrets stand: %s', (line, secret) => {
    const told = createRedaction([])(line);
    expect(told).not.toContain(secret);
    expect(told).toContain('[redacted]');
  });

  it('is set by BOARD_LOG, which refuses what is no format', () => {
    expect(readConfig({}).log).toBeNull();
    expect(readConfig({ BOARD_LOG: ' JSON ' }).log).toBe('json');
    expect(() => readConfig({ BOARD_LOG: 'xml' })).toThrow(/BOARD_LOG.*json/);
  });
});
