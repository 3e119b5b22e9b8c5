import type { AlertScope } from '@/lib/board/alert-rules';
import { alertSettings } from '@/lib/board/alert-settings';
import { say } from './said';

/** Begins a rule that applies there. One that is begun already, or in which something was written, is gone on with instead. */
export function beginRule(where: AlertScope): void {
  const settings = alertSettings();
  const { draft, written } = settings.getState();
  const isSame = draft?.id === '' && draft.where.odd?.id === where.odd?.id;
  if (!draft || (!isSame && written === null)) {
    settings.begin(where);
    return;
  }
  document.querySelector<HTMLElement>('form[data-rule] select')?.focus();
  if (!isSame) say('Another rule is being written: save it first, or cancel it.');
}
