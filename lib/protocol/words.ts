/**
 * Words that many rows share. Each row's text is a string of its own, and the same few thousand leagues, markets, teams and
 * lines stand in every one of 50 000 odds, so each is kept once.
 *
 * In two generations: a word that was not met again while a whole one came is dropped. So the players and lines of games
 * that are over do not pile up through a day, and those in use are never all forgotten at once.
 */
export type Words = {
  /** The word as it was first met. */
  keep(word: string): string;
  /** Words kept. */
  readonly size: number;
};

/** @param most words of a generation; twice as many are kept at most */
export function createWords(most: number): Words {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return {
    keep(word) {
      const known = young.get(word);
      if (known !== undefined) return known;
      if (young.size >= most) {
        old = young;
        young = new Map();
      }
      const kept = old.get(word) ?? word;
      old.delete(kept);
      young.set(kept, kept);
      return kept;
    },
    get size() {
      return young.size + old.size;
    },
  };
}
