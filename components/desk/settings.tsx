'use client';

import { type ReactNode, useId, useLayoutEffect, useState } from 'react';
import { FileButton } from '@/components/ui/file-button';
import { useMedia } from '@/components/ui/use-media';
import { useBoardQuery } from '@/lib/board/address';
import { contrast } from '@/lib/board/contrast';
import { browserZone } from '@/lib/board/format';
import { DEFAULT_TASTE, type Taste } from '@/lib/board/taste';
import { ignoredTaste, keepTaste } from '@/lib/board/taste-kept';
import { isColor, MOVE_SECONDS, MOVES, parseTaste, tasteFile } from '@/lib/board/taste-read';
import { useTaste } from '@/lib/board/taste-store';
import { formatPoints, formatPrice } from '@/lib/protocol/price';
import { download } from './download';
import { BUTTON, Panel, type PanelProps } from './panel';
import { DENSITIES, THEMES } from './taste-words';

/** No settings are this big, and a film must not be read to find that out. */
const FILE_LENGTH = 50_000;

function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="flex flex-col gap-3 border-line-subtle border-b p-3 last:border-b-0"
    >
      <h3 id={id} className="text-ink-faint text-label">
        {title}
      </h3>
      {children}
    </section>
  );
}

/** One of a few, all of them in sight. */
function Choice<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly (readonly [value: Value, text: string])[];
  /** Null: none of them. */
  value: Value | null;
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-detail text-ink">{label}</legend>
      <div className="grid auto-cols-fr grid-flow-col rounded-control border border-line p-0.5">
        {options.map(([option, text]) => (
          <label
            key={option}
            className="relative grid h-6 cursor-pointer place-items-center rounded-[3px] px-1 text-center text-detail text-ink-muted hover:text-ink has-checked:bg-surface-selected has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === value}
              onChange={() => onChange(option)}
              className="absolute inset-0 cursor-pointer appearance-none outline-none"
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Check({
  label,
  about,
  isOn,
  onChange,
}: {
  label: string;
  about?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        checked={isOn}
        aria-describedby={about ? `${id}-about` : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-px size-3.5 shrink-0 cursor-pointer accent-accent"
      />
      <span className="flex flex-col gap-0.5">
        <label htmlFor={id} className="cursor-pointer text-detail text-ink">
          {label}
        </label>
        {about && (
          <span id={`${id}-about`} className="text-label text-ink-muted">
            {about}
          </span>
        )}
      </span>
    </div>
  );
}

function MoveSeconds({
  seconds,
  onChange,
}: {
  seconds: number;
  onChange: (seconds: number) => void;
}) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <span className="flex items-baseline justify-between text-detail text-ink">
        <label htmlFor={id}>A move stays marked for</label>
        {/* The slider says its own value; an output would say it once more. */}
        <span aria-hidden="true" className="tabular-nums">
          {seconds} s
        </span>
      </span>
      <input
        id={id}
        type="range"
        min={MOVE_SECONDS.min}
        max={MOVE_SECONDS.max}
        step={5}
        value={seconds}
        aria-valuetext={`${seconds} seconds`}
        onChange={(event) => onChange(event.target.valueAsNumber)}
        className="h-5 w-full cursor-pointer accent-accent"
      />
    </div>
  );
}

/** Prices as they look to this taste, of the kinds that settings change. */
function Sample({ taste }: { taste: Taste }) {
  const cells = [
    { points: formatPoints(-3.5, true, taste), price: -110, move: 'up' },
    { points: formatPoints(0, true, taste), price: 100, move: 'down' },
    { points: `O ${formatPoints(2.25, false, taste)}`, price: -105, move: null },
  ] as const;
  return (
    <div
      role="img"
      aria-label="Sample of three prices: one that went up, one that went down, one that stands still"
      className="grid grid-cols-3 rounded-control border border-line bg-surface tabular-nums"
    >
      {cells.map(({ points, price, move }) => (
        <span
          key={price}
          className="flex h-8 items-center justify-center gap-2 border-line-subtle border-l first:border-l-0"
        >
          <span className="text-ink-muted text-name">{points}</span>
          <span
            className={`font-semibold text-price ${move === 'up' ? 'text-move-up' : move === 'down' ? 'text-move-down' : 'text-ink'}`}
          >
            {formatPrice(price, 'american', taste)}
            <span className="inline-block w-3.5 pl-1 text-[9px]">
              {move === 'up' ? '▲' : move === 'down' ? '▼' : ''}
            </span>
          </span>
        </span>
      ))}
    </div>
  );
}

/** Text is read with ease from here on. */
const GOOD_CONTRAST = 4.5;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A colour of one's own for each way a price moves, in the place of the palette's. */
function OwnColors({
  taste,
  onChange,
}: {
  taste: Taste;
  onChange: (patch: Partial<Taste>) => void;
}) {
  const id = useId();
  const [tokens, setTokens] = useState({ surface: '', up: '', down: '' });
  // What the page is painted in stands in its style sheets, after theme and palette were put on it.
  useLayoutEffect(() => {
    const next = {
      surface: token('--surface'),
      up: token('--move-up'),
      down: token('--move-down'),
    };
    setTokens((now) => (JSON.stringify(now) === JSON.stringify(next) ? now : next));
  });
  const faint = MOVES.flatMap((move) => {
    const color = taste[move];
    if (color === null || !isColor(tokens.surface)) return [];
    const found = contrast(color, tokens.surface);
    return found >= GOOD_CONTRAST ? [] : `${move} has ${found.toFixed(1)}`;
  });
  return (
    <div className="flex flex-col gap-1">
      <span className="flex items-center gap-3 text-detail text-ink">
        {MOVES.map((move) => (
          <span key={move} className="flex items-center gap-1.5">
            <input
              id={`${id}-${move}`}
              type="color"
              value={isColor(tokens[move]) ? tokens[move] : '#808080'}
              aria-describedby={`${id}-about`}
              onChange={(event) => onChange({ [move]: event.target.value.toLowerCase() })}
              className="h-6 w-8 cursor-pointer rounded-control border border-line bg-surface p-0.5"
            />
            <label htmlFor={`${id}-${move}`} className="cursor-pointer">
              {move === 'up' ? 'Own colour up' : 'Own colour down'}
            </label>
          </span>
        ))}
      </span>
      <span id={`${id}-about`} aria-live="polite" className="min-h-4 text-label text-ink-muted">
        {faint.length > 0 &&
          `Hard to read on this theme: a contrast of ${GOOD_CONTRAST} is good, ${faint.join(', ')}.`}
      </span>
    </div>
  );
}

const COMMON_ZONES = ['UTC', 'America/New_York'];

/** The one setting that is in the link: whoever opens it is to see the times that were spoken of. */
function TimeZone() {
  const id = useId();
  const [{ tz }, setQuery] = useBoardQuery();
  const zones = new Set([...COMMON_ZONES, ...(tz === null ? [] : [tz]), ...allZones()]);
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-detail text-ink">
        Time zone
      </label>
      <select
        id={id}
        aria-describedby={`${id}-about`}
        value={tz ?? ''}
        onChange={(event) => setQuery({ tz: event.target.value || null })}
        className="h-7 rounded-control border border-line bg-surface px-2 text-detail text-ink"
      >
        <option value="">This browser’s ({zoneText(browserZone())})</option>
        {[...zones].map((zone) => (
          <option key={zone} value={zone}>
            {zoneText(zone)}
          </option>
        ))}
      </select>
      <span id={`${id}-about`} className="text-label text-ink-muted">
        Part of the link to this view, unlike all else here.
      </span>
    </div>
  );
}

function allZones(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}

function zoneText(zone: string): string {
  return zone === 'America/New_York' ? 'US Eastern' : zone.replaceAll('_', ' ');
}

/** How this browser likes its boards; but for the time zone, nothing of it is in a link. */
export default function Settings({ onClose }: PanelProps) {
  const taste = useTaste();
  const isStill = useMedia('(prefers-reduced-motion: reduce)', false);
  const set = (patch: Partial<Taste>) => keepTaste({ ...taste, ...patch });
  return (
    <Panel
      title="Settings"
      onClose={onClose}
      tools={
        <button
          type="button"
          onClick={() => keepTaste(DEFAULT_TASTE)}
          className="h-7 rounded-control px-2 text-detail text-ink-muted hover:bg-surface-hover hover:text-ink"
        >
          Reset all
        </button>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Group title="Look">
          <Sample taste={taste} />
          <Choice
            label="Theme"
            value={taste.theme}
            options={THEMES}
            onChange={(theme) => set({ theme })}
          />
          <Choice
            label="Density"
            value={taste.density}
            options={DENSITIES}
            onChange={(density) => set({ density })}
          />
          <Choice
            label="Colours of moves"
            value={MOVES.some((move) => taste[move] !== null) ? null : taste.palette}
            options={[
              ['standard', 'Green up'],
              ['safe', 'Blue up'],
              ['inverse', 'Red up'],
              ['changed', 'Red both'],
            ]}
            onChange={(palette) => set({ palette, up: null, down: null })}
          />
          <OwnColors taste={taste} onChange={set} />
        </Group>
        <Group title="Moves">
          <MoveSeconds
            seconds={taste.moveSeconds}
            onChange={(moveSeconds) => set({ moveSeconds })}
          />
          <Check
            label="Flash a price that moves"
            {...(isStill && { about: 'Your system asks for less motion, so nothing flashes.' })}
            isOn={taste.flash}
            onChange={(flash) => set({ flash })}
          />
        </Group>
        <Group title="Figures">
          <Choice
            label="Halves and quarters"
            value={taste.fractions}
            options={[
              ['decimal', '3.5'],
              ['glyph', '3½'],
            ]}
            onChange={(fractions) => set({ fractions })}
          />
          <Choice
            label="Even money in American odds"
            value={taste.even}
            options={[
              ['price', '+100'],
              ['word', 'EV'],
            ]}
            onChange={(even) => set({ even })}
          />
          <Choice
            label="A spread of zero"
            value={taste.zero}
            options={[
              ['figure', '0'],
              ['word', 'PK'],
            ]}
            onChange={(zero) => set({ zero })}
          />
        </Group>
        <Group title="Time">
          <TimeZone />
        </Group>
        <Group title="Names and keys">
          <Check
            label="Short team names"
            about="The abbreviation, where a team has one."
            isOn={taste.names === 'short'}
            onChange={(isShort) => set({ names: isShort ? 'short' : 'full' })}
          />
          <Check
            label="Single-key shortcuts"
            about="Arrows, Enter and Escape work either way."
            isOn={taste.keys}
            onChange={(keys) => set({ keys })}
          />
        </Group>
        <SettingsFile taste={taste} />
      </div>
    </Panel>
  );
}

/** Settings as a file, for another browser or a colleague. */
function SettingsFile({ taste }: { taste: Taste }) {
  const [said, setSaid] = useState(() => {
    const ignored = ignoredTaste();
    return ignored.length === 0 ? '' : `Left out of what was kept here: ${ignored.join(', ')}.`;
  });
  const onExport = () => download('board-settings.json', tasteFile(taste), 'json');
  const onImport = (text: string | null) => {
    if (text === null || text.length > FILE_LENGTH) {
      setSaid('Nothing imported: the file is too big for settings, or cannot be read.');
      return;
    }
    const read = parseTaste(text, taste);
    keepTaste(read.taste);
    setSaid(
      read.ignored.length === 0 ? 'Imported.' : `Imported, leaving out ${read.ignored.join(', ')}.`,
    );
  };
  return (
    <Group title="File">
      <div className="flex gap-1.5">
        <button type="button" onClick={onExport} className={BUTTON}>
          Export as JSON
        </button>
        <FileButton
          label="Import"
          accept="application/json,.json"
          onText={onImport}
          className={BUTTON}
        />
      </div>
      <p role="status" className="min-h-4 break-words text-detail text-ink-muted">
        {said}
      </p>
    </Group>
  );
}
