import type { FeedSource, FeedState } from '@/lib/protocol/events';

/** The feed's state in words; whatever is not live says since when. */
export function feedWords(state: FeedState, since: string): string {
  switch (state) {
    case 'live':
      return 'Live';
    case 'connecting':
      return 'Connecting';
    case 'late':
      return `Late since ${since}`;
    case 'dead':
      return `Not live since ${since}`;
  }
}

export const SOURCE_NAMES: Record<FeedSource, string> = {
  opticodds: 'OpticOdds',
  simulator: 'Simulator',
};
