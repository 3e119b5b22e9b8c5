import { describe, expect, it } from 'vitest';
import {
  ALERT_KINDS,
  type AlertRule,
  addRules,
  DEFAULT_ACTIONS,
  defaultCondition,
  EVERYWHERE,
  freeId,
  MOST_RULES,
  readRules,
  SOUNDS,
  writeRules,
} from '@/lib/board/alert-rules';

function aRule(fields: Partial<AlertRule> = {}): AlertRule {
  return {
    ...DEFAULT_ACTIONS,
    id: 'r1',
    when: { kind: 'lock' },
    where: EVERYWHERE,
    ...fields,
  };
}

const read = (...rules: unknown[]) => readRules(JSON.stringify({ rules }));

describe('what is read', () => {
  it('is what was written, for every kind of rule and sound', () => {
    const rules = ALERT_KINDS.map((kind, index) =>
      aRule({
        id: `r${index + 1}`,
        when: defaultCondition(kind),
        sound: SOUNDS[index % SOUNDS.length] ?? null,
        where: {
          league: 'NBA',
          market: 'Moneyline',
          fixture: { id: 'FX1', name: 'A at B' },
          odd: { id: '1:-1:x', name: 'A' },
        },
      }),
    );
    expect(readRules(writeRules(rules))).toEqual({ rules, problems: [] });
  });

  it('is nothing where there is nothing, and no problem', () => {
    expect(readRules(null)).toEqual({ rules: [], problems: [] });
    expect(readRules(' ')).toEqual({ rules: [], problems: [] });
  });

  it('is nothing of what is no list of rules, and says so', () => {
    for (const text of ['{', '7', 'null', '{"rules":{}}', '"rules"']) {
      const { rules, problems } = readRules(text);
      expect(rules).toEqual([]);
      expect(problems).toHaveLength(1);
    }
  });
});

describe('what is wrong', () => {
  it.each([
    ['no rule', 'lock', 'it is "lock"'],
    ['no condition', {}, 'when is nothing'],
    ['an unknown kind', { when: { kind: 'mvoe' } }, 'kind is "mvoe"'],
    ['no size', { when: { kind: 'move', seconds: 60 } }, 'size is nothing'],
    ['a size of nothing', { when: { kind: 'move', size: 0, seconds: 60 } }, 'size is 0'],
    ['an endless time', { when: { kind: 'move', size: 1, seconds: 1e9 } }, 'seconds is 1000000000'],
    ['a price of 1', { when: { kind: 'price', pays: 'more', decimal: 1 } }, 'decimal is 1'],
    ['a number in words', { when: { kind: 'points', at: 'least', points: '3' } }, 'points is "3"'],
    ['a league of no name', { when: { kind: 'lock' }, where: { league: 7 } }, 'league is 7'],
    ['a fixture without its id', { when: { kind: 'lock' }, where: { fixture: {} } }, 'fixture id'],
    ['no scope', { when: { kind: 'lock' }, where: 'NBA' }, 'where is "NBA"'],
  ])('leaves out %s, names it and keeps the rest', (_, rule, words) => {
    const { rules, problems } = read(rule, aRule());
    expect(rules).toEqual([aRule()]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('Rule 1 is left out');
    expect(problems[0]).toContain(words);
  });

  it('about an action becomes the default, named, and the rule stays', () => {
    const { rules, problems } = read({
      ...aRule(),
      sound: 'gong',
      repeatSeconds: -1,
      toast: 'yes',
    });
    expect(rules).toEqual([aRule({ sound: null })]);
    expect(problems.join(' ')).toMatch(/toast.*sound.*repeatSeconds/);
  });

  it('is named in a bounded number of bounded lines', () => {
    const { problems } = read(...Array.from({ length: 100 }, () => 'x'.repeat(1_000)));
    expect(problems.length).toBeLessThan(30);
    expect(problems.join('').length).toBeLessThan(5_000);
    expect(problems.at(-1)).toBe('80 more problems.');
  });

  it('gives rules that share an id, or have a foreign one, ids of their own', () => {
    const { rules } = read(aRule({ id: 'r2' }), aRule({ id: 'r2' }), aRule({ id: '\n' }));
    expect(new Set(rules.map(({ id }) => id)).size).toBe(3);
  });

  it('keeps no more rules than can be kept', () => {
    const { rules, problems } = read(...Array.from({ length: MOST_RULES + 5 }, () => aRule()));
    expect(rules).toHaveLength(MOST_RULES);
    expect(problems).toHaveLength(1);
  });
});

describe('rules that are added', () => {
  it('get free ids, and are left out where the same is there', () => {
    const held = [aRule(), aRule({ id: 'r3', when: defaultCondition('move') })];
    const { rules, added } = addRules(held, [
      aRule({ id: 'r9' }),
      aRule({ id: 'r1', when: defaultCondition('price') }),
      aRule({ id: 'r3', where: { ...EVERYWHERE, league: 'NBA' } }),
    ]);
    expect(added).toBe(2);
    expect(rules.map(({ id }) => id)).toEqual(['r1', 'r3', 'r2', 'r4']);
    expect(freeId(rules)).toBe('r5');
  });
});
