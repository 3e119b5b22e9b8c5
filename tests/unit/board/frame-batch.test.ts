import { describe, expect, it } from 'vitest';
import { createFrameBatch } from '@/lib/board/frame-batch';
import { createFakePage } from './fakes';

function setUp() {
  const page = createFakePage();
  const flushes: { count: number; isSeen: boolean }[] = [];
  const batch = createFrameBatch<number>(page, (items, isSeen) =>
    flushes.push({ count: items.length, isSeen }),
  );
  return { page, batch, flushes };
}

describe('frame batch', () => {
  it('hands over 1 000 items in one flush per frame', () => {
    const { page, batch, flushes } = setUp();
    for (let item = 0; item < 1_000; item += 1) batch.push(item);
    expect(flushes).toEqual([]);
    page.frame();
    expect(flushes).toEqual([{ count: 1_000, isSeen: true }]);
  });

  it('asks for no frame while nothing waits', () => {
    const { page, batch } = setUp();
    expect(page.frames.size).toBe(0);
    batch.push(1);
    batch.push(2);
    expect(page.frames.size).toBe(1);
    page.frame();
    expect(page.frames.size).toBe(0);
  });

  it('flushes by timer while the tab is hidden, and says that nobody saw it', () => {
    const { page, batch, flushes } = setUp();
    page.setHidden(true);
    batch.push(1);
    page.frame();
    expect(flushes).toEqual([]);
    page.advance(1_000);
    expect(flushes).toEqual([{ count: 1, isSeen: false }]);
  });

  it('hands over what a hidden tab held back at once when it is shown, as not seen', () => {
    const { page, batch, flushes } = setUp();
    page.setHidden(true);
    batch.push(1);
    batch.push(2);
    page.setHidden(false);
    expect(flushes).toEqual([{ count: 2, isSeen: false }]);
    batch.push(3);
    page.frame();
    expect(flushes.at(-1)).toEqual({ count: 1, isSeen: true });
  });

  it('never holds more than its limit, whether or not a frame comes', () => {
    const { batch, flushes } = setUp();
    for (let item = 0; item < 12_000; item += 1) batch.push(item);
    expect(flushes.map(({ count }) => count)).toEqual([5_000, 5_000]);
  });

  it('drops what waits when it is closed', () => {
    const { page, batch, flushes } = setUp();
    batch.push(1);
    batch.close();
    page.frame();
    page.setHidden(true);
    page.advance(5_000);
    expect(flushes).toEqual([]);
  });
});
