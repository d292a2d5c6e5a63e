import React from 'react';

export interface ConnectFieldProps {
  /** Of the input that it names. */
  readonly id: string;
  readonly label: string;
  readonly hint?: React.ReactNode;
  readonly problem?: string;
  readonly children: React.ReactNode;
}

/** An input with its name, what it is for, and what is wrong with it. */
export function ConnectField({ id, label, hint, problem, children }: ConnectFieldProps): JSX.Element {
  return (
    <div className="codeact-Field">
      <label className="codeact-Field-label" htmlFor={id}>
        {label}
      </label>
      {children}
      <div id={`${id}-about`} className="codeact-Field-about">
        <Problem text={problem} />
        {hint}
      </div>
    </div>
  );
}

/** For the input of a field: what is said below it belongs to it. */
export function fieldProps(id: string, problem: string | undefined): React.AriaAttributes & { readonly id: string } {
  return { id, 'aria-describedby': `${id}-about`, 'aria-invalid': Boolean(problem) };
}

/** What went wrong, said aloud when it appears. */
export function Problem({ text }: { readonly text: string | undefined }): JSX.Element {
  return (
    <div className="codeact-Problem" role="alert">
      {text && (
        <>
          <span aria-hidden="true">✗ </span>
          {text}
        </>
      )}
    </div>
  );
}

/** Something that takes a while. */
export function Busy({ text }: { readonly text: string }): JSX.Element {
  return (
    <p className="codeact-Busy" aria-live="polite">
      <span className="codeact-Step-mark" data-status="running" aria-hidden="true">
        ◌
      </span>
      {text}
    </p>
  );
}
