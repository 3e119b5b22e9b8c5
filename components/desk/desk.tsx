'use client';

import { useCallback, useState } from 'react';
import { usePart } from '@/components/ui/use-part';
import { useAction, useActionKeys } from './actions';
import type { PanelProps } from './panel';
import { PANELS, type PanelEntry } from './panels';

/** What a trader has around the board: a rail of panels, one of them open, and the keys. */
export default function Desk() {
  useActionKeys();
  const [open, setOpen] = useState<string | null>(null);
  const close = useCallback(() => setOpen(null), []);
  const toggle = (name: string) => setOpen((before) => (before === name ? null : name));
  const entry = PANELS.find(({ name }) => name === open);
  return (
    <>
      {entry && <OpenPanel key={entry.name} entry={entry} onClose={close} />}
      <nav
        aria-label="Panels"
        className="flex w-10 shrink-0 flex-col items-center gap-1 border-line-subtle border-l bg-surface-raised py-1.5 compact:hidden"
      >
        {PANELS.map((panel) => (
          <RailButton
            key={panel.name}
            panel={panel}
            isOpen={panel.name === open}
            onToggle={() => toggle(panel.name)}
          />
        ))}
      </nav>
    </>
  );
}

function OpenPanel({ entry, onClose }: { entry: PanelEntry } & PanelProps) {
  const [Body, want] = usePart(entry.load);
  const [isWanted, setIsWanted] = useState(false);
  if (!isWanted) {
    setIsWanted(true);
    want();
  }
  return Body && <Body onClose={onClose} />;
}

function RailButton({
  panel,
  isOpen,
  onToggle,
}: {
  panel: PanelEntry;
  isOpen: boolean;
  onToggle: () => void;
}) {
  useAction({
    id: `panel ${panel.name}`,
    label: panel.label,
    group: 'Panels',
    key: panel.key,
    run: onToggle,
  });
  return (
    <button
      type="button"
      aria-label={panel.label}
      aria-expanded={isOpen}
      title={`${panel.label} (${panel.key})`}
      onClick={onToggle}
      className="grid size-8 place-items-center rounded-control text-ink-muted hover:bg-surface-hover hover:text-ink aria-expanded:bg-surface-selected aria-expanded:text-ink"
    >
      {panel.icon}
    </button>
  );
}
