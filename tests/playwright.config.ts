import { defineConfig } from 'playwright/test';

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../test-results',
  // Each worker runs a browser, a board and a simulator.
  workers: 2,
  // A browser on a busy machine may be too slow once. What needed it is named at the end, and is to be looked into.
  retries: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  // Limits against hanging, not measures of speed: machines are shared, and slow at times.
  expect: {
    timeout: 30_000,
    // Another version of the browser may smooth a letter otherwise; a padlock more or less differs by more.
    toHaveScreenshot: { maxDiffPixels: 12, threshold: 0.02 },
  },
  snapshotPathTemplate: '{testDir}/screens/{arg}{ext}',
  reporter: 'list',
  use: {
    trace: 'retain-on-failure',
    launchOptions: {
      // Set by scripts/test.mjs, which finds or installs one; without it Playwright takes its own.
      ...(process.env.BOARD_CHROMIUM ? { executablePath: process.env.BOARD_CHROMIUM } : {}),
      // Chromium's sandbox refuses to run as root.
      args: isRoot ? ['--no-sandbox', '--disable-gpu', '--disable-quic'] : [],
    },
  },
  projects: [
    {
      name: 'desktop',
      grepInvert: /@phone-only/,
      use: { browserName: 'chromium', viewport: { width: 1920, height: 1080 } },
    },
    {
      // Tests tagged @phone run on both, those tagged @phone-only here alone.
      name: 'phone',
      grep: /@phone/,
      use: {
        browserName: 'chromium',
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
      },
    },
  ],
});
