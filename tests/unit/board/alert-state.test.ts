import { describe, expect, it } from 'vitest';
import { type Alert, createAlertLog, LOG_LENGTH, SHOWN_LENGTH } from '@/lib/board/alert-log';
import { type AlertRule, DEFAULT_ACTIONS, EVERYWHERE, writeRules } from '@/lib/board/alert-rules';
import { createAlertSettings, MUTED_KEY, RULES_KEY } from '@/lib/board/alert-settings';
import { formatTarget, parseTarget } from '@/lib/board/alert-target';
import { ODDS_FORMATS, toDecimal } from '@/lib/protocol/price';

function aStorage(held: Record<string, string> = {}) {
  const items = new Map(Object.entries(held));
  let writes = 0;
  return {
    items,
    writes: () => writes,
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, text: string) {
      writes += 1;
      items.set(key, text);
    },
  };
}

const FORBIDDEN = {
  getItem(): string | null {
    throw new Error('forbidden');
  },
  setItem(): void {
    throw new Error('full');
  },
};

function aRule(fields: Partial<AlertRule> = {}): AlertRule {
  return { ...DEFAULT_ACTIONS, id: '', when: { kind: 'lock' }, where: EVERYWHERE, ...fields };
}

function anAlert(id: number, fields: Partial<Alert> = {}): Alert {
  return {
    id,
    ruleId: 'r1',
    kind: 'lock',
    at: 1_795_000_000_000 + id,
    sport: 'basketball',
    league: 'NBA',
    market: 'Moneyline',
    fixtureId: 'FX1',
    fixture: 'A at B',
    oddId: 'x',
    odd: 'A',
    from: null,
    to: -110,
    note: null,
    ...fields,
  };
}

const told = (id: number) => ({ id, at: id, count: 1, parts: [anAlert(id)] });

describe('settings', () => {
  it('survive a reload: rules, their order, and whether they are muted', () => {
    const storage = aStorage();
    const settings = createAlertSettings(storage);
    settings.save(aRule());
    settings.save(aRule({ when: { kind: 'feed' } }));
    settings.save({ ...aRule(), id: 'r1', isOn: false });
    settings.setMuted(true);
    const { rules, isMuted } = createAlertSettings(storage).getState();
    expect(rules).toEqual([
      aRule({ id: 'r1', isOn: false }),
      aRule({ id: 'r2', when: { kind: 'feed' } }),
    ]);
    expect(isMuted).toBe(true);
  });

  it('name what is wrong in what was kept, and keep the rest', () => {
    const text = JSON.stringify({ rules: [{ when: { kind: 'gone' } }, aRule()] });
    const { rules, problems } = createAlertSettings(aStorage({ [RULES_KEY]: text })).getState();
    expect(rules).toHaveLength(1);
    expect(problems).toHaveLength(1);
  });

  it('work where the browser keeps nothing, and say so when something is to be kept', () => {
    const settings = createAlertSettings(FORBIDDEN);
    expect(settings.getState()).toMatchObject({ rules: [], problems: [], isMuted: false });
    settings.save(aRule());
    settings.setMuted(true);
    expect(settings.getState().rules).toHaveLength(1);
    expect(settings.getState().problems.join()).toContain('keeps nothing');
  });

  it('take the rules of a file once, with what is wrong in it named', () => {
    const settings = createAlertSettings(aStorage());
    const file = writeRules([aRule({ id: 'r7' }), aRule({ id: 'r8', sound: 'gong' as 'tick' })]);
    expect(settings.take(file)).toBe(2);
    expect(settings.getState().problems).toHaveLength(1);
    expect(settings.take(file)).toBe(0);
    expect(settings.take('no rules')).toBe(0);
    expect(settings.getState().rules).toHaveLength(2);
  });

  it('follow what another tab wrote, a rule that is being written apart', () => {
    const storage = aStorage();
    const settings = createAlertSettings(storage);
    settings.begin(EVERYWHERE);
    storage.items.set(RULES_KEY, writeRules([aRule({ id: 'r1' })]));
    storage.items.set(MUTED_KEY, 'true');
    settings.reread();
    expect(settings.getState()).toMatchObject({ rules: [{ id: 'r1' }], isMuted: true });
    expect(settings.getState().draft).not.toBeNull();
  });
});

