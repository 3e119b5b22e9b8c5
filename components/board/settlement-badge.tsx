import type { ReactNode } from 'react';

type Tone = 'won' | 'lost' | 'refunded' | 'other';

const LETTERS: Record<string, { letter: string; meaning: string; tone: Tone }> = {
  won: { letter: 'W', meaning: 'won', tone: 'won' },
  lost: { letter: 'L', meaning: 'lost', tone: 'lost' },
  refunded: { letter: 'R', meaning: 'refunded', tone: 'refunded' },
  push: { letter: 'R', meaning: 'refunded', tone: 'refunded' },
  void: { letter: 'R', meaning: 'refunded', tone: 'refunded' },
  cancelled: { letter: 'R', meaning: 'refunded', tone: 'refunded' },
  halfwon: { letter: '½W', meaning: 'half won', tone: 'won' },
  halflost: { letter: '½L', meaning: 'half lost', tone: 'lost' },
};

/** Longest badge that keeps the price beside it in its column. */
const BADGE_LENGTH = 3;

/** A settlement as the board says it: known ones by their letter in any spelling, others abbreviated, never guessed. */
export function settlementWords(settlement: string | null): {
  letter: string;
  meaning: string;
  tone: Tone;
} {
  const word = (settlement ?? '').trim();
  const known = LETTERS[word.toLowerCase().replace(/[\s_-]+/g, '')];
  if (known) return known;
  if (word === '') return { letter: 'S', meaning: 'settled', tone: 'other' };
  const parts = word.split(/[\s_-]+/).filter(Boolean);
  const initials = parts.length > 1 ? parts.map((part) => part.charAt(0)).join('') : word;
  return {
    letter: initials.slice(0, BADGE_LENGTH).toUpperCase(),
    meaning: `settled ${word}`,
    tone: 'other',
  };
}

const TONES: Record<Tone, string> = {
  won: 'border-settled-won bg-settled-won text-surface',
  lost: 'border-settled-lost text-settled-lost',
  refunded: 'border-settled-refunded border-dashed text-settled-refunded',
  other: 'border-settled-other text-settled-other',
};

/** Letter first, shape second (filled, outlined, dashed), hue last. */
export function SettlementBadge({ settlement }: { settlement: string | null }): ReactNode {
  const { letter, meaning, tone } = settlementWords(settlement);
  return (
    <span
      title={settlement ?? meaning}
      className={`inline-flex h-4 min-w-4 items-center justify-center rounded-[3px] border px-[3px] text-label font-semibold leading-none ${TONES[tone]}`}
    >
      {letter}
    </span>
  );
}
