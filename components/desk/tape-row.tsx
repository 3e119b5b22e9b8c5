'use client';

import { memo, type ReactNode } from 'react';
import { statusWord } from '@/components/board/fixture-badge';
import { fixtureName } from '@/components/board/fixture-name';
import { SettlementBadge, settlementWords } from '@/components/board/settlement-badge';
import { shortName } from '@/components/board/short-name';
import { PadlockIcon } from '@/components/ui/icons';
import { dayKey, formatClock, formatDay, formatTime } from '@/lib/board/format';
import type { Lack, TapeEntry } from '@/lib/board/tape';
import type { Fixture } from '@/lib/protocol/events';
import { formatPrice, type OddsFormat, priceMove } from '@/lib/protocol/price';
import {
  ClockIcon,
  DotIcon,
  GradedIcon,
  MainLineIcon,
  PlusIcon,
  RereadIcon,
  UnlockedIcon,
} from './desk-icons';

export const KIND_WORDS: Record<TapeEntry['kind'], string> = {
  move: 'Move',
  main: 'Main line',
  lock: 'Locked',
  reopen: 'Reopened',
  settle: 'Settled',
  new: 'New',
  status: 'Status',
  start: 'Start',
  reread: 'Read',
  skip: 'Skipped',
};

const GLYPHS: Record<Exclude<TapeEntry['kind'], 'move'>, ReactNode> = {
  main: <MainLineIcon />,
  lock: <PadlockIcon className="size-3 text-locked" />,
  reopen: <UnlockedIcon />,
  settle: <GradedIcon />,
  new: <PlusIcon />,
  status: <DotIcon />,
  start: <ClockIcon />,
  reread: <RereadIcon />,
  skip: <RereadIcon />,
};

/** What the tape lacks, and why. */
const LACKS: Record<Lack, { name: string; where: string }> = {
  reread: { name: 'Board read anew', where: 'What changed meanwhile is not on the tape' },
  skip: { name: 'Changes left out', where: 'The connection was too slow for all of them' },
};

function lackOf({ kind }: TapeEntry): (typeof LACKS)[Lack] | null {
  return kind === 'reread' || kind === 'skip' ? LACKS[kind] : null;
}

/** A price or a word before and after; where nothing was before, or it is the same, what it is now. */
type Change = { from: string | null; to: string };

function priceChange({ odd, previous }: TapeEntry, format: OddsFormat): Change | null {
  if (!odd || odd.price === null) return null;
  const from = previous?.price ?? null;
  const isSame = from === null || from === odd.price;
  return { from: isSame ? null : formatPrice(from, format), to: formatPrice(odd.price, format) };
}

function startChange({ fixture, fixtureBefore, at }: TapeEntry, zone: string): Change | null {
  const from = fixtureBefore?.startDate ?? null;
  const to = fixture?.startDate ?? null;
  if (to === null) return null;
  const isOtherDay = from !== null && dayKey(from, zone) !== dayKey(to, zone);
  const text = (date: string) =>
    `${isOtherDay ? `${formatDay(date, zone, at)} ` : ''}${formatTime(date, zone)}`;
  return { from: from === null ? null : text(from), to: text(to) };
}

function changeOf(entry: TapeEntry, zone: string, format: OddsFormat): Change | null {
  const { kind, fixture, fixtureBefore } = entry;
  if (kind === 'status') {
    return {
      from: statusWord(fixtureBefore?.status ?? null),
      to: statusWord(fixture?.status ?? null),
    };
  }
  if (kind === 'start' || (kind === 'new' && !entry.odd)) return startChange(entry, zone);
  return priceChange(entry, format);
}

/** `MSA at HRB`; names where there are no abbreviations. */
export function fixtureShort(fixtureId: string, fixture: Fixture | null): string {
  const short = (side: 'home' | 'away') => shortName(fixture, side) ?? fixture?.[side] ?? null;
  return fixtureName(fixtureId, { away: short('away'), home: short('home') });
}

function fullName({ odd, fixture }: TapeEntry): string {
  return fixtureName(odd?.fixtureId ?? fixture?.id ?? '', fixture);
}

/** What the entry is about, and where that belongs. */
function subjectOf(entry: TapeEntry): { name: string; where: string } {
  const { odd, fixture } = entry;
  if (odd) {
    return { name: odd.name, where: `${fixtureShort(odd.fixtureId, fixture)} · ${odd.market}` };
  }
  if (!fixture) return lackOf(entry) ?? { name: '', where: '' };
  return { name: fixtureShort(fixture.id, fixture), where: fixture.league ?? '' };
}

/** The name of a bet, and apart from it the line that it ends in: of a long name that one is never cut off. */
export function splitLine(name: string): [head: string, tail: string] {
  const at = name.search(/( (over|under))? [-+]?\d+(\.\d+)?$/i);
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at)];
}

