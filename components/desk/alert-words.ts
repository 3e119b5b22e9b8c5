import { statusWord } from '@/components/board/fixture-badge';
import { settlementWords } from '@/components/board/settlement-badge';
import type { Alert, Told } from '@/lib/board/alert-log';
import type { AlertKind, AlertRule, AlertScope, Condition, Sound } from '@/lib/board/alert-rules';
import { formatTarget } from '@/lib/board/alert-target';
import { formatRelativeDay, formatTime } from '@/lib/board/format';
import { formatPoints, formatPrice, type OddsFormat, toProbability } from '@/lib/protocol/price';

/** What a rule can be about, as one chooses it. */
export const KIND_NAMES: Record<AlertKind, string> = {
  move: 'Price moves',
  price: 'Price reaches a target',
  points: 'Points reach a target',
  main: 'Main line moves',
  lock: 'Odd is locked',
  reopen: 'Odd reopens',
  settlement: 'Odd is settled',
  start: 'Start time changes',
  status: 'Fixture status changes',
  feed: 'Feed is late or dead',
};

export const SOUND_NAMES: Record<Sound, string> = {
  tick: 'Tick',
  chime: 'Chime',
  fall: 'Fall',
  alarm: 'Alarm',
};

/** A length of time as one says it. */
export function secondsWords(seconds: number): string {
  if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}

/** When a rule applies, in words. */
export function conditionWords(when: Condition, format: OddsFormat): string {
  switch (when.kind) {
    case 'move':
      return `Price moves ${when.size} % within ${secondsWords(when.seconds)}`;
    case 'price':
      return `Price reaches ${formatTarget(when.decimal, format)}, or pays ${when.pays}`;
    case 'points':
      return `Points reach ${formatPoints(when.points, true)} or ${when.at === 'least' ? 'more' : 'less'}`;
    default:
      return KIND_NAMES[when.kind];
  }
}

/** Where a rule applies, in words. */
export function scopeWords({ league, market, fixture, odd }: AlertScope): string {
  const parts = [odd?.name, fixture?.name, league, market].filter((part) => part != null);
  return parts.length === 0 ? 'Everything on this board' : parts.join(' · ');
}

/** What a rule does, in words. */
export function actionWords({ toast, sound, desktop, repeatSeconds }: AlertRule): string {
  const parts: string[] = [];
  if (toast) parts.push('Toast');
  if (sound !== null) parts.push(SOUND_NAMES[sound]);
  if (desktop) parts.push('Desktop');
  if (parts.length === 0) parts.push('Log only');
  if (repeatSeconds > 0) parts.push(`again after ${secondsWords(repeatSeconds)}`);
  return parts.join(' · ');
}

function priceText(price: Alert['from'], format: OddsFormat): string {
  return typeof price === 'number' ? formatPrice(price, format) : '–';
}

function startText(date: Alert['from'], zone: string, now: number): string {
  if (typeof date !== 'string') return 'unknown';
  return `${formatRelativeDay(date, zone, now)} ${formatTime(date, zone)}`;
}

/** What an alert tells: what happened, and to what. */
export function alertWords(
  alert: Alert,
  format: OddsFormat,
  zone: string,
): { what: string; about: string } {
  const { kind, from, to, note } = alert;
  const about = [alert.odd, alert.market, alert.fixture, alert.odd === null && alert.league]
    .filter(Boolean)
    .join(' · ');
  return { what: note ?? whatWords(), about };

  function was(text: string): string {
    return from === null ? '' : `, was ${text}`;
  }

  function whatWords(): string {
    switch (kind) {
      case 'move': {
        if (typeof from !== 'number' || typeof to !== 'number') return 'Moved';
        const size = Math.abs(toProbability(to) - toProbability(from)) * 100;
        return `${formatPrice(from, format)} → ${formatPrice(to, format)}, ${size.toFixed(1)} %`;
      }
      case 'price':
        return `Reached ${priceText(to, format)}${was(priceText(from, format))}`;
      case 'points':
        return `Points ${formatPoints(Number(to), false)}${was(formatPoints(Number(from), false))}`;
      case 'main':
        return `Main line ${formatPoints(Number(from), false)} → ${formatPoints(Number(to), false)}`;
      case 'lock':
        return `Locked at ${priceText(to, format)}`;
      case 'reopen':
        return `Reopened at ${priceText(to, format)}`;
      case 'settlement': {
        const meaning = (word: Alert['from']) =>
          settlementWords(typeof word === 'string' ? word : null).meaning;
        return `Settled: ${meaning(to)}${was(meaning(from))}`;
      }
      case 'start':
        return `Starts ${startText(to, zone, alert.at)}, was ${startText(from, zone, alert.at)}`;
      case 'status':
        return `${statusWord(String(from ?? ''))} → ${statusWord(String(to ?? ''))}`;
      case 'feed':
        return to === 'dead' ? 'The feed is dead: prices are not live' : 'The feed is late';
    }
  }
}

/** Several of a kind. */
const PLURALS: Record<AlertKind, string> = {
  move: 'moves',
  price: 'target prices',
  points: 'target points',
  main: 'main lines',
  lock: 'locks',
  reopen: 'reopenings',
  settlement: 'settlements',
  start: 'start times',
  status: 'statuses',
  feed: 'of the feed',
};

/** What came together: how many, and how many of each kind. */
export function burstWords({ count, byKind = [] }: Pick<Told, 'count' | 'byKind'>): string {
  const [only] = byKind;
  if (only && byKind.length === 1)
    return `${count.toLocaleString('en')} ${PLURALS[only[0]]} at once`;
  const kinds = byKind.map(([kind, of]) => `${of.toLocaleString('en')} ${PLURALS[kind]}`);
  return `${count.toLocaleString('en')} alerts: ${kinds.join(', ')}`;
}
