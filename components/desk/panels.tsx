'use client';

import type { ComponentType, ReactNode } from 'react';
import { BellIcon, HelpIcon, SettingsIcon, TapeIcon, ViewsIcon } from './desk-icons';
import type { PanelProps } from './panel';

/** What can stand beside the board. Its code comes when it is first opened. */
export type PanelEntry = {
  name: string;
  label: string;
  /** Its key, as `KeyboardEvent.key` says it. */
  key: string;
  icon: ReactNode;
  load: () => Promise<{ default: ComponentType<PanelProps> }>;
};

export const PANELS: readonly PanelEntry[] = [
  { name: 'tape', label: 'Tape', key: 't', icon: <TapeIcon />, load: () => import('./tape') },
  {
    name: 'alerts',
    label: 'Alerts',
    key: 'a',
    icon: <BellIcon />,
    load: () => import('./alerts-panel'),
  },
  { name: 'views', label: 'Views', key: 'v', icon: <ViewsIcon />, load: () => import('./views') },
  {
    name: 'settings',
    label: 'Settings',
    key: ',',
    icon: <SettingsIcon />,
    load: () => import('./settings'),
  },
  { name: 'help', label: 'Keys', key: '?', icon: <HelpIcon />, load: () => import('./help') },
];
