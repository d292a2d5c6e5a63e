import { nullTranslator } from '@jupyterlab/translation';

import type { ClientMessage, Queued, RunEvent } from '../protocol';
import { Requests } from '../requests';
import { EMPTY, LocalMessage, RunState, reduce } from '../runState';
import { WELCOME, asked, finished, play, proposed, record, replied } from './events';

const LIVE = { ...WELCOME, live: ['r'] };
const WORD = { decision: 'allow', code: 'save()', scope: 'once', note: '' } as const;
const HEARD: Queued = { type: 'queued', requests: [] };
const ASKS: RunEvent = { type: 'approval_asked', action_id: 'a', reason: 'It writes.', effects: ['write_files'] };
const DECIDED: RunEvent = { type: 'action_decided', action_id: 'a', by: 'user', ...WORD };
const UNTIL = [asked('Save'), replied('<execute>save()</execute>'), proposed('a', 'save()'), ASKS];

type Messages = Parameters<typeof play>[0];

/** A page, and what it has sent. */
class Page {
  /** Takes what the server says, as the model does. */
  hear(...messages: Messages): void {
    this._state = play(messages, this._state);
    this.requests.decideAgain();
  }

  get decisions(): readonly string[] {
    return this._sent.flatMap(message => (message.type === 'decide' ? [message.code ?? ''] : []));
  }

  get sent(): readonly ClientMessage[] {
    return this._sent;
  }

  readonly requests = new Requests({
    send: message => this._sent.push(message) > 0,
    apply: (message: LocalMessage) => (this._state = reduce(this._state, message)),
    state: () => this._state,
    trans: nullTranslator.load('codeact_jupyter')
  });
  private readonly _sent: ClientMessage[] = [];
  private _state: RunState = EMPTY;
}

/** A page on which the user has decided, at the moment the connection broke. */
function adrift(): Page {
  const page = new Page();
  page.hear(LIVE, ...record('r', UNTIL), HEARD);
  page.requests.decide('a', WORD);
  page.requests.decide('a', WORD); // a second click
  page.hear({ type: 'disconnected' });
  expect(page.decisions).toEqual(['save()']);
  return page;
}

test('a word that was lost with the connection is said again, once', () => {
  const page = adrift();
  page.hear(LIVE);
  page.requests.sendAgain();
  expect(page.decisions).toHaveLength(1); // what was recorded meanwhile is not heard yet
  page.hear(HEARD);
  page.hear(HEARD);
  expect(page.decisions).toEqual(['save()', 'save()']);
});

test('a word that arrived is not said again', () => {
  const page = adrift();
  page.hear(LIVE);
  page.requests.sendAgain();
  page.hear(...record('r', [...UNTIL, DECIDED]).slice(-1), HEARD);
  page.hear(...record('r', [...UNTIL, DECIDED, finished('answered', 'Saved.')]).slice(-1));
  expect(page.decisions).toHaveLength(1);
});

test('when the server ended too, the word waits until the run waits for it again', () => {
  const page = adrift();
  page.hear(WELCOME);
  page.hear(HEARD);
  page.requests.sendAgain();
  expect(page.decisions).toHaveLength(1);
  page.hear(...record('r', [...UNTIL, { type: 'resumed', note: '' }]).slice(-1));
  expect(page.decisions).toHaveLength(2);
});

test('a module is installed in the branch that is shown', () => {
  const done = (run: string, words: string, continues: string | null = null): Messages =>
    record(run, [{ ...asked(words), continues }, finished('answered', '1')]);
  const two = [WELCOME, ...done('a', 'one'), ...done('b', 'two'), ...done('c', 'other', 'a'), HEARD];
  const continued = (...then: Messages): unknown => {
    const page = new Page();
    page.hear(...two, ...then);
    page.requests.install('sklearn', null);
    return page.sent.map(message => message.type === 'install_module' && message.continues);
  };
  expect(continued()).toEqual([null]); // the newest
  expect(continued({ type: 'branching', run: 'b' })).toEqual(['b']);
});
