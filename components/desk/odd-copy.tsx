'use client';

import { useEffect, useRef } from 'react';
import { fixtureName } from '@/components/board/fixture-name';
import { useBoardQuery } from '@/lib/board/address';
import { oddLine, originOf } from '@/lib/board/export';
import { useBoardStore } from '@/lib/board/hooks';
import { useAction } from './actions';
import { oddIdInFocus } from './odd-in-focus';
import { say } from './said';

/** Copies the odd in focus as one line, by Ctrl+C where nothing is selected, or by a key. */
export function OddCopy() {
  const store = useBoardStore();
  const [{ odds: format }] = useBoardQuery();
  const asked = useRef(false);
  useAction({
    id: 'copy odd',
    label: 'Copy the odd in focus',
    group: 'Prices',
    key: 'y',
    run: () => {
      if (oddIdInFocus() === null) {
        say('Go to a price to copy it');
        return;
      }
      asked.current = true;
      // Needs no permission, and works over plain HTTP.
      document.execCommand('copy');
      asked.current = false;
    },
  });
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => {
      const isSelected = window.getSelection()?.isCollapsed === false;
      const id = oddIdInFocus();
      if (event.defaultPrevented || (isSelected && !asked.current) || id === null) return;
      const { book, figures } = store.getState();
      const origin = originOf(store);
      const odd = book.odds.get(id);
      if (!odd || !event.clipboardData) return;
      const name = fixtureName(odd.fixtureId, book.fixtures.get(odd.fixtureId));
      const line = oddLine(odd, name, { format, figures, origin });
      event.clipboardData.setData('text/plain', line);
      event.preventDefault();
      say(
        origin.state === 'live'
          ? 'Copied'
          : `Copied, and marked as ${origin.state === 'past' ? 'of the past' : 'not live'}`,
      );
    };
    document.addEventListener('copy', onCopy);
    return () => document.removeEventListener('copy', onCopy);
  }, [store, format]);
  return null;
}
