'use client';

import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useBoardQuery } from '@/lib/board/address';
import {
  ALERT_KINDS,
  type AlertKind,
  type AlertRule,
  BOUNDS,
  type Condition,
  isAboutLines,
  isAboutOdds,
  SOUNDS,
  type Sound,
} from '@/lib/board/alert-rules';
import { formatTarget, parseTarget } from '@/lib/board/alert-target';
import { useBoardStore } from '@/lib/board/hooks';
import type { OddsFormat } from '@/lib/protocol/price';
import { choicesOf } from './alert-choices';
import { playSound } from './alert-sounds';
import { conditionWords, KIND_NAMES, SOUND_NAMES, scopeWords } from './alert-words';
import { askPermission, permission, permissionWords } from './desktop-notice';
import { BUTTON } from './panel';

const FIELD =
  'h-7 min-w-0 rounded-control border border-line bg-surface px-2 text-detail text-ink aria-invalid:border-feed-dead';

/** What is typed, as it is typed; numbers are read when it is saved. */
type Typed = {
  kind: AlertKind;
  size: string;
  seconds: string;
  pays: 'more' | 'less';
  target: string;
  at: 'least' | 'most';
  points: string;
  repeat: string;
};

function typedOf({ when, repeatSeconds }: AlertRule, format: OddsFormat): Typed {
  return {
    kind: when.kind,
    size: when.kind === 'move' ? String(when.size) : '2',
    seconds: when.kind === 'move' ? String(when.seconds) : '60',
    pays: when.kind === 'price' ? when.pays : 'more',
    target: when.kind === 'price' ? formatTarget(when.decimal, format) : '',
    at: when.kind === 'points' ? when.at : 'least',
    points: when.kind === 'points' ? String(when.points) : '',
    repeat: String(repeatSeconds),
  };
}

type Errors = Partial<Record<keyof Typed, string>>;

function numberIn(text: string, { least, most }: { least: number; most: number }): number | null {
  const plain = text.trim().replaceAll('−', '-').replace(',', '.');
  const value = plain === '' ? Number.NaN : Number(plain);
  return value >= least && value <= most ? value : null;
}

/** The condition that is typed, with what is wrong in it. */
function conditionOf(
  typed: Typed,
  format: OddsFormat,
  before: Condition,
): { when: Condition | null; errors: Errors } {
  const errors: Errors = {};
  const number = (name: 'size' | 'seconds' | 'points') => {
    const value = numberIn(typed[name], BOUNDS[name]);
    if (value === null)
      errors[name] = `A number from ${BOUNDS[name].least} to ${BOUNDS[name].most}`;
    return value ?? 0;
  };
  const { kind } = typed;
  let when: Condition;
  if (kind === 'move') when = { kind, size: number('size'), seconds: number('seconds') };
  else if (kind === 'points') when = { kind, at: typed.at, points: number('points') };
  else if (kind === 'price') {
    const decimal = parseTarget(typed.target, format);
    if (decimal === null) errors.target = `A price such as ${formatTarget(2.5, format)}`;
    // A target that nobody typed over stays what it was, in whatever format it is read now.
    const isKept = before.kind === kind && formatTarget(before.decimal, format) === typed.target;
    when = isKept
      ? { ...before, pays: typed.pays }
      : { kind, pays: typed.pays, decimal: decimal ?? 2, format };
  } else when = { kind };
  return { when: Object.keys(errors).length > 0 ? null : when, errors };
}

/** All that is written in the form: what is typed, and to what it applies and how it tells. */
type Written = [Typed, AlertRule['where'], boolean, AlertRule['sound'], boolean];

type Props = {
  rule: AlertRule;
  /** What was written into it before the form went, as `onWritten` was told; null where nothing was. */
  kept: readonly unknown[] | null;
  onSave: (rule: AlertRule) => void;
  onCancel: () => void;
  /** Told what is written, whenever that changes; null where it is as the rule has it. */
  onWritten: (written: Written | null) => void;
};

