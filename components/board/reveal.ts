import type { RevealItem } from '@/components/ui/virtual-grid';

/** The grid on screen, for what stands beside it and points into it; null while there is none. */
export const gridReveal: { current: RevealItem | null } = { current: null };
