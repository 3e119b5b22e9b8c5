'use client';

import { memo, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { useStore } from 'zustand';
import { FileButton } from '@/components/ui/file-button';
import { useBoardQuery } from '@/lib/board/address';
import { alertLog, type Told } from '@/lib/board/alert-log';
import { type AlertRule, EVERYWHERE, writeRules } from '@/lib/board/alert-rules';
import { alertSettings } from '@/lib/board/alert-settings';
import { formatClock, zoneName } from '@/lib/board/format';
import { useBoardStore, useTimeZone } from '@/lib/board/hooks';
import type { OddsFormat } from '@/lib/protocol/price';
import { deliverTest, placeOf, toldWords } from './alert-delivery';
import { AlertForm } from './alert-form';
import { isAudible, watchAudible } from './alert-sounds';
import { actionWords, alertWords, conditionWords, scopeWords } from './alert-words';
import { beginRule } from './begin-rule';
import { permission } from './desktop-notice';
import { download } from './download';
import { cellOf } from './odd-in-focus';
import { BUTTON, handOn, Panel, type PanelProps, Press } from './panel';
import { PlaceLink } from './place-link';
import { useTelling } from './use-telling';

/** Lines of the log that are drawn; the rest on demand. */
const FIRST_LINES = 60;

/** Rules, and what they told. */
export default function AlertsPanel({ onClose }: PanelProps) {
  const settings = alertSettings();
  const draft = useStore(settings, (state) => state.draft);
  const isMuted = useStore(settings, (state) => state.isMuted);
  const add = useRef<HTMLButtonElement>(null);
  // What was begun and not written into is not begun again when the panel is opened for another reason.
  useEffect(
    () => () => {
      if (settings.getState().written === null) settings.edit(null);
    },
    [settings],
  );
  const edited = useRef<AlertRule | null>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  }, [onClose]);
  useEffect(() => {
    const rule = edited.current;
    edited.current = draft;
    if (!rule || draft) return;
    const panel = add.current?.closest('section');
    const cell = rule.id === '' && rule.where.odd ? cellOf(rule.where.odd.id) : null;
    // On a phone the panel lies over the cell: there the focus would be out of sight.
    if (cell && !cell.closest('[data-layout="compact"]')) {
      cell.focus({ preventScroll: true });
      return closesByEscape(cell, () => close.current());
    }
    // Back to where it was begun; a new rule has no line yet.
    const edit = panel?.querySelector<HTMLElement>(`[data-edits="${CSS.escape(rule.id)}"]`);
    (edit ?? add.current)?.focus();
  }, [draft]);
  return (
    <Panel
      title="Alerts"
      onClose={onClose}
      tools={
        <>
          {isMuted && (
            <span className="rounded-[3px] border border-feed-late px-1 font-semibold text-feed-late text-label">
              Muted
            </span>
          )}
          <button ref={add} type="button" className={BUTTON} onClick={() => beginRule(EVERYWHERE)}>
            New rule
          </button>
        </>
      }
    >
      {draft ? (
        <AlertForm
          key={`${draft.id} ${draft.where.odd?.id}`}
          rule={draft}
          kept={settings.getState().written}
          onSave={(rule) => {
            settings.save(rule);
            settings.edit(null);
          }}
          onCancel={() => settings.edit(null)}
          onWritten={settings.noteDraft}
        />
      ) : (
        <Overview />
      )}
    </Panel>
  );
}

/**
 * Until the focus leaves the cell, Escape there does what it does in the panel; answers how to end that. A window that
 * loses the focus gives it back to the same cell.
 */
function closesByEscape(cell: HTMLElement, close: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  cell.addEventListener(
    'blur',
    () => {
      if (document.hasFocus()) listening.abort();
    },
    { signal },
  );
  cell.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      close();
    },
    { signal },
  );
  return () => listening.abort();
}