/** A rule in words and numbers. What it comes to stands below it as one sentence. */
export function AlertForm({ rule, kept, onSave, onCancel, onWritten }: Props) {
  const store = useBoardStore();
  const [{ odds: format }] = useBoardQuery();
  const [opened] = useState<Written>(() => [
    typedOf(rule, format),
    rule.where,
    rule.toast,
    rule.sound,
    rule.desktop,
  ]);
  const [first] = useState((kept as Written | null) ?? opened);
  const [typed, setTyped] = useState(first[0]);
  const [where, setWhere] = useState(first[1]);
  const [toast, setToast] = useState(first[2]);
  const [sound, setSound] = useState(first[3]);
  const [desktop, setDesktop] = useState(first[4]);
  const [allowed, setAllowed] = useState(permission);
  const [isTried, setIsTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const entry = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    // After the panel, which takes the focus when it opens.
    const frame = requestAnimationFrame(() => entry.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);

  const written = useMemo<Written>(
    () => [typed, where, toast, sound, desktop],
    [typed, where, toast, sound, desktop],
  );
  const isChanged = JSON.stringify(written) !== JSON.stringify(opened);
  useEffect(() => onWritten(isChanged ? written : null), [onWritten, isChanged, written]);

  const { kind } = typed;
  const hasOdds = isAboutOdds(kind);
  const choices = useMemo(
    () => choicesOf(store.getState().book, where.league),
    [store, where.league],
  );
  const { when, errors: found } = conditionOf(typed, format, rule.when);
  const repeat = numberIn(typed.repeat, BOUNDS.repeatSeconds);
  if (repeat === null) found.repeat = `A number from 0 to ${BOUNDS.repeatSeconds.most}`;
  const errors = isTried ? found : {};
  const set = (patch: Partial<Typed>) => setTyped((before) => ({ ...before, ...patch }));
  const scope = {
    ...where,
    ...(kind === 'feed' && { league: null, fixture: null }),
    ...(!hasOdds && { market: null, odd: null }),
    ...(isAboutLines(kind) && { odd: null }),
  };

  const save = () => {
    setIsTried(true);
    if (!when || repeat === null) {
      const wrong = Object.keys(found)[0];
      form.current?.querySelector<HTMLElement>(`[name=${wrong}]`)?.focus();
      return;
    }
    onSave({ ...rule, when, where: scope, toast, sound, desktop, repeatSeconds: repeat });
  };
  const onDesktop = async (isOn: boolean) => {
    setDesktop(isOn);
    if (!isOn) return;
    const state = await askPermission();
    setAllowed(state);
    if (state !== 'granted') setDesktop(false);
  };

  return (
    <form
      ref={form}
      noValidate
      data-rule
      aria-label={rule.id === '' ? 'New rule' : 'Edit the rule'}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
      className="flex min-h-0 flex-1 flex-col"
    >
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-3">
        <Group title="When">
          <Select
            label="What happens"
            ref={entry}
            value={kind}
            onChange={(value) => set({ kind: value as AlertKind })}
            options={ALERT_KINDS.map((value) => ({ value, label: KIND_NAMES[value] }))}
          />
          {kind === 'move' && (
            <div className="flex gap-2">
              <Field
                name="size"
                label="Size in %"
                error={errors.size}
                value={typed.size}
                onChange={(size) => set({ size })}
              />
              <Field
                name="seconds"
                label="Within seconds"
                error={errors.seconds}
                value={typed.seconds}
                onChange={(seconds) => set({ seconds })}
              />
            </div>
          )}
          {kind === 'move' && (
            <p className="text-ink-faint text-label">
              Of implied probability: −110 to +100 is a move of 2.4 %, in either format.
            </p>
          )}
          {kind === 'price' && (
            <div className="flex gap-2">
              <Field
                name="target"
                label="Target price"
                error={errors.target}
                value={typed.target}
                placeholder={formatTarget(2.5, format)}
                onChange={(target) => set({ target })}
              />
              <Select
                label="Or"
                value={typed.pays}
                onChange={(value) => set({ pays: value as Typed['pays'] })}
                options={[
                  { value: 'more', label: paysLabel('more', format) },
                  { value: 'less', label: paysLabel('less', format) },
                ]}
              />
            </div>
          )}
          {kind === 'points' && (
            <div className="flex gap-2">
              <Field
                name="points"
                label="Points"
                error={errors.points}
                value={typed.points}
                placeholder="215.5"
                onChange={(points) => set({ points })}
              />
              <Select
                label="Or"
                value={typed.at}
                onChange={(value) => set({ at: value as Typed['at'] })}
                options={[
                  { value: 'least', label: 'at or above' },
                  { value: 'most', label: 'at or below' },
                ]}
              />
            </div>
          )}
        </Group>
        {kind !== 'feed' && (
          <Group title="Where">
            {hasOdds && rule.where.odd && (
              <Check
                label={`Only ${rule.where.odd.name}`}
                isOn={where.odd !== null}
                onChange={(isOn) => setWhere(isOn ? rule.where : { ...where, odd: null })}
              />
            )}
            <div className="flex gap-2">
              <Select
                label="In league"
                value={where.league ?? ''}
                onChange={(value) =>
                  setWhere({ ...where, league: value || null, fixture: null, odd: null })
                }
                options={withOwn(choices.leagues, where.league, 'Any')}
              />
              {hasOdds && (
                <Select
                  label="In market"
                  value={where.market ?? ''}
                  onChange={(value) => setWhere({ ...where, market: value || null, odd: null })}
                  options={withOwn(choices.markets, where.market, 'Any')}
                />
              )}
            </div>
            <Select
              label="In fixture"
              value={where.fixture?.id ?? ''}
              onChange={(id) => {
                const fixture = choices.fixtures.find((one) => one.id === id) ?? null;
                setWhere({ ...where, fixture, odd: null });
              }}
              options={[
                { value: '', label: 'Any' },
                ...(where.fixture && !choices.fixtures.some(({ id }) => id === where.fixture?.id)
                  ? [{ value: where.fixture.id, label: where.fixture.name }]
                  : []),
                ...choices.fixtures.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          </Group>
        )}
        <Group title="Then">
          <Check label="Show a toast" isOn={toast} onChange={setToast} />
          <Check
            label="Notify on the desktop"
            isOn={desktop}
            isDisabled={allowed === 'none' || allowed === 'denied'}
            hint={permissionWords(allowed)}
            onChange={(isOn) => void onDesktop(isOn)}
          />
          <div className="flex items-end gap-2">
            <Select
              label="Sound"
              value={sound ?? ''}
              onChange={(value) => setSound((value || null) as Sound | null)}
              options={[
                { value: '', label: 'None' },
                ...SOUNDS.map((value) => ({ value, label: SOUND_NAMES[value] })),
              ]}
            />
            <button
              type="button"
              className={`${BUTTON} disabled:opacity-50`}
              disabled={sound === null}
              onClick={() => sound !== null && playSound(sound)}
            >
              Play
            </button>
            <Field
              name="repeat"
              label="Repeat after seconds"
              error={errors.repeat}
              value={typed.repeat}
              onChange={(text) => set({ repeat: text })}
            />
          </div>
        </Group>
      </div>
      <footer className="flex shrink-0 flex-col gap-2 border-line border-t p-3">
        <p className="text-detail text-ink" aria-live="off">
          {when ? conditionWords(when, format) : KIND_NAMES[kind]}
          <span className="block text-ink-muted">
            {kind === 'feed' ? 'Wherever this board is' : scopeWords(scope)}
          </span>
        </p>
        <div className="flex gap-2">
          <button
            type="submit"
            className="inline-flex h-7 items-center rounded-control bg-accent px-3 font-semibold text-detail text-surface hover:brightness-110"
          >
            Save rule
          </button>
          <button type="button" className={BUTTON} onClick={onCancel}>
            Cancel
          </button>
        </div>
      </footer>
    </form>
  );
}

/** A higher probability pays less; of the formats whose figures do not follow what is paid, only that is said. */
function paysLabel(pays: 'more' | 'less', format: OddsFormat): string {
  if (format === 'malay' || format === 'indonesian') return `pays ${pays}`;
  const isAbove = (pays === 'more') !== (format === 'probability');
  return `at or ${isAbove ? 'above' : 'below'}, pays ${pays}`;
}

function withOwn(values: readonly string[], own: string | null, none: string) {
  const all = own === null || values.includes(own) ? values : [own, ...values];
  return [{ value: '', label: none }, ...all.map((value) => ({ value, label: value }))];
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="pb-1.5 font-semibold text-detail text-ink">{title}</legend>
      {children}
    </fieldset>
  );
}

function Select({
  label,
  value,
  options,
  onChange,
  ref,
}: {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  ref?: React.Ref<HTMLSelectElement>;
}) {
  return (
    <label className="flex min-w-0 flex-1 flex-col gap-0.5 text-ink-muted text-label">
      {label}
      <select
        ref={ref}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`${FIELD} w-full`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} className="bg-surface-overlay text-ink">
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Field({
  name,
  label,
  value,
  error,
  placeholder,
  onChange,
}: {
  name: keyof Typed;
  label: string;
  value: string;
  error: string | undefined;
  placeholder?: string;
  onChange: (text: string) => void;
}) {
  const errorId = useId();
  return (
    <label className="flex min-w-0 flex-1 flex-col gap-0.5 text-ink-muted text-label">
      {label}
      <input
        name={name}
        value={value}
        placeholder={placeholder}
        inputMode="text"
        autoComplete="off"
        aria-invalid={error !== undefined || undefined}
        aria-describedby={error === undefined ? undefined : errorId}
        onChange={(event) => onChange(event.target.value)}
        className={`${FIELD} w-full tabular-nums placeholder:text-ink-faint`}
      />
      {error !== undefined && (
        <span id={errorId} className="text-feed-dead">
          {error}
        </span>
      )}
    </label>
  );
}

function Check({
  label,
  isOn,
  isDisabled = false,
  hint = '',
  onChange,
}: {
  label: string;
  isOn: boolean;
  isDisabled?: boolean;
  hint?: string;
  onChange: (isOn: boolean) => void;
}) {
  const hintId = useId();
  return (
    <div>
      <label className="inline-flex items-center gap-2 text-detail text-ink">
        <input
          type="checkbox"
          checked={isOn}
          disabled={isDisabled}
          aria-describedby={hint === '' ? undefined : hintId}
          onChange={(event) => onChange(event.target.checked)}
          className="size-3.5 accent-accent"
        />
        {label}
      </label>
      {hint !== '' && (
        <p id={hintId} className="pl-5.5 text-ink-faint text-label">
          {hint}
        </p>
      )}
    </div>
  );
}
