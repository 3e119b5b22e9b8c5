/** What docs/operations hands out names figures that are served. No promtool here: names and structure alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '@/lib/feed/metrics';
import { parsePrometheus } from '@/tests/support/prometheus';

const read = (name: string) => readFileSync(`docs/${name}`, 'utf8');
const NAME = /\b(?:board|process|nodejs)_[a-z_]+[a-z]\b/g;

async function served(): Promise<Set<string>> {
  const families = parsePrometheus(await createMetrics().text(null));
  return new Set(
    [...families].flatMap(([name, { type }]) =>
      type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

describe('docs/operations', () => {
  it.each(['operations/alerts.yml', 'operations/dashboard.json', 'operations.md'])(
    '%s names no figure that is not served',
    async (page) => {
      const names = await served();
      const told = [...new Set(read(page).match(NAME))];
      expect(told.length).toBeGreaterThan(8);
      expect(told.filter((name) => !names.has(name))).toEqual([]);
    },
  );

  it('says of every figure of ours what it means', async () => {
    const page = read('operations.md');
    const own = [...(await served())].filter(
      (name) => name.startsWith('board_') && !/_(bucket|sum|count)$/.test(name),
    );
    expect(own.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('has an expression in balance, a summary and a cure for every alert', () => {
    const rules = read('operations/alerts.yml')
      .split(/^ {6}- alert: /m)
      .slice(1);
    expect(rules.length).toBeGreaterThan(5);
    const page = read('operations.md');
    for (const rule of rules) {
      const name = rule.split('\n', 1)[0] ?? '';
      expect(page, name).toContain(`\`${name}\``);
      const expr = /^ {8}expr: (\S.*)$/m.exec(rule)?.[1] ?? '';
      expect(expr, name).not.toBe('');
      for (const pair of ['()', '{}', '[]']) {
        expect(expr.split(pair[0] ?? '').length, name).toBe(expr.split(pair[1] ?? '').length);
      }
      expect(rule, name).toMatch(/^ {10}severity: (critical|warning|info)$/m);
      expect(rule, name).toMatch(/^ {10}summary: \S/m);
    }
  });

  it('is a dashboard whose panels each ask for something', () => {
    const { panels } = JSON.parse(read('operations/dashboard.json'));
    expect(panels.length).toBeGreaterThan(8);
    for (const { title, targets } of panels) expect(targets.length, title).toBeGreaterThan(0);
  });
});
