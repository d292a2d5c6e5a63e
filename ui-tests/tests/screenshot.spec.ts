import * as fs from 'fs';
import * as path from 'path';

import { expect, test } from './lab';

const HERE = path.join(__dirname, '..', '..');

test('the picture of the README @screenshot', async ({ lab }) => {
  await lab.page.setViewportSize({ width: 1400, height: 900 });
  lab.writeNotebook([''], 'moons.ipynb');
  fs.copyFileSync(path.join(HERE, 'examples', 'moons.csv'), lab.file('moons.csv'));
  const notebook = await lab.open('moons.ipynb');
  await lab.page.evaluate(async () => {
    const app = (window as any).jupyterapp;
    app.shell.collapseLeft();
    for (const widget of [...app.shell.widgets('main')].filter(candidate => candidate.context === undefined)) {
      widget.dispose();
    }
  });
  await lab.panel.ask('What is the average mean radius by planet? Plot it as a bar chart.');
  await lab.panel.ended(1, 60_000);
  await lab.panel.unfold();
  const handle = lab.page.locator('.lm-SplitPanel-handle:visible').last();
  const box = await handle.boundingBox();
  if (box !== null) {
    await lab.page.mouse.move(box.x + 1, 450);
    await lab.page.mouse.down();
    await lab.page.mouse.move(box.x - 130, 450, { steps: 5 });
    await lab.page.mouse.up();
  }
  await expect(lab.panel.marks.first()).toBeVisible();
  await lab.panel.root.locator('.codeact-Log').evaluate(log => (log.scrollTop = 0));
  // the repair and the chart; twice, since cells get their height when they come into view
  for (let times = 0; times < 2; times++) {
    await notebook.ask('widget.content.widgets[3].node.scrollIntoView({ block: "start" })');
    await lab.page.waitForTimeout(500);
  }
  const file = path.join(HERE, 'docs', 'images', 'panel.png');
  await lab.page.screenshot({ path: file });
  expect(fs.statSync(file).size).toBeLessThan(200_000);
});
