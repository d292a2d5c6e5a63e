// Asks in a real page, and prints when the text of each of the agent's cells stood in the DOM: {marker: milliseconds since 1970}.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const { chromium } = createRequire(fileURLToPath(new URL('../ui-tests/package.json', import.meta.url)))('@playwright/test');
const [url, count] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
await page.goto(url);
await page.locator('.jp-Notebook .jp-Cell').first().waitFor({ timeout: 90_000 });
await page.waitForTimeout(3000);
await page.evaluate(() => {
  window.seen = {};
  new MutationObserver(() => {
    for (const line of document.querySelectorAll('.jp-Notebook .cm-line')) {
      const marker = /^marker = (\d+)$/.exec(line.textContent ?? '')?.[1];
      if (marker !== undefined && window.seen[marker] === undefined) {
        window.seen[marker] = performance.timeOrigin + performance.now();
      }
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
});
await page.locator('.jp-Notebook .jp-Cell').first().click();
await page.keyboard.press('Control+Shift+A');
const composer = page.locator('.codeact-Composer-input textarea, textarea.codeact-Composer-input, .codeact-Composer-input').first();
await composer.waitFor({ timeout: 30_000 });
await page.waitForTimeout(1500);
await composer.fill('go');
await page.keyboard.press('Enter');
await page.waitForFunction(wanted => Object.keys(window.seen).length >= wanted, Number(count), { timeout: 180_000 });
process.stdout.write(JSON.stringify(await page.evaluate(() => window.seen)));
await browser.close();
