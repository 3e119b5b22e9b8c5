/** Times as a trader reads them. A wall-clock time never stands without its zone. */

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Zones and shapes come from a closed set; a page that walks through all zones must not keep them all. */
const FORMATTERS_KEPT = 60;

// One locale for everybody: server and browser must print the same text, and so must two offices.
const LOCALE = 'en-GB';

function formatter(
  zone: string,
  options: Intl.DateTimeFormatOptions,
  locale = LOCALE,
): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known) return known;
  if (formatters.size >= FORMATTERS_KEPT) formatters.clear();
  const made = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  formatters.set(key, made);
  return made;
}

/** `20:30`, in `zone`. */
export function formatTime(at: string | number, zone: string): string {
  return formatter(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    new Date(at),
  );
}

/** Clock texts by zone and second: a board of prices that all changed just now asks for few of them, often. */
const clocks = new Map<string, string>();
const CLOCKS_KEPT = 2_000;

/** `20:30:05`, in `zone`. */
export function formatClock(at: string | number, zone: string): string {
  const key = `${zone} ${at}`;
  const known = clocks.get(key);
  if (known !== undefined) return known;
  if (clocks.size >= CLOCKS_KEPT) clocks.clear();
  const text = formatter(zone, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(at));
  clocks.set(key, text);
  return text;
}

/** `Wed 28 Aug`, in `zone`; with the year where it is not that of `now`. */
export function formatDay(at: string | number, zone: string, now: number): string {
  const year = formatter(zone, { year: 'numeric' });
  const isThisYear = year.format(new Date(at)) === year.format(now);
  return formatter(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(!isThisYear && { year: 'numeric' }),
  })
    .format(new Date(at))
    .replace(',', '');
}

/** A key that is equal for two times of one calendar day in `zone`. */
export function dayKey(at: string | number, zone: string): string {
  return formatter(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(at),
  );
}

/** `Today`, `Tomorrow`, `Yesterday`, or the day, in `zone`. */
export function formatRelativeDay(at: string | number, zone: string, now: number): string {
  // Days of the calendar: one on which clocks change has no 24 hours.
  const days = dayNumber(at, zone) - dayNumber(now, zone);
  if (days === 0) return 'Today';
  if (days === 1) return 'Tomorrow';
  if (days === -1) return 'Yesterday';
  return formatDay(at, zone, now);
}

/** Days since some day, by the calendar of `zone`. */
function dayNumber(at: string | number, zone: string): number {
  const parts = formatter(zone, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(new Date(at));
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day')) / 86_400_000;
}

/** `14:03:05`, with the day before it where that is not today: `Mon 23 Nov 14:03:05`. */
export function formatMoment(at: string | number, zone: string, now: number): string {
  const clock = formatClock(at, zone);
  return dayKey(at, zone) === dayKey(now, zone) ? clock : `${formatDay(at, zone, now)} ${clock}`;
}

/** Short moments, as `clocks`; of one day at a time. */
const moments = new Map<string, string>();
let momentsDay = '';

/**
 * The same in the width of a clock time: the day alone where it is not today, `23 Nov`.
 * @param today the `dayKey` of now
 */
export function formatMomentShort(at: number, zone: string, today: string): string {
  if (momentsDay !== today || moments.size >= CLOCKS_KEPT) moments.clear();
  momentsDay = today;
  const key = `${zone} ${at}`;
  let text = moments.get(key);
  if (text === undefined) {
    text =
      dayKey(at, zone) === today
        ? formatClock(at, zone)
        : formatter(zone, { day: 'numeric', month: 'short' }).format(new Date(at));
    moments.set(key, text);
  }
  return text;
}

/** Each locale abbreviates the zones of its own part of the world alone: `EDT` is American, `CEST` European. */
const ZONE_LOCALES = ['en-US', LOCALE];

/** Short name of `zone` at that time, as people write it there: `UTC`, `EDT`, `CEST`, `GMT+5:30`. */
export function zoneName(zone: string, at: string | number): string {
  let name = zone;
  for (const locale of ZONE_LOCALES) {
    const named = formatter(zone, { timeZoneName: 'short', hour: 'numeric' }, locale);
    const parts = named.formatToParts(new Date(at));
    name = parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
    if (!/^(GMT|UTC)[+-]/.test(name)) break;
  }
  return name;
}

/** How long ago `at` (epoch ms) was: `now`, `12 s`, `4 m`, `2 h 05 m`, `3 d`. */
export function formatAge(at: number, now: number): string {
  const seconds = Math.floor(Math.max(0, now - at) / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} m`;
  return `${Math.floor(hours / 24)} d`;
}

/** A length of time: `0.4 s`, `12.0 s`, `2 m 05 s`, `1 h 02 m`. */
export function formatLength(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(tenths / 10);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} m`;
}

/** A difference of clocks, known to half a second: `+0.8 s`, `−12.0 s`, `≤ 0.5 s` for what may be none. */
export function formatOffset(ms: number): string {
  const tenths = Math.round(Math.abs(ms) / 100);
  if (tenths <= 5) return '≤ 0.5 s';
  return `${ms > 0 ? '+' : '−'}${(tenths / 10).toFixed(1)} s`;
}

/** The browser's own zone, or UTC where it does not say. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Whether `Intl` knows the zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Cookie in which the browser leaves its zone for the next visit's first paint. */
export const ZONE_COOKIE = 'board-tz';