describe('the log', () => {
  it('is bounded, and so is what is shown of it', () => {
    const log = createAlertLog(null);
    for (let count = 0; count < LOG_LENGTH + 20; count += 1) log.add(told(log.nextId()), true);
    const { entries, shown } = log.getState();
    expect(entries).toHaveLength(LOG_LENGTH);
    expect(entries[0]?.id).toBe(LOG_LENGTH + 20);
    expect(shown).toHaveLength(SHOWN_LENGTH);
  });

  it('has a burst in the place of what was told before it showed itself', () => {
    const log = createAlertLog(null);
    log.add(told(1), true);
    log.add(told(2), true);
    log.add({ id: 3, at: 3, count: 5, parts: [anAlert(1), anAlert(2)] }, true, [1, 2]);
    log.add({ id: 3, at: 3, count: 9, parts: [anAlert(1), anAlert(2)] }, true);
    expect(log.getState().entries.map(({ id, count }) => [id, count])).toEqual([[3, 9]]);
    expect(log.getState().shown).toHaveLength(1);
  });

  it('survives a reload, and shows nothing of it again', () => {
    const storage = aStorage();
    const log = createAlertLog(storage);
    log.add(told(log.nextId()), true);
    log.save();
    log.save();
    expect(storage.writes()).toBe(1);
    const again = createAlertLog(storage);
    expect(again.getState()).toEqual({ entries: [told(1)], shown: [] });
    expect(again.nextId()).toBe(2);
  });

  it('leaves out what it cannot read', () => {
    const kept = [
      told(1),
      { id: 2 },
      null,
      { ...told(4), byKind: [['x', 1]] },
      { ...told(3), parts: [{ ...anAlert(3), kind: 'x' }] },
    ];
    const [key] = (() => {
      const storage = aStorage();
      const log = createAlertLog(storage);
      log.add(told(1), false);
      log.save();
      return [...storage.items.keys()];
    })();
    const read = (text: string) =>
      createAlertLog(aStorage({ [key ?? '']: text })).getState().entries;
    expect(read(JSON.stringify(kept))).toEqual([told(1)]);
    expect(read('{')).toEqual([]);
    expect(read('7')).toEqual([]);
  });
});

describe('a target price', () => {
  it('is read as it is shown, in every format', () => {
    for (const american of [-1_000, -245, -110, 100, 105, 150, 900]) {
      const decimal = toDecimal(american);
      for (const format of ODDS_FORMATS) {
        const shown = formatTarget(decimal, format);
        const read = parseTarget(shown, format) ?? Number.NaN;
        expect(formatTarget(read, format), `${american} as ${format}`).toBe(shown);
        expect(Math.abs(read - decimal) / decimal).toBeLessThan(0.01);
      }
    }
  });

  it.each([
    ['−110', 'american', toDecimal(-110)],
    ['even', 'american', 2],
    ['2,5', 'decimal', 2.5],
    ['40 %', 'probability', 2.5],
    ['-0.5', 'malay', 3],
    ['-2', 'indonesian', 1.5],
  ] as const)('%s in %s is %d', (text, format, decimal) => {
    expect(parseTarget(text, format)).toBeCloseTo(decimal, 9);
  });

  it.each([
    ['50', 'american'],
    ['1', 'decimal'],
    ['100', 'probability'],
    ['0', 'probability'],
    ['0', 'hong_kong'],
    ['1.2', 'malay'],
    ['0.5', 'indonesian'],
    ['', 'decimal'],
    ['two', 'decimal'],
    ['1e3', 'decimal'],
    ['Infinity', 'american'],
  ] as const)('cannot be %s in %s', (text, format) => {
    expect(parseTarget(text, format)).toBeNull();
  });
});
