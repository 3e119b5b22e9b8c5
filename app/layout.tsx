import '@fontsource-variable/inter/index.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { preload } from 'react-dom';
import { Providers } from './providers';

export const metadata: Metadata = {
  title: { default: 'Odds Board', template: '%s · Odds Board' },
  description: 'Live odds, the moment they change.',
  // Prices are no page content, and a phone must not turn them into links.
  robots: { index: false, follow: false },
  formatDetection: { telephone: false, date: false, address: false, email: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: '#0c0e11',
  colorScheme: 'dark',
};

const LATIN = new URL(
  '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  import.meta.url,
).toString();

// Every page carries its own nonce, and the sports are known to a running server alone: none is built ahead.
export const dynamic = 'force-dynamic';

export default function RootLayout({ children }: { children: ReactNode }) {
  // Else it is asked for by the first layout, which is then made twice.
  preload(LATIN, { as: 'font', type: 'font/woff2', crossOrigin: 'anonymous' });
  return (
    <html lang="en">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
