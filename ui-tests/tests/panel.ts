import { Locator, Page, expect } from '@playwright/test';

/** The panel as a user finds it. */
export class Panel {
  constructor(readonly page: Page) {
    this.page = page;
    this.root = page.locator('#codeact-jupyter-panel');
    this.name = this.root.locator('.codeact-Header-name');
    this.state = this.root.locator('.codeact-State');
    this.stop = this.root.getByRole('button', { name: 'Stop' });
    this.composer = this.root.locator('.codeact-Composer-input');
    this.runs = this.root.locator('.codeact-Run');
    this.words = this.root.locator('.codeact-Words');
    this.steps = this.root.locator('button.codeact-Step');
    this.marks = this.root.locator('.codeact-Step-mark');
    this.answers = this.root.locator('.codeact-Run > .codeact-Prose');
    this.banner = this.root.locator('.codeact-Banner');
    this.said = this.root.getByRole('status');
  }

  readonly root: Locator;
  readonly name: Locator;
  readonly state: Locator;
  readonly stop: Locator;
  readonly composer: Locator;
  readonly runs: Locator;
  readonly words: Locator;
  readonly steps: Locator;
  readonly marks: Locator;
  /** What the model says at the end of each run. */
  readonly answers: Locator;
  readonly banner: Locator;
  /** What is read aloud. */
  readonly said: Locator;

  button(name: string): Locator {
    return this.root.getByRole('button', { name });
  }

  /** Opens it as a user does, and waits until the server knows the notebook. */
  async open(): Promise<void> {
    await expect(async () => {
      if (!(await this.root.isVisible())) {
        await this.page.keyboard.press('Control+Shift+A'); // it shows and hides: hidden again if it was just coming
      }
      await expect(this.composer).toBeVisible({ timeout: 3_000 });
    }).toPass({ timeout: 15_000 });
    await expect(this.state).not.toHaveText('connecting');
  }

  async ask(words: string): Promise<void> {
    await this.composer.fill(words);
    await this.composer.press('Enter');
    await expect(this.composer).toHaveValue('');
  }

  /** Waits until as many runs are there, and the last of them is over. */
  async ended(runs = 1, timeout = 30_000): Promise<void> {
    await expect(this.runs).toHaveCount(runs);
    await expect(this.runs.last()).toHaveAttribute('aria-busy', 'false', { timeout });
  }

  /** Unfolds the steps of a run that is over. */
  async unfold(run = 0): Promise<void> {
    await this.runs.nth(run).locator('.codeact-Fold > summary').click();
  }
}
