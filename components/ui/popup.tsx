'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Popover } from '@base-ui/react/popover';
import type { ReactNode, RefObject } from 'react';

type Props = {
  label: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** What it belongs to, which opens and closes it by its own click. */
  anchor: RefObject<HTMLElement | null>;
  align: 'start' | 'end';
  initialFocus?: RefObject<HTMLElement | null>;
  className: string;
  children: ReactNode;
};

/** A panel below its anchor. Heavy: import it lazily. */
export function Popup({
  label,
  isOpen,
  onOpenChange,
  anchor,
  align,
  initialFocus,
  className,
  children,
}: Props) {
  return (
    // A strict CSP has no room for the style elements that popups otherwise add.
    <CSPProvider disableStyleElements>
      <Popover.Root
        open={isOpen}
        onOpenChange={(open, { event }) => {
          // A press on the anchor is its own business: as an outside press it would close and open again.
          const isOwnAnchor =
            event.target instanceof Node && anchor.current?.contains(event.target);
          if (open || !isOwnAnchor) onOpenChange(open);
        }}
      >
        <Popover.Portal>
          <Popover.Positioner
            anchor={anchor}
            sideOffset={4}
            align={align}
            collisionPadding={8}
            className="z-50"
          >
            <Popover.Popup
              initialFocus={initialFocus}
              finalFocus={anchor}
              aria-label={label}
              className={`flex max-h-[min(28rem,var(--available-height))] max-w-[calc(100vw-16px)] flex-col overflow-hidden rounded-lg border border-line bg-surface-overlay shadow-[0_12px_32px_rgb(0_0_0/0.5)] outline-none ${className}`}
            >
              {children}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </CSPProvider>
  );
}
