import { Widget } from '@lumino/widgets';

export interface FoldState {
  readonly text: string;
  readonly hint: string;
  readonly isOpen: boolean;
}

/** The one line of a folded cell; it stays above the cell while that is open. */
export class FoldLine extends Widget {
  constructor(toggle: () => void) {
    super();
    this.addClass('codeact-FoldLine');
    this._button.type = 'button';
    this._button.className = 'codeact-FoldLine-button';
    this._button.addEventListener('click', toggle);
    // Else the notebook takes the keys for commands on the cell.
    this._button.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.stopPropagation();
      }
    });
    this.node.appendChild(this._button);
  }

  draw(state: FoldState): void {
    this._button.textContent = state.text;
    this._button.title = state.hint;
    this._button.setAttribute('aria-expanded', String(state.isOpen));
  }

  private readonly _button = document.createElement('button');
}
