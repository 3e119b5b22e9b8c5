import '@fontsource-variable/inter/index.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { preload } from 'react-dom';
import type { Taste } from '@/lib/board/taste';
import { FRAME_COLORS, MOVES, ownColors, parseTaste, TASTE_COOKIE } from '@/lib/board/taste-read';
import { Providers } from './providers';

export const metadata: Metadata = {
  title: { default: 'Odds Board', template: '%s · Odds Board' },
  description: 'Live odds, the moment they change.',
  // Prices are no page content, and a phone must not turn them into links.
  robots: { index: false, follow: false },
  formatDetection: { telephone: false, date: false, address: false, email: false },
};

/** How this browser likes its board; what of it cannot be read is the browser's to say. */
async function firstTaste(): Promise<Taste> {
  const jar = await cookies();
  return parseTaste(jar.get(TASTE_COOKIE)?.value ?? '{}').taste;
}

export async function generateViewport(): Promise<Viewport> {
  const { theme } = await firstTaste();
  const { dark, light } = FRAME_COLORS;
  return {
    width: 'device-width',
    initialScale: 1,
    colorScheme: theme === 'system' ? 'light dark' : theme === 'light' ? 'light' : 'dark',
    themeColor:
      theme === 'system'
        ? [
            { media: '(prefers-color-scheme: light)', color: light },
            { media: '(prefers-color-scheme: dark)', color: dark },
          ]
        : FRAME_COLORS[theme],
  };
}

const LATIN = new URL(
  '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  import.meta.url,
).toString();

// Every page carries its own nonce, and the sports are known to a running server alone: none is built ahead.
export const dynamic = 'force-dynamic';

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Else it is asked for by the first layout, which is then made twice.
  preload(LATIN, { as: 'font', type: 'font/woff2', crossOrigin: 'anonymous' });
  const taste = await firstTaste();
  return (
    <html
      lang="en"
      data-theme={taste.theme}
      data-palette={taste.palette}
      data-own={ownColors(taste)}
      style={Object.fromEntries(
        MOVES.flatMap((move) => (taste[move] ? [[`--own-${move}`, taste[move]]] : [])),
      )}
    >
      <body>
        <Providers taste={taste}>{children}</Providers>
      </body>
    </html>
  );
}
