/** Pause between two drawings of a reply that streams in: each one renders its markdown anew. */
const TYPING_PAUSE = 120;

/** When a conversation is drawn: once for all that happens in one go, and not for each word of a reply. */
export class Drawing {
  constructor(private readonly _draw: () => void) {}

  /** Something has changed. */
  soon(): void {
    if (!this._isDue) {
      this._isDue = true;
      queueMicrotask(() => this.now());
    }
  }

  /** A reply has more words. */
  later(): void {
    this._timer ??= setTimeout(() => this.now(), TYPING_PAUSE);
  }

  now(): void {
    this.cancel();
    this._draw();
  }

  cancel(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._isDue = false;
  }

  private _isDue = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