function Overview() {
  const settings = alertSettings();
  const rules = useStore(settings, (state) => state.rules);
  const problems = useStore(settings, (state) => state.problems);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto">
      {problems.length > 0 && (
        <div role="alert" className="border-line-subtle border-b px-3 py-2 text-detail text-ink">
          <ul className="list-inside list-disc break-words">
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
          <button
            type="button"
            className="text-accent hover:underline"
            onClick={({ currentTarget }) => {
              handOn(currentTarget);
              settings.forgetProblems();
            }}
          >
            Dismiss
          </button>
        </div>
      )}
      <Notes rules={rules} />
      <section aria-label="Rules">
        {rules.length === 0 ? (
          <p className="px-3 py-3 text-detail text-ink-muted">
            No rules yet. A rule watches prices, lines, states, fixtures or the feed, also while
            this panel is closed. With a price in focus,{' '}
            <Press letter="A" action="Alert on the odd in focus" /> begins one for it.
          </p>
        ) : (
          <ul>
            {rules.map((rule) => (
              <RuleLine key={rule.id} rule={rule} />
            ))}
          </ul>
        )}
        <Exchange rules={rules} />
      </section>
      <Log />
    </div>
  );
}

/** What keeps rules from telling of something. */
function Notes({ rules }: { rules: readonly AlertRule[] }) {
  const [{ league, fixture }] = useBoardQuery();
  const isHeard = useSyncExternalStore(watchAudible, isAudible, isAudible);
  const hasSound = rules.some(({ isOn, sound }) => isOn && sound !== null);
  const isMute = permission() !== 'granted' && rules.some(({ isOn, desktop }) => isOn && desktop);
  const isNarrow = league.length > 0 || fixture.length > 0;
  const { past } = useBoardStore();
  if (rules.length === 0) return null;
  return (
    <div className="text-detail text-ink-muted empty:hidden [&>p]:border-line-subtle [&>p]:border-b [&>p]:px-3 [&>p]:py-1.5">
      {past && <p>In a past moment nothing happens that a rule could tell of.</p>}
      {!past && isNarrow && (
        <p>
          Rules see what this board reads: the {fixture.length > 0 ? 'fixtures' : 'leagues'} of its
          filter alone.
        </p>
      )}
      {hasSound && !isHeard && (
        <p>The browser plays no sound until you click or press a key on this page.</p>
      )}
      {isMute && (
        <p>
          Desktop notifications are not allowed here: edit a rule that asks for them to see why.
        </p>
      )}
    </div>
  );
}

function RuleLine({ rule }: { rule: AlertRule }) {
  const settings = alertSettings();
  const [{ odds: format }] = useBoardQuery();
  const telling = useTelling();
  const words = conditionWords(rule.when, format);
  const line = useRef<HTMLLIElement>(null);
  const remove = () => {
    if (line.current) handOn(line.current, 'input');
    settings.remove(rule.id);
  };
  return (
    <li ref={line} className="flex items-start gap-2.5 border-line-subtle border-b py-2 pr-2 pl-3">
      <input
        type="checkbox"
        aria-label={`On: ${words}`}
        checked={rule.isOn}
        onChange={(event) => settings.save({ ...rule, isOn: event.target.checked })}
        className="mt-0.5 size-3.5 shrink-0 accent-accent"
      />
      <div className="min-w-0 flex-1">
        <p className={`text-name ${rule.isOn ? 'text-ink' : 'text-ink-faint'}`}>
          {words}
          {!rule.isOn && ' (off)'}
        </p>
        <p className="truncate text-detail text-ink-muted" title={scopeWords(rule.where)}>
          {rule.when.kind === 'feed' ? 'Wherever this board is' : scopeWords(rule.where)}
        </p>
        <p className="text-ink-faint text-label">{actionWords(rule)}</p>
      </div>
      <div className="flex shrink-0 gap-0.5">
        <Small name={`Test: ${words}`} onClick={() => deliverTest(rule, telling)}>
          Test
        </Small>
        <Small name={`Edit: ${words}`} edits={rule.id} onClick={() => settings.edit(rule)}>
          Edit
        </Small>
        <Small name={`Delete: ${words}`} onClick={remove}>
          Delete
        </Small>
      </div>
    </li>
  );
}

function Small({
  name,
  edits,
  onClick,
  children,
}: {
  name: string;
  /** The rule that it leads to. */
  edits?: string;
  onClick: () => void;
  children: string;
}) {
  return (
    <button
      type="button"
      aria-label={name}
      data-edits={edits}
      onClick={onClick}
      className="h-6 rounded-control px-1.5 text-detail text-ink-muted hover:bg-surface-hover hover:text-ink"
    >
      {children}
    </button>
  );
}

