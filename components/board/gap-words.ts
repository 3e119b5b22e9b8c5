import type { HopGap } from '@/lib/board/store';
import type { FeedErrorCode } from '@/lib/protocol/errors';
import type { FeedGap, FeedState } from '@/lib/protocol/events';

/** A connection's state in a word. */
export const STATE_WORDS: Record<FeedState, string> = {
  live: 'Live',
  connecting: 'Connecting',
  late: 'Late',
  dead: 'Dead',
};

const CAUSES: Partial<Record<FeedErrorCode, string>> = {
  stalled: 'Silent',
  'upstream-http': 'Broken',
  'rate-limited': 'Too many requests',
  unauthorized: 'Key refused',
  'frame-too-large': 'Frame too large',
  'bad-row': 'Unreadable event',
};

/** What began a gap of the way to the vendor, and how it is healed. */
export function gapWords({ why, healing, differences }: FeedGap): string {
  return `${CAUSES[why] ?? 'Broken'}; ${healingWords(healing, differences)}`;
}

function healingWords(healing: FeedGap['healing'], differences: number | null): string {
  switch (healing) {
    case 'waiting':
      return 'waiting for the stream';
    case 'reading':
      return 'reading what was missed';
    case 'failed':
      return 'the read failed and is tried again';
    case 'let-go':
      return 'not watched any more';
    case 'read':
      return differences ? `read again, ${differences} corrected` : 'read again, nothing differed';
  }
}

/** How a gap of the way to the browser is healed. */
export const HOP_HEALING_WORDS: Record<HopGap['healing'], string> = {
  waiting: 'Waiting for the server',
  'went-on': 'Silent; the same stream went on',
  resumed: 'Resumed after the last entry',
  reading: 'Could not be resumed; reading the snapshot',
  read: 'Could not be resumed; started anew from the snapshot',
};

/** Leagues in few words; none are the whole sport. */
export function leagueWords(leagues: readonly string[], others = 0): string {
  if (leagues.length === 0) return 'All leagues';
  return `${leagues.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}
