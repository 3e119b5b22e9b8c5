import { type Alert, alertLog, type Told } from '@/lib/board/alert-log';
import type { AlertRule } from '@/lib/board/alert-rules';
import { alertSettings } from '@/lib/board/alert-settings';
import type { Fired } from '@/lib/board/alerts';
import type { Fixture } from '@/lib/protocol/events';
import type { OddsFormat } from '@/lib/protocol/price';
import { isAudible, playSound } from './alert-sounds';
import { alertWords, burstWords, conditionWords, scopeWords } from './alert-words';
import { permission, showNotice } from './desktop-notice';
import { inOneTab } from './one-tab';
import type { Place } from './use-go-to';

/** How and where things are told: the view's format and zone, and how one gets to a place. */
export type Telling = {
  sport: string;
  format: OddsFormat;
  zone: string;
  follow: (place: Place) => void;
  nameOf: (fixtureId: string, fixture: Fixture | null) => string;
};

/** What a rule told of, in facts that the log can keep. */
export function alertOf({ rule, at, odd, fixture, from, to }: Fired, telling: Telling): Alert {
  const fixtureId = odd?.fixtureId ?? fixture?.id ?? null;
  return {
    id: alertLog().nextId(),
    ruleId: rule.id,
    kind: rule.when.kind,
    at,
    sport: telling.sport,
    league: odd?.league ?? fixture?.league ?? null,
    market: odd?.market ?? null,
    fixtureId,
    fixture: fixtureId === null ? null : telling.nameOf(fixtureId, fixture),
    oddId: odd?.id ?? null,
    odd: odd?.name ?? null,
    ...{ from, to },
    note: null,
  };
}

/** Where it happened: of several alerts the fixture that they share. */
export function placeOf({ parts, count }: Told): Place {
  const [first] = parts;
  const nowhere = { sport: first?.sport ?? '', fixtureId: null, market: null, oddId: null };
  if (!first) return nowhere;
  if (count === 1) return first;
  const isOne = parts.every(({ fixtureId }) => fixtureId === first.fixtureId);
  return isOne ? { ...nowhere, fixtureId: first.fixtureId } : nowhere;
}

/** What it says, in two lines. */
export function toldWords(
  told: Told,
  format: OddsFormat,
  zone: string,
): { what: string; about: string } {
  const { parts, count } = told;
  const [first] = parts;
  if (!first) return { what: '', about: '' };
  if (count === 1) return alertWords(first, format, zone);
  const fixtures = [
    ...new Set(parts.map(({ fixture }) => fixture).filter((name) => name !== null)),
  ];
  const isMore = fixtures.length > 2 || parts.length < count;
  return {
    what: burstWords(told),
    about: `${fixtures.slice(0, 2).join(', ')}${isMore ? ' and others' : ''}`,
  };
}

/** Tells it as its rules ask for; the log has it in any case, of a burst the first ones and how many there were. */
export function deliver(
  told: Told,
  rules: readonly Pick<AlertRule, 'id' | 'toast' | 'sound' | 'desktop'>[],
  telling: Telling,
  { replaced = [], isMuted = alertSettings().getState().isMuted, isTest = false }: Options = {},
): void {
  const log = alertLog();
  const isKnown = log.getState().entries.some(({ id }) => id === told.id);
  // What was told once and goes on stays where it is, also where somebody has closed it.
  const isShown = isKnown
    ? log.getState().shown.some(({ id }) => id === told.id)
    : rules.some(({ toast }) => toast);
  log.add(told, isShown && !isMuted, replaced);
  if (isMuted || isKnown) return;
  const [first] = told.parts;
  const about = `${first?.ruleId} ${first?.oddId ?? first?.fixtureId}`;
  // Each tab that shows the odd finds the same; a tab that cannot tell leaves it to others.
  const once = (how: string, isAble: boolean, run: () => void) => {
    if (isTest || !isAble) run();
    else inOneTab(`${how} ${about} ${first?.from} ${first?.to}`, run);
  };
  const sound = rules.find((rule) => rule.sound !== null)?.sound;
  if (sound) once('sound', isAudible(), () => playSound(sound));
  if (!rules.some(({ desktop }) => desktop)) return;
  const words = toldWords(told, telling.format, telling.zone);
  const place = placeOf(told);
  const tag = told.count > 1 ? 'burst' : about;
  once('notice', permission() === 'granted', () =>
    showNotice(words.what, words.about, tag, () => telling.follow(place)),
  );
}

type Options = {
  /** What was told before and is part of it. */
  replaced?: readonly number[];
  isMuted?: boolean;
  /** Tried by hand: told in this tab, whatever others tell. */
  isTest?: boolean;
};

/** Tells what a rule would, now and whatever is muted. */
export function deliverTest(rule: AlertRule, telling: Telling): void {
  const { where, when } = rule;
  const id = alertLog().nextId();
  const at = Date.now();
  const alert: Alert = {
    ...{ id, at, ruleId: rule.id, kind: when.kind, sport: telling.sport },
    ...{ league: where.league, market: where.market },
    fixtureId: where.fixture?.id ?? null,
    fixture: where.fixture?.name ?? null,
    oddId: where.odd?.id ?? null,
    odd: where.odd?.name ?? scopeWords({ ...where, fixture: null }),
    ...{ from: null, to: null },
    note: `Test: ${conditionWords(when, telling.format)}`,
  };
  const told = { id, at, count: 1, parts: [alert] };
  deliver(told, [rule], telling, { isMuted: false, isTest: true });
}
