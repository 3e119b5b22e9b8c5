import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** A context that runs once it is asked to, and stops when the browser says so. */
class FakeContext {
  static all: FakeContext[] = [];
  state = 'suspended';
  resumes = 0;
  onstatechange: (() => void) | null = null;

  constructor() {
    FakeContext.all.push(this);
  }

  become(state: string): void {
    this.state = state;
    this.onstatechange?.();
  }

  async resume(): Promise<void> {
    this.resumes += 1;
    this.become('running');
  }
}

describe('sounds', () => {
  /** What the page listens for. Node's own EventTarget lets go of no listener that was added for the capture phase. */
  let listeners: Map<string, () => void>;
  const press = () => listeners.get('pointerdown')?.();
  const context = () => {
    const [first] = FakeContext.all;
    if (!first) throw new Error('no context');
    return first;
  };

  beforeEach(() => {
    listeners = new Map();
    FakeContext.all = [];
    vi.stubGlobal('window', {
      addEventListener: (name: string, listener: () => void) => listeners.set(name, listener),
      removeEventListener: (name: string) => listeners.delete(name),
    });
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('AudioContext', FakeContext);
    vi.resetModules();
  });
  afterEach(() => vi.unstubAllGlobals());

  it('are ready after a press, and again after one once the browser has suspended them', async () => {
    const { armSounds, isAudible } = await import('@/components/desk/alert-sounds');
    const disarm = armSounds();
    expect(isAudible()).toBe(false);
    press();
    expect(isAudible()).toBe(true);
    // It is seen to run, and nothing is listened for any more.
    press();
    expect(listeners.size).toBe(0);
    for (const state of ['suspended', 'interrupted']) {
      context().become(state);
      expect(isAudible()).toBe(false);
      press();
      expect(isAudible()).toBe(true);
    }
    expect(context().resumes).toBe(3);
    press();
    press();
    expect(context().resumes).toBe(3);
    disarm();
  });

  it('are let alone once nobody has rules', async () => {
    const { armSounds } = await import('@/components/desk/alert-sounds');
    const disarm = armSounds();
    press();
    disarm();
    context().become('suspended');
    press();
    expect(context().resumes).toBe(1);
  });
});