/** Rules to and from a file. */
function Exchange({ rules }: { rules: readonly AlertRule[] }) {
  const [said, setSaid] = useState('');
  const take = (text: string | null) => {
    if (text === null) {
      setSaid('The file is too large to be one of rules, or cannot be read.');
      return;
    }
    const added = alertSettings().take(text);
    setSaid(`${added} ${added === 1 ? 'rule' : 'rules'} added`);
  };
  return (
    <div className="flex items-center gap-2 px-3 py-2">
      <FileButton label="Import" accept="application/json,.json" onText={take} className={BUTTON} />
      {rules.length > 0 && (
        <button
          type="button"
          className={BUTTON}
          onClick={() => download('alert-rules.json', writeRules(rules), 'json')}
        >
          Export
        </button>
      )}
      <span role="status" className="text-detail text-ink-muted">
        {said}
      </span>
    </div>
  );
}

function Log() {
  const entries = useStore(alertLog(), (state) => state.entries);
  const [isWhole, setIsWhole] = useState(false);
  const [{ odds: format }] = useBoardQuery();
  const zone = useTimeZone();
  const shown = isWhole ? entries : entries.slice(0, FIRST_LINES);
  return (
    <section aria-label="Log of alerts" className="border-line border-t pb-3">
      <header className="flex h-9 items-center gap-2 pr-2 pl-3">
        <h3 className="font-semibold text-detail text-ink">Log</h3>
        <span className="text-detail text-ink-faint tabular-nums">{entries.length || ''}</span>
        {entries[0] && (
          <span className="text-ink-faint text-label">
            Times in {zoneName(zone, entries[0].at)}
          </span>
        )}
        {entries.length > 0 && (
          <button
            type="button"
            aria-label="Clear the log"
            className="ml-auto h-6 rounded-control px-1.5 text-detail text-ink-muted hover:bg-surface-hover hover:text-ink"
            onClick={({ currentTarget }) => {
              handOn(currentTarget);
              alertLog().clear();
            }}
          >
            Clear
          </button>
        )}
      </header>
      {entries.length === 0 && (
        <p className="px-3 text-detail text-ink-muted">Nothing fired yet.</p>
      )}
      <ol>
        {shown.map((told) => (
          <LogLine key={told.id} told={told} format={format} zone={zone} />
        ))}
      </ol>
      {shown.length < entries.length && (
        <button
          type="button"
          className="mx-3 mt-2 text-accent text-detail hover:underline"
          onClick={({ currentTarget }) => {
            const lines = currentTarget.previousElementSibling;
            const panel = currentTarget.closest<HTMLElement>('[tabindex]');
            flushSync(() => setIsWhole(true));
            // It is gone: one reads on where the lines that it brought begin.
            const next = lines?.children[FIRST_LINES]?.querySelector<HTMLElement>('a, summary');
            (next ?? panel)?.focus();
          }}
        >
          Show all {entries.length}
        </button>
      )}
    </section>
  );
}

const LogLine = memo(function LogLine({
  told,
  format,
  zone,
}: {
  told: Told;
  format: OddsFormat;
  zone: string;
}) {
  const { what, about } = toldWords(told, format, zone);
  const { at, count, parts } = told;
  return (
    <li className="flex gap-3 px-3 py-1 tabular-nums hover:bg-surface-hover">
      <time dateTime={new Date(at).toISOString()} className="pt-px text-detail text-ink-faint">
        {formatClock(at, zone)}
      </time>
      <div className="min-w-0 flex-1">
        <PlaceLink place={placeOf(told)} className="block min-w-0 hover:underline">
          <span className="block truncate text-detail text-ink" title={what}>
            {what}
          </span>
          <span className="block truncate text-ink-muted text-label" title={about}>
            {about}
          </span>
        </PlaceLink>
        {count > 1 && (
          <details className="text-label">
            <summary className="text-ink-faint">
              {parts.length < count ? `The first ${parts.length}` : 'Each'}
            </summary>
            <ul>
              {parts.map((part) => {
                const words = alertWords(part, format, zone);
                return (
                  <li key={part.id} className="py-0.5">
                    <PlaceLink place={part} className="block truncate hover:underline">
                      <span className="text-ink">{words.what}</span>{' '}
                      <span className="text-ink-muted">{words.about}</span>
                    </PlaceLink>
                  </li>
                );
              })}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
});
