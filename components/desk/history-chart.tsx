'use client';

import {
  type AutoscaleInfo,
  ColorType,
  CrosshairMode,
  createChart,
  type IChartApi,
  type IPrimitivePaneRenderer,
  type IPrimitivePaneView,
  type ISeriesApi,
  type ISeriesPrimitive,
  LineSeries,
  LineStyle,
  LineType,
  type SeriesAttachedParameter,
  TickMarkType,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import { formatClock, formatDay, formatTime } from '@/lib/board/format';
import {
  type Axis,
  axisText,
  axisValue,
  gridSecond,
  type History,
  type Mark,
  type Range,
  samplePrices,
  settledBy,
  spanOf,
  tickTexts,
  timeGrid,
} from '@/lib/board/history';
import { onSecond } from '@/lib/board/hooks';
import type { OddsFormat } from '@/lib/protocol/price';

/** Steps that the chart's width is cut into at most: about one a pixel says all that a pixel can. */
const STEPS = 640;

const DAY_MS = 86_400_000;
/** A chart of less than this has seconds on its axis. */
const SECONDS_MS = 300_000;
/** Pixels between the middle of the newest price's label and that of another one that it does not touch. */
const LABEL_ROOM = 14;

export type ChartProps = {
  /** The odd's own history first, then those of the other sides of its line. */
  histories: readonly History[];
  marks: readonly Mark[];
  axis: Axis;
  range: Range;
  format: OddsFormat;
  zone: string;
  /** The chart in a sentence. */
  label: string;
  /** Until when prices are known, epoch ms: now, or since when the feed is not live. */
  knownUntil: () => number;
};

/** The price in steps over time, locks shaded, with its marks; the list beside it says the same in words. */
export default function HistoryChart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const newest = useRef(props);
  newest.current = props;

  useEffect(() => {
    if (!host.current) return;
    const own = createDrawing(host.current);
    drawing.current = own;
    own.draw(newest.current);
    // Its right edge is now; a page that nobody sees has none.
    const stop = onSecond(() => {
      if (!document.hidden) own.draw(newest.current);
    });
    return () => {
      stop();
      own.remove();
      drawing.current = null;
    };
  }, []);

  useEffect(() => drawing.current?.draw(props));

  return <div ref={host} role="img" aria-label={props.label} className="h-[200px] w-full" />;
}

const TOKENS = [
  ...(['surface-raised', 'line', 'line-subtle', 'ink', 'ink-muted', 'ink-faint'] as const),
  ...(['locked', 'accent', 'settled-other', 'simulated'] as const),
];

/** What the page's own styles say; `key` differs where any of it does, be it for a theme, a palette or a dead board. */
type Look = { tokens: Record<(typeof TOKENS)[number], string>; font: string; key: string };

function lookOf(host: HTMLElement): Look {
  const style = getComputedStyle(host);
  const values = TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  const tokens = Object.fromEntries(values) as Look['tokens'];
  return { tokens, font: style.fontFamily, key: values.join(' ') };
}

type Drawing = { draw(props: ChartProps): void; remove(): void };

