import { PromiseDelegate } from '@lumino/coreutils';

import { startKernel } from '../notebook';

/** As much of a value as is used. */
const part = (parts: object): ReturnType<typeof JSON.parse> => parts;

/** A page whose own start of a kernel is under way until the test ends it. */
class Opened {
  readonly started = new PromiseDelegate<boolean>();
  readonly changed: string[] = [];
  readonly sessionContext = part({
    session: null,
    sessionManager: { refreshRunning: async () => undefined },
    specsManager: { specs: { default: 'python3', kernelspecs: { python3: {} } } },
    initialize: () => this.started.promise,
    changeKernel: async ({ name }: { name: string }) => void this.changed.push(name)
  });
  readonly context = part({ sessionContext: this.sessionContext, model: { defaultKernelName: 'python3' } });
}

const later = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 20));

describe('startKernel', () => {
  it('starts none beside the one that the page itself is starting', async () => {
    const page = new Opened();
    const asked = startKernel(page.context, null);
    await later();
    expect(page.changed).toEqual([]);
    page.sessionContext.session = { kernel: {} };
    page.started.resolve(false);
    expect(await asked).toBe(true);
    expect(page.changed).toEqual([]);
  });

  it('starts one where the page itself started none', async () => {
    const page = new Opened();
    page.started.resolve(true);
    expect(await startKernel(page.context, null)).toBe(true);
    expect(page.changed).toEqual(['python3']);
  });
});
