import { expect, test } from './lab';

test('without a key or an endpoint, "average … by …? Plot it." is answered with numbers that are right', async ({
  lab
}) => {
  const rows = Array.from({ length: 60 }, (_, row) => ({
    region: ['north', 'south', 'west'][row % 3],
    revenue: ((row * 7919) % 997) + row / 4
  }));
  lab.write('sales.csv', ['region,revenue', ...rows.map(row => `${row.region},${row.revenue}`)].join('\n') + '\n');
  lab.writeNotebook();
  const notebook = await lab.open();
  await expect(lab.panel.root.locator('.codeact-Status')).toContainText('built-in model');
  await lab.panel.ask('What is the average revenue by region? Plot it.');
  await lab.panel.ended(1, 45_000);

  const answer = (await lab.panel.answers.innerText()).replace(/,/g, '');
  for (const region of ['north', 'south', 'west']) {
    const values = rows.filter(row => row.region === region).map(row => row.revenue);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const said = new RegExp(`${region}[^\\d-]*(-?[\\d.]+)`).exec(answer)?.[1] ?? 'nothing';
    expect(Number(said), `${region} in: ${answer}`).toBeCloseTo(mean, 0);
  }
  const outputs = (await notebook.agentCells()).flatMap(cell => cell.outputs);
  expect(outputs.some(output => output.includes('image/png'))).toBe(true);
});
