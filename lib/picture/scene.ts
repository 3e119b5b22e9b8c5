/** What a picture shows, in words and places. */
import type { OddState } from '@/lib/protocol/events';

export type SceneCell = {
  /** What tells it from its neighbours: points and side, or its name. */
  points: string;
  price: string;
  state: OddState;
  /** The letter of what a settled one came to. */
  settlement: string | null;
};

export type SceneRow =
  | { kind: 'league'; text: string }
  | { kind: 'fixture'; text: string; meta: string }
  /** A side of a fixture, or a line. */
  | {
      kind: 'row';
      /** What stands above the first side of a fixture. */
      meta: string | null;
      name: string;
      /** The score, or the market of a line that is about somebody. */
      note: string;
      /** Whether it is the last of what belongs together. */
      isEnd: boolean;
      /** For each column the prices that stand side by side in it, or what stands there instead. */
      cells: readonly (readonly SceneCell[] | string)[];
    };

export type Scene = {
  title: string;
  words: string;
  /** What is to be known of all prices, such as since when they are not live. */
  notes: readonly string[];
  /** Whether nobody may take a price of it for live. */
  isDead: boolean;
  moment: string;
  /** `span`: prices side by side in it. */
  columns: readonly { label: string; span: number }[];
  rows: readonly SceneRow[];
  /** What stands in the place of rows, where there are none. */
  empty: string;
  footer: string;
};