function createDrawing(host: HTMLElement): Drawing {
  const chart = createChart(host, {
    autoSize: true,
    handleScroll: false,
    handleScale: false,
    // The logo comes with a style element, for which the policy of pages has no room: the panel's foot names its maker.
    layout: { attributionLogo: false, fontSize: 11 },
    crosshair: { mode: CrosshairMode.Magnet },
    rightPriceScale: { borderVisible: false, minimumWidth: 56, entireTextOnly: true },
    timeScale: {
      borderVisible: false,
      timeVisible: true,
      secondsVisible: true,
      minBarSpacing: 0.1,
      rightOffset: 0,
    },
  });
  const band = createBand();
  const lines: ISeriesApi<'Line'>[] = [];
  let dressed = '';
  /** The value whose label stands on the axis. */
  let newest: number | null = null;
  let drawn: { props: ChartProps; last: number | undefined; lookKey: string } | null = null;

  function lineAt(index: number): ISeriesApi<'Line'> {
    const known = lines[index];
    if (known) return known;
    const line = chart.addSeries(LineSeries, {
      lineType: LineType.WithSteps,
      lineWidth: index === 0 ? 2 : 1,
      // Told apart by their strokes as well as by hue.
      lineStyle: [LineStyle.Solid, LineStyle.Dashed, LineStyle.Dotted][index] ?? LineStyle.Dotted,
      priceLineVisible: false,
      lastValueVisible: index === 0,
      crosshairMarkerVisible: index === 0,
    });
    if (index === 0) line.attachPrimitive(band.primitive);
    lines.push(line);
    return line;
  }

  /** Whether the label of the newest price would lie over the one of this value. */
  function isBelowNewest(value: number): boolean {
    if (newest === null) return false;
    const own = lines[0]?.priceToCoordinate(newest) ?? null;
    const other = lines[0]?.priceToCoordinate(value) ?? null;
    return own !== null && other !== null && Math.abs(own - other) < LABEL_ROOM;
  }

  /** Colours, texts and formats, where any of them is another than before. */
  function dress(
    { histories, axis, format, zone, range }: ChartProps,
    length: number,
    { tokens, font, key: lookKey }: Look,
  ): void {
    const isLong = length > DAY_MS;
    const isShort = length < SECONDS_MS;
    const key = [histories.length, axis, format, zone, lookKey, range, isLong, isShort].join(' ');
    if (key === dressed) return;
    dressed = key;
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: tokens['surface-raised'] },
        textColor: tokens['ink-muted'],
        fontFamily: font,
      },
      grid: {
        vertLines: { visible: false },
        horzLines: { color: tokens['line-subtle'] },
      },
      crosshair: {
        vertLine: { color: tokens['ink-faint'], labelBackgroundColor: tokens.line },
        horzLine: { color: tokens['ink-faint'], labelBackgroundColor: tokens.line },
      },
      localization: {
        timeFormatter: (time: Time) =>
          `${isLong ? `${formatDay(Number(time) * 1000, zone, Date.now())} ` : ''}${formatClock(Number(time) * 1000, zone)}`,
      },
      timeScale: {
        tickMarkFormatter: (time: Time, type: TickMarkType) => {
          const at = Number(time) * 1000;
          if (type === TickMarkType.TimeWithSeconds) return isShort ? formatClock(at, zone) : '';
          if (type === TickMarkType.Time || !isLong) return formatTime(at, zone);
          return formatDay(at, zone, Date.now());
        },
      },
    });
    band.dress({
      ink: tokens.ink,
      faint: tokens['ink-faint'],
      locked: tokens.locked,
      font,
    });
    const colours = [tokens.accent, tokens['settled-other'], tokens.simulated];
    for (let index = 0; index < histories.length; index += 1) {
      lineAt(index).applyOptions({
        color: colours[index] ?? tokens['ink-muted'],
        priceFormat: {
          type: 'custom',
          minMove: 0.001,
          formatter: (value: number) => axisText(value, axis, format),
          // Ticks that round to the same price are one tick.
          tickmarksFormatter: (values: readonly number[]) =>
            tickTexts(values, (value) => axisText(value, axis, format), isBelowNewest),
        },
        autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => {
          const found = original();
          if (!found?.priceRange) return found;
          const { minValue, maxValue } = found.priceRange;
          // A price that hardly moved is drawn as one that hardly moved.
          const least = axis === 'probability' ? 3 : ((minValue + maxValue) / 2) * 0.05;
          const room = Math.max(0, least - (maxValue - minValue)) / 2;
          return { ...found, priceRange: { minValue: minValue - room, maxValue: maxValue + room } };
        },
      });
    }
  }

  return {
    draw(props) {
      const [own] = props.histories;
      if (!own) return;
      const span = spanOf(own, props.range, props.knownUntil());
      const grid = timeGrid(span, STEPS);
      const last = grid.seconds.at(-1);
      const look = lookOf(host);
      const isSame =
        drawn !== null &&
        drawn.last === last &&
        drawn.lookKey === look.key &&
        drawn.props.axis === props.axis &&
        drawn.props.range === props.range &&
        drawn.props.format === props.format &&
        drawn.props.zone === props.zone &&
        drawn.props.histories.length === props.histories.length &&
        drawn.props.histories.every((history, index) => history === props.histories[index]);
      if (isSame) return;
      drawn = { props, last, lookKey: look.key };
      dress(props, span.to - span.from, look);
      const end = settledBy(own);
      for (const line of lines.splice(props.histories.length)) chart.removeSeries(line);
      // The library loses its place where two lines have different points of time, be it for a moment.
      for (const line of lines.slice(1)) line.setData([]);
      for (const [index, { items }] of props.histories.entries()) {
        const prices = samplePrices(items, grid);
        // Behind its end nothing is in force.
        const until = end === null ? Number.POSITIVE_INFINITY : end.at / 1000;
        const data = grid.seconds.map((second, at) => {
          const time = second as UTCTimestamp;
          const price = prices[at] ?? null;
          return price === null || second > until
            ? { time }
            : { time, value: axisValue(price, props.axis) };
        });
        lineAt(index).setData(data);
        if (index === 0) newest = data.findLast(({ value }) => value !== undefined)?.value ?? null;
      }
      // The library keeps the texts of its axis until the range changes, which a move within it does not.
      chart.priceScale('right').applyOptions({});
      const first = grid.seconds[0] ?? 0;
      band.set({
        locks: own.locks.flatMap(({ from, until }) => {
          const to = until === null ? (last ?? first) : until / 1000;
          return to < first
            ? []
            : [
                {
                  from: gridSecond(grid, Math.max(from, first * 1000)),
                  to: gridSecond(grid, to * 1000),
                },
              ];
        }),
        marks: props.marks.map(({ at, text }) => ({ at: gridSecond(grid, at), text })),
        end: end && { at: gridSecond(grid, end.at), text: end.settlement ?? 'Settled' },
      });
      chart.timeScale().fitContent();
    },
    remove: () => chart.remove(),
  };
}

