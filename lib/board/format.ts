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

const SECOND_MS = 1_000;
/** No zone's day begins, and no zone changes its clocks, within a minute. */
const MINUTE_MS = 60_000;

/** A board asks for few texts of times, often, and `Intl` takes a while for each. */
const TEXTS_KEPT = 2_000;

/** What `make` says of a time in a zone, kept: the same for all times of one `span` of ms. */
function kept(make: (at: Date, zone: string) => string, span: number) {
  const known = new Map<string, string>();
  return (at: string | number, zone: string): string => {
    const ms = typeof at === 'number' ? at : Date.parse(at);
    const key = `${zone} ${Math.floor(ms / span)}`;
    let text = known.get(key);
    if (text === undefined) {
      text = make(new Date(ms), zone);
      if (known.size >= TEXTS_KEPT) known.clear();
      known.set(key, text);
    }
    return text;
  };
}

const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const DAY = { day: 'numeric', month: 'short' } as const;
const WEEKDAY = { weekday: 'short', ...DAY } as const;

const inShape = (options: Intl.DateTimeFormatOptions, span = MINUTE_MS) =>
  kept((at, zone) => formatter(zone, options).format(at).replace(',', ''), span);

/** `20:30`, in `zone`. */
export const formatTime = inShape(TIME);

/** `20:30:05`, in `zone`. */
export const formatClock = inShape({ ...TIME, second: '2-digit' }, SECOND_MS);

/** A key that is equal for two times of one calendar day in `zone`. */
export const dayKey = inShape({ year: 'numeric', month: '2-digit', day: '2-digit' });

const yearOf = inShape({ year: 'numeric' });
const dayOfMonth = inShape(DAY);
const dayOfWeek = inShape(WEEKDAY);
const dayOfYear = inShape({ ...WEEKDAY, year: 'numeric' });

/** `Wed 28 Aug`, in `zone`; with the year where it is not that of `now`. */
export function formatDay(at: string | number, zone: string, now: number): string {
  return yearOf(at, zone) === yearOf(now, zone) ? dayOfWeek(at, zone) : dayOfYear(at, zone);
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
  const [day, month, year] = dayKey(at, zone).split('/').map(Number);
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day) / 86_400_000;
}

/** `14:03:05`, with the day before it where that is not today: `Mon 23 Nov 14:03:05`. */
export function formatMoment(at: string | number, zone: string, now: number): string {
  const clock = formatClock(at, zone);
  return dayKey(at, zone) === dayKey(now, zone) ? clock : `${formatDay(at, zone, now)} ${clock}`;
}

/**
 * The same in the width of a clock time: the day alone where it is not today, `23 Nov`.
 * @param today the `dayKey` of now
 */
export function formatMomentShort(at: number, zone: string, today: string): string {
  return dayKey(at, zone) === today ? formatClock(at, zone) : dayOfMonth(at, zone);
}

/** Each locale abbreviates the zones of its own part of the world alone: `EDT` is American, `CEST` European. */
const ZONE_LOCALES = ['en-US', LOCALE];

/** Short name of `zone` at that time, as people write it there: `UTC`, `EDT`, `CEST`, `GMT+5:30`. */
export function zoneName(zone: string, at: string | number): string {
  return nameOfZone(at, zone);
}

const nameOfZone = kept((at, zone) => {
  let name = zone;
  for (const locale of ZONE_LOCALES) {
    const named = formatter(zone, { timeZoneName: 'short', hour: 'numeric' }, locale);
    const parts = named.formatToParts(at);
    name = parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
    if (!/^(GMT|UTC)[+-]/.test(name)) break;
  }
  return name;
}, MINUTE_MS);

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

/** A difference of clocks, known to half a second: `+0.8 s`, `−12.0 s`, `≤ 0.5 s` for what may be none. */
export function formatOffset(ms: number): string {
  const tenths = Math.round(Math.abs(ms) / 100);
  if (tenths <= 5) return '≤ 0.5 s';
  return `${ms > 0 ? '+' : '−'}${(tenths / 10).toFixed(1)} s`;
}

let ownZone = { name: 'UTC', askedAt: Number.NEGATIVE_INFINITY };

/** The browser's own zone, or UTC where it does not say. Asked once a minute: it may travel, and the answer takes a while. */
export function browserZone(): string {
  const now = Date.now();
  if (Math.abs(now - ownZone.askedAt) >= MINUTE_MS) {
    const name = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
    ownZone = { name, askedAt: now };
  }
  return ownZone.name;
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
