import { describe, expect, it } from 'vitest';
import { BOUNDS, judge, planOf, type Sample, TURNS } from '../../bench/endure/day';

const EQUAL = { extra: 0, missing: 0 };
const plan = planOf(60);

function held(fields: Partial<NonNullable<Sample['held']>>): NonNullable<Sample['held']> {
  return {
    ...{ heapMb: 50, workerHeapMb: 1, nodes: 2_000, listeners: 400, odds: 50_000, fixtures: 200 },
    ...{ states: {}, largest: [], serverOdds: 50_000, serverFixtures: 200 },
    ...{ serverRssMb: 500, browserRssMb: 900, passed: 0 },
    ...fields,
  };
}

/** An hour of samples, each as `at` makes it of its second. */
function anHour(at: (seconds: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: 360 }, (_, index) => {
    const seconds = (index + 1) * 10;
    const turn = TURNS[index % TURNS.length] ?? 'sit';
    return {
      ...{ seconds, turn, frames: 600, frameP50Ms: 16.7, frameP99Ms: 18, frameMaxMs: 40 },
      ...{ nodes: 2_500, listeners: 400, feed: 'live', othersCpu: 5 },
      ...(turn === 'sit' && index % 6 === 0 ? { held: held({}) } : {}),
      ...at(seconds),
    };
  });
}

describe('endurance', () => {
  it('is shown by a board that stays as it was', () => {
    expect(judge(anHour(), plan, EQUAL)).toMatchObject({ isGood: true, heap: { percent: 0 } });
  });

  it('takes its reference after five minutes of an hour, and in proportion of less', () => {
    expect(plan).toMatchObject({ referenceSeconds: 300, windowSeconds: 600, seconds: 3_600 });
    expect(planOf(12)).toMatchObject({ referenceSeconds: 60, windowSeconds: 120 });
    // By then the server has forgotten what was finished when it began.
    expect(plan.finishedMs).toBeLessThan(plan.referenceSeconds * 1000);
    // What comes before the reference is that of a board which still fills.
    const filling = anHour((seconds) => (seconds < 300 ? { held: held({ heapMb: 20 }) } : {}));
    expect(judge(filling, plan, EQUAL).isGood).toBe(true);
  });

  it('is refused to a heap that grew, and not to one that shrank', () => {
    const end = (heapMb: number) =>
      anHour((seconds) => (seconds > 3_000 ? { turn: 'sit', held: held({ heapMb }) } : {}));
    const most = 50 * (1 + BOUNDS.heapPercent / 100);
    expect(judge(end(most - 0.1), plan, EQUAL).isGood).toBe(true);
    expect(judge(end(most + 0.1), plan, EQUAL)).toMatchObject({
      isGood: false,
      heap: { isGood: false },
      nodes: { isGood: true },
    });
    expect(judge(end(30), plan, EQUAL).isGood).toBe(true);
  });

  it('is refused to nodes that became more, or fewer', () => {
    for (const nodes of [2_101, 1_899]) {
      const samples = anHour((seconds) =>
        seconds > 3_000 ? { turn: 'sit', held: held({ nodes }) } : {},
      );
      const verdict = judge(samples, plan, EQUAL);
      expect(verdict).toMatchObject({ isGood: false, nodes: { isGood: false } });
    }
  });

  it('is refused to frames that became slower, where the trader only looks', () => {
    const late = (turn: 'sit' | 'scroll') =>
      anHour((seconds) => (seconds > 3_000 ? { turn, frameP99Ms: 36 } : {}));
    expect(judge(late('sit'), plan, EQUAL).frameP99.isGood).toBe(false);
    const whole = anHour().map((sample) =>
      sample.turn === 'scroll' ? { ...sample, frameP99Ms: 90 } : sample,
    );
    expect(judge(whole, plan, EQUAL).isGood).toBe(true);
  });

  it('says nothing of frames of a machine that had other things to do, and is then refused', () => {
    const busyNow = anHour((seconds) =>
      seconds % 30 === 0 ? { othersCpu: 90, frameP99Ms: 90 } : {},
    );
    expect(judge(busyNow, plan, EQUAL)).toMatchObject({ isGood: true, frameP99: { ms: 0 } });
    const busyLate = anHour((seconds) => (seconds > 3_000 ? { othersCpu: 90 } : {}));
    expect(judge(busyLate, plan, EQUAL)).toMatchObject({
      isGood: false,
      frameP99: { ms: null, isGood: false },
    });
  });

  it('is refused to a Book that lacks an odd of the server, or keeps one too many', () => {
    expect(judge(anHour(), plan, { extra: 1, missing: 0 }).isGood).toBe(false);
    expect(judge(anHour(), plan, { extra: 0, missing: 1 }).isGood).toBe(false);
  });

  it('is refused where nothing was measured', () => {
    expect(judge([], plan, EQUAL).isGood).toBe(false);
    const unlooked = anHour().map(({ held: _, ...sample }) => sample);
    expect(judge(unlooked, plan, EQUAL).isGood).toBe(false);
  });
});
