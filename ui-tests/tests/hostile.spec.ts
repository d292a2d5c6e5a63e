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

const ELSEWHERE = 'http://elsewhere.test/leak';
const REPORTING = `Done.

![a chart](${ELSEWHERE}/image)

<img src="${ELSEWHERE}/html"> <video poster="${ELSEWHERE}/poster"></video> <p style="background: url(${ELSEWHERE}/style)">x</p>

\`\`\`mermaid
flowchart LR
  A@{ img: "${ELSEWHERE}/mermaid", label: "x", w: 60, h: 60 }
\`\`\`

~~~ mermaid
%%{init: {"themeCSS": "@import url(${ELSEWHERE}/theme)"}}%%
flowchart LR
  A --> B
~~~

$\\style{background-image: url(${ELSEWHERE}/latex)}{x}$

<button data-commandlinker-command="terminal:create-new">Go on</button>`;

test('an answer fetches nothing from elsewhere, and its buttons run no command', async ({ lab }) => {
  const fetched: string[] = [];
  lab.page.on('request', request => request.url().includes('elsewhere.test') && fetched.push(request.url()));
  lab.writeNotebook();
  await lab.script(REPORTING);
  await lab.open();
  await lab.panel.ask('Draw what you know.');
  await lab.panel.ended();
  await expect(lab.panel.answers).toContainText('flowchart LR');
  await expect(lab.panel.answers.locator('mjx-container')).toHaveCount(1);
  await lab.panel.root.getByRole('button', { name: 'Go on' }).click();
  await lab.page.waitForTimeout(1000);
  expect(fetched).toEqual([]);
  await expect(lab.page.locator('.jp-Dialog, .jp-Terminal')).toHaveCount(0);
});
