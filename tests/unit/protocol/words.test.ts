import { describe, expect, it } from 'vitest';
import { createWords } from '@/lib/protocol/words';

describe('words', () => {
  it('are each kept once', () => {
    const words = createWords(10);
    for (let time = 0; time < 5; time += 1) {
      for (const word of ['NBA', 'Moneyline', 'NBA']) expect(words.keep(word)).toBe(word);
    }
    expect(words.size).toBe(2);
  });

  it('are two generations at most, however many pass', () => {
    const words = createWords(10);
    let most = 0;
    for (let number = 0; number < 1_000; number += 1) {
      words.keep(`player ${number}`);
      most = Math.max(most, words.size);
    }
    expect(most).toBe(20);
  });

  it('stay while they are in use, and go a generation after they were met last', () => {
    const words = createWords(10);
    const isKept = (word: string) => {
      const before = words.size;
      words.keep(word);
      return words.size === before;
    };
    words.keep('left');
    for (let number = 0; number < 35; number += 1) {
      words.keep(`player ${number}`);
      if (number % 5 === 0) words.keep('NBA');
    }
    expect(isKept('NBA')).toBe(true);
    expect(isKept('left')).toBe(false);
  });
});
