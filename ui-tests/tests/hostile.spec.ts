import { act, expect, test } from './lab';

const SCRIPT = '<img src=x onerror="window.harmed=1"><script>window.harmed=2</script><svg onload="window.harmed=3">';
const LINK =
  '[click](javascript:window.harmed=4) <a href="javascript:window.harmed=5">here</a> <iframe src="javascript:parent.harmed=6"></iframe>';

test('what a model, its errors and data say is shown as text: nothing of it runs in the page', async ({ lab }) => {
  lab.writeNotebook();
  const failing = act(`Look ${SCRIPT}`, `raise ValueError('${SCRIPT}')`);
  const quiet = act(`Again ${LINK}`, `print('''${SCRIPT}''')`);
  await lab.script(
    failing,
    quiet,
    `Done. ${SCRIPT}\n\n${LINK}\n\n<form action="http://127.0.0.1:9/"><button>Log in</button></form>`
  );
  await lab.open();
  await lab.panel.ask(`Summarise ${SCRIPT}`);
  await lab.panel.ended();
  await expect(lab.panel.answers).toContainText('Done.');
  await lab.page.waitForTimeout(500);
  expect(await lab.page.evaluate(() => (window as unknown as { harmed?: number }).harmed)).toBeUndefined();
  const links = await lab.panel.root.locator('a').evaluateAll(all => all.map(link => link.getAttribute('href') ?? ''));
  expect(links.filter(href => href.toLowerCase().startsWith('javascript:'))).toEqual([]);
  await expect(lab.panel.root.locator('script, iframe, form, [onerror], [onload]')).toHaveCount(0);
  await expect(lab.panel.words).toContainText('<img src=x');
});
