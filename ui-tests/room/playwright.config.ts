/** The same JupyterLab with jupyter-collaboration, from an environment of its own: `make test-room`, or `ROOM_PYTHON=… jlpm test:room`. */

import * as path from 'path';

import { defineConfig } from '@playwright/test';

import common, { launchOptions } from '../playwright.config';

const up = path.join(__dirname, '..');

export default defineConfig({
  ...common,
  testDir: '.',
  outputDir: path.join(up, 'test-results', 'room'),
  globalTeardown: path.join(up, 'tests', 'leave.ts'),
  use: { ...common.use, launchOptions },
  webServer: {
    ...(common.webServer as object),
    command: `exec ${process.env.ROOM_PYTHON ?? '../.venv-room/bin/python'} -m jupyterlab --config room/server_config.py`,
    cwd: up,
    url: `http://127.0.0.1:${process.env.UI_TESTS_PORT}/api`
  }
});