type Place = number | null;
type Marked = {
  locks: readonly { from: Place; to: Place }[];
  marks: readonly { at: Place; text: string }[];
  end: { at: Place; text: string } | null;
};

/** Pixels between the slanting lines that tell a lock from a shade of grey. */
const HATCH = 6;

/** What lies behind the line: locks as hatched bands, marks as dashed lines with a word, the end as a full one. */
function createBand() {
  let chart: IChartApi | null = null;
  let update: (() => void) | null = null;
  let marked: Marked = { locks: [], marks: [], end: null };
  let look = { ink: '', faint: '', locked: '', font: '' };

  function x(second: Place): number | null {
    return second === null || !chart
      ? null
      : chart.timeScale().timeToCoordinate(second as UTCTimestamp);
  }

  function paint(context: CanvasRenderingContext2D, width: number, height: number): void {
    for (const { from, to } of marked.locks) {
      const left = x(from);
      const right = x(to);
      if (left === null || right === null) continue;
      const size = Math.max(2, right - left);
      context.save();
      context.beginPath();
      context.rect(left, 0, size, height);
      context.clip();
      context.fillStyle = look.locked;
      context.globalAlpha = 0.16;
      context.fill();
      context.globalAlpha = 0.3;
      context.strokeStyle = look.locked;
      context.lineWidth = 1;
      context.beginPath();
      for (let at = left - height; at < left + size; at += HATCH) {
        context.moveTo(at, height);
        context.lineTo(at + height, 0);
      }
      context.stroke();
      context.restore();
    }
    context.font = `11px ${look.font}`;
    context.textBaseline = 'top';
    let free = 0;
    for (const { at, text } of marked.marks) {
      const place = x(at);
      if (place === null) continue;
      rule(context, place, height, look.faint, [3, 3]);
      const left = Math.min(place + 4, width - context.measureText(text).width - 2);
      // Words that would lie over each other are in the list.
      if (left < free) continue;
      context.fillStyle = look.ink;
      context.fillText(text, left, 2);
      free = left + context.measureText(text).width + 6;
    }
    const place = marked.end ? x(marked.end.at) : null;
    if (marked.end && place !== null) {
      rule(context, place, height, look.ink, []);
      context.fillStyle = look.ink;
      context.font = `600 11px ${look.font}`;
      context.textAlign = 'right';
      context.fillText(marked.end.text, place - 4, height - 14);
      context.textAlign = 'left';
    }
  }

  const renderer: IPrimitivePaneRenderer = {
    draw(target) {
      // biome-ignore lint/correctness/useHookAtTopLevel: the library's own word, which is no hook.
      target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        context.save();
        paint(context, mediaSize.width, mediaSize.height);
        context.restore();
      });
    },
  };
  // One list for good: the library knows a change by another one.
  const views: readonly IPrimitivePaneView[] = [
    { zOrder: () => 'bottom', renderer: () => renderer },
  ];
  const primitive: ISeriesPrimitive<Time> = {
    attached(given: SeriesAttachedParameter<Time>) {
      chart = given.chart as IChartApi;
      update = given.requestUpdate;
    },
    detached() {
      chart = null;
      update = null;
    },
    paneViews: () => views,
  };
  return {
    primitive,
    dress(next: typeof look): void {
      look = next;
    },
    set(next: Marked): void {
      marked = next;
      update?.();
    },
  };
}

function rule(
  context: CanvasRenderingContext2D,
  x: number,
  height: number,
  colour: string,
  dash: number[],
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, 0);
  context.lineTo(Math.round(x) + 0.5, height);
  context.stroke();
  context.setLineDash([]);
}
