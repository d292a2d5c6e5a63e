import { loadSettings, ownSettings } from '../settings';

test('settings that the schema does not allow are told of, and the server’s hold', async () => {
  let isTold = false;
  const settings = await loadSettings({ load: () => Promise.reject(new Error('max_steps must be integer')) }, () => {
    isTold = true;
  });
  expect([isTold, ownSettings(settings)]).toEqual([true, {}]);
});
