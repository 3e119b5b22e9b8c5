import { describe, expect, it } from 'vitest';
import {
  actionWords,
  alertWords,
  burstWords,
  conditionWords,
  scopeWords,
} from '@/components/desk/alert-words';
import type { Alert } from '@/lib/board/alert-log';
import {
  ALERT_KINDS,
  DEFAULT_ACTIONS,
  defaultCondition,
  EVERYWHERE,
} from '@/lib/board/alert-rules';

const ALERT: Alert = {
  id: 1,
  ruleId: 'r1',
  kind: 'move',
  at: Date.parse('2026-11-22T19:00:00Z'),
  sport: 'basketball',
  league: 'NBA',
  market: 'Moneyline',
  fixtureId: 'FX1',
  fixture: 'Mesa Owls at Harbor Kings',
  oddId: 'x',
  odd: 'Mesa Owls',
  from: -110,
  to: 120,
  note: null,
};

describe('a rule in words', () => {
  it('says its target in the view’s format, and which way it is reached', () => {
    const when = { kind: 'price', pays: 'less', decimal: 2.5 } as const;
    expect(conditionWords(when, 'american')).toBe('Price reaches +150, or pays less');
    expect(conditionWords(when, 'probability')).toBe('Price reaches 40.0%, or pays less');
  });

  it('has words for every kind', () => {
    const all = ALERT_KINDS.map((kind) => conditionWords(defaultCondition(kind), 'american'));
    expect(new Set(all).size).toBe(ALERT_KINDS.length);
  });

  it('says where it applies, and what it does', () => {
    expect(scopeWords(EVERYWHERE)).toBe('Everything on this board');
    expect(scopeWords({ ...EVERYWHERE, league: 'NBA', market: 'Moneyline' })).toBe(
      'NBA · Moneyline',
    );
    const rule = {
      ...DEFAULT_ACTIONS,
      id: 'r1',
      when: { kind: 'lock' },
      where: EVERYWHERE,
    } as const;
    expect(actionWords({ ...rule, desktop: true })).toBe(
      'Toast · Chime · Desktop · again after 60 s',
    );
    expect(actionWords({ ...rule, toast: false, sound: null, repeatSeconds: 0 })).toBe('Log only');
  });
});

describe('an alert in words', () => {
  const what = (fields: Partial<Alert>, format: 'american' | 'decimal' = 'american') =>
    alertWords({ ...ALERT, ...fields }, format, 'UTC').what;

  it('says before and after, in the view’s format', () => {
    expect(what({})).toBe('−110 → +120, 6.9 %');
    expect(what({}, 'decimal')).toBe('1.91 → 2.20, 6.9 %');
    expect(what({ kind: 'price' })).toBe('Reached +120, was −110');
    expect(what({ kind: 'price', from: null })).toBe('Reached +120');
    expect(what({ kind: 'main', from: -3.5, to: -4.5 })).toBe('Main line −3.5 → −4.5');
    expect(what({ kind: 'points', from: 215.5, to: 217 })).toBe('Points 217, was 215.5');
    expect(what({ kind: 'settlement', from: 'Won', to: 'Lost' })).toBe('Settled: lost, was won');
    expect(what({ kind: 'status', from: 'unplayed', to: 'live' })).toBe('Unplayed → Live');
    expect(what({ kind: 'start', from: '2026-11-22T19:30:00Z', to: '2026-11-23T19:30:00Z' })).toBe(
      'Starts Tomorrow 19:30, was Today 19:30',
    );
    expect(what({ kind: 'feed', to: 'dead' })).toContain('dead');
  });

  it('says something of what was kept without its figures', () => {
    for (const kind of ALERT_KINDS) expect(what({ kind, from: null, to: null })).not.toBe('');
  });

  it('says what it is about, and the league where it is no odd', () => {
    expect(alertWords(ALERT, 'american', 'UTC').about).toBe(
      'Mesa Owls · Moneyline · Mesa Owls at Harbor Kings',
    );
    const about = { ...ALERT, kind: 'status', odd: null, oddId: null, market: null } as const;
    expect(alertWords(about, 'american', 'UTC').about).toBe('Mesa Owls at Harbor Kings · NBA');
  });

  it('counts what came together', () => {
    expect(burstWords({ count: 1_200, byKind: [['lock', 1_200]] })).toBe('1,200 locks at once');
    expect(
      burstWords({
        count: 7,
        byKind: [
          ['lock', 5],
          ['main', 2],
        ],
      }),
    ).toBe('7 alerts: 5 locks, 2 main lines');
  });
});
