/** A real JupyterLab from PATH, in folders of its own, and a Chromium that is there already: `CHROMIUM=/usr/bin/chromium jlpm test`. */

import { defineConfig } from '@playwright/test';

import { environment, newPlace, place } from './tests/place';

// Read by the workers too: the first of them all decides.  The ports are below those that systems give to whatever connects.
process.env.UI_TESTS_PLACE ??= newPlace();
process.env.UI_TESTS_PORT ??= String(20_000 + (process.pid % 12_000));

export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run'
  ]
};

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 1,
  // Shared machines stall: in CI a test that fails is tried once more, and reported as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  globalTeardown: './tests/leave.ts',
  // For the README: `jlpm test --grep @screenshot`.
  grepInvert: process.argv.includes('@screenshot') ? undefined : /@screenshot/,
  use: {
    baseURL: `http://127.0.0.1:${process.env.UI_TESTS_PORT}`,
    viewport: { width: 1280, height: 800 },
    actionTimeout: 15_000,
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions
  },
  webServer: {
    command: 'exec jupyter lab --config jupyter_server_test_config.py',
    url: `http://127.0.0.1:${process.env.UI_TESTS_PORT}/api`,
    env: environment(place()),
    timeout: 90_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
    stdout: 'ignore',
    stderr: process.env.UI_TESTS_LOG ? 'pipe' : 'ignore'
  }
});