/** An entry in words, for those who hear it. */
export function entryName(entry: TapeEntry, zone: string, format: OddsFormat): string {
  const { kind, odd, previous, isCatchUp } = entry;
  const parts = [formatClock(wholeSecond(entry.at), zone)];
  const lack = lackOf(entry);
  if (lack) return [...parts, lack.name].join(', ');
  parts.push(KIND_WORDS[kind], odd ? `${odd.market}: ${odd.name}` : '', fullName(entry));
  const change = changeOf(entry, zone, format);
  if (change) {
    parts.push(change.from === null ? change.to : `from ${change.from} to ${change.to}`);
  }
  if (kind === 'settle' && odd) parts.push(settlementWords(odd.settlement).meaning);
  if (kind === 'move' && odd && previous) parts.push(wayOf(entry));
  if (isCatchUp) parts.push('missed, came later');
  return parts.filter(Boolean).join(', ').replaceAll('−', '-');
}

/** The same for the pointer: names in full, the row's own time, the entry. */
function entryTitle(entry: TapeEntry, zone: string): string {
  const { odd, entryId, isCatchUp } = entry;
  const lack = lackOf(entry);
  if (lack) return lack.where;
  const lines = [fullName(entry)];
  if (odd) {
    lines.push(`${odd.market} · ${odd.name}`);
    lines.push(`By the row’s own time ${formatClock(odd.timestampSeconds * 1_000, zone)}`);
  }
  if (isCatchUp) lines.push('Missed, came later');
  if (entryId !== null) lines.push(`Entry ${entryId}`);
  return lines.join('\n');
}

function wayOf({ odd, previous }: TapeEntry): 'up' | 'down' | '' {
  const way = priceMove(previous?.price ?? null, odd?.price ?? null);
  return way === 'none' ? '' : way;
}

/** Clock texts are kept by their time: whole seconds are few. */
function wholeSecond(at: number): number {
  return Math.floor(at / 1_000) * 1_000;
}

const WAY_COLORS = { up: 'text-move-up', down: 'text-move-down', '': 'text-ink' };

type Props = { entry: TapeEntry; zone: string; format: OddsFormat };

/** One line of the tape. What it says never changes, so it is rendered once. */
export const TapeRow = memo(function TapeRow({ entry, zone, format }: Props) {
  const { kind, odd, previous, isCatchUp } = entry;
  const { name, where } = subjectOf(entry);
  const [head, tail] = splitLine(name);
  const change = changeOf(entry, zone, format);
  const way = kind === 'move' ? wayOf(entry) : '';
  return (
    <>
      <span className="sr-only select-none">{entryName(entry, zone, format)}</span>
      <span
        aria-hidden="true"
        title={entryTitle(entry, zone)}
        className="grid h-full grid-cols-[14px_58px_minmax(0,1fr)_auto] grid-rows-[18px_16px] content-center gap-x-2 text-left"
      >
        <span className={`row-span-2 grid place-items-center text-ink-muted ${WAY_COLORS[way]}`}>
          {kind === 'move' ? (
            <span className="text-[9px]">{way === '' ? '=' : way === 'up' ? '▲' : '▼'}</span>
          ) : (
            GLYPHS[kind]
          )}
        </span>
        <span className="text-detail text-ink-muted tabular-nums">
          {formatClock(wholeSecond(entry.at), zone)}
        </span>
        <span className="flex min-w-0 text-ink text-name">
          <span className="truncate">{head}</span>
          <span className="shrink-0 whitespace-pre">{tail}</span>
        </span>
        <span className="flex items-center justify-end gap-1.5 text-name tabular-nums">
          {kind === 'settle' && previous?.state === 'settled' && (
            <>
              <SettlementBadge settlement={previous.settlement} />
              <span className="text-ink-faint">→</span>
            </>
          )}
          {kind === 'settle' && odd && <SettlementBadge settlement={odd.settlement} />}
          {change && change.from !== null && (
            <>
              <span className="text-ink-muted">{change.from}</span>
              <span className="text-ink-faint">→</span>
            </>
          )}
          {change && (
            <span
              className={`${odd && kind !== 'lock' && kind !== 'settle' ? 'font-semibold' : ''} ${kind === 'lock' || kind === 'settle' ? 'text-locked' : WAY_COLORS[way]} ${odd ? 'min-w-[34px] text-right' : ''}`}
            >
              {change.to}
            </span>
          )}
        </span>
        <span className="text-ink-muted text-label">{KIND_WORDS[kind]}</span>
        <span className="truncate text-ink-faint text-label">{where}</span>
        <span className="text-right text-feed-late text-label">{isCatchUp && 'missed'}</span>
      </span>
    </>
  );
});
