import React from 'react';

export interface BannerAction {
  readonly label: string;
  readonly act: () => void;
  readonly title?: string;
  readonly isOff?: boolean;
}

export interface BannerProps {
  readonly tone: 'warn' | 'error';
  readonly message: string;
  readonly actions: readonly BannerAction[];
}

/** What happened, and what to do: the first sentence says the first, buttons the second. */
export function Banner({ tone, message, actions }: BannerProps): JSX.Element {
  const [, first, rest] = /^([\s\S]*?[.!?])(\s+[\s\S]*)?$/.exec(message) ?? ['', message, ''];
  return (
    <div className="codeact-Banner" data-tone={tone}>
      <b>{first}</b>
      {rest}
      {actions.length > 0 && (
        <div className="codeact-Banner-actions">
          {actions.map(action => (
            <button
              key={action.label}
              className="codeact-Button"
              disabled={action.isOff}
              title={action.title}
              onClick={action.act}
            >
              {action.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
