import { describe, expect, it } from 'vitest';
import type { Health } from '@/lib/feed/feed';
import { createMetrics } from '@/lib/feed/metrics';
import { parsePrometheus, sampleOf } from '@/tests/support/prometheus';

function aHealth(connections: number): Health {
  return {
    status: 'ok',
    feed: 'live',
    source: 'simulator',
    viewers: 5,
    sports: {
      basketball: {
        feed: 'live',
        message: null,
        connections: Array.from({ length: connections }, (_, index) => ({
          leagues: [`"weird"\n\\${index}`],
          state: 'live' as const,
          lastFrameMs: index,
          reconnects: 0,
        })),
        odds: 7,
        fixtures: 3,
        viewers: 5,
        filters: 1_000,
        journal: { entries: 4, rows: 9, bytes: 4_000 },
        rejectedRows: {},
      },
    },
  } as unknown as Health;
}

describe('metrics', () => {
  it('adds up what it is told', async () => {
    const { meter, text } = createMetrics();
    meter.delivered(3, 2, 600);
    meter.delivered(1, 0, 50);
    meter.healed('read', 1_500);
    const told = parsePrometheus(await text(null));
    expect(sampleOf(told, 'board_deliveries_total')).toBe(6);
    expect(sampleOf(told, 'board_sent_bytes_total')).toBe(650);
    expect(sampleOf(told, 'board_gaps_seconds_total{healed="read"}')).toBe(1.5);
    expect(told.get('board_viewers')?.samples.size).toBe(0);
  });

  it('keeps its series within bounds for a thousand filters, connections and reasons', async () => {
    const { meter, text } = createMetrics();
    for (let index = 0; index < 1_000; index += 1) meter.refused(`reason-${index}`);
    meter.refused('{bad="label"}\n');
    const told = parsePrometheus(await text(aHealth(1_000)));
    expect(told.get('board_requests_refused_total')?.samples.size).toBeLessThanOrEqual(33);
    const refused = told.get('board_requests_refused_total')?.samples.values() ?? [];
    expect([...refused].reduce((all, one) => all + one, 0)).toBe(1_001);
    const ages = told.get('board_upstream_last_frame_age_seconds');
    expect(ages?.samples.size).toBe(33);
    const more = 'board_upstream_last_frame_age_seconds{sport="basketball",connection="more"}';
    expect(sampleOf(told, more)).toBe(0.999);
    expect(sampleOf(told, 'board_filters{sport="basketball"}')).toBe(1_000);
  });

  it('forgets a sport that is no longer held', async () => {
    const { text } = createMetrics();
    await text(aHealth(2));
    const told = parsePrometheus(await text({ ...aHealth(0), sports: {} }));
    expect(told.get('board_viewers')?.samples.size).toBe(0);
  });
});
