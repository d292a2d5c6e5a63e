import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Conversation } from '../conversation';
import type { RunModel } from '../model';
import { Banner } from './Banner';
import { refusalText, restartText } from './wording';

export interface NoticesProps {
  readonly conversation: Conversation;
  readonly model: RunModel;
  readonly isCellGone: boolean;
  readonly trans: TranslationBundle;
  readonly onConnect: () => void;
  readonly onSettings: () => void;
}

/** What belongs to no run, above the composer: each with what to do about it. */
export function Notices(props: NoticesProps): JSX.Element {
  const { conversation, model, isCellGone, trans, onConnect, onSettings } = props;
  const { state, status } = conversation;
  const problem = state.welcome?.problem ?? '';
  return (
    <div className="codeact-Notices">
      {status === 'superseded' && (
        <Banner
          tone="warn"
          message={trans.__('This notebook is open in a newer tab.')}
          actions={[{ label: trans.__('Take over here'), act: () => void model.reconnect() }]}
        />
      )}
      {status === 'refused' && (
        <Banner
          tone="error"
          message={refusalText(trans, conversation.refusal)}
          actions={[{ label: trans.__('Try again'), act: () => void model.reconnect() }]}
        />
      )}
      {state.restartOffered !== null && (
        <Banner
          tone="warn"
          message={restartText(trans)}
          actions={[{ label: trans.__('Restart kernel'), act: () => model.restartKernel() }]}
        />
      )}
      {problem !== '' && (
        <Banner
          tone="error"
          message={problem}
          actions={[
            { label: trans.__('Connect a model'), act: onConnect },
            { label: trans.__('Open settings'), act: onSettings }
          ]}
        />
      )}
      {state.notice !== '' && state.notice !== problem && (
        <Banner
          tone="warn"
          message={state.notice}
          actions={[{ label: trans.__('Dismiss'), act: () => model.dismiss() }]}
        />
      )}
      {isCellGone && (
        <p className="codeact-Quiet" role="alert">
          {trans.__('That cell is no longer in the notebook.')}
        </p>
      )}
    </div>
  );
}
