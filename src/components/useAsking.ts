import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useRef, useState } from 'react';

import { ConnectError } from '../connections';
import { failureText } from './connectWording';

export interface Asking {
  readonly busy: boolean;
  /** What went wrong with the last request; empty: nothing. */
  readonly problem: string;
  /** Asks, and gives the answer if nothing else was asked since. */
  readonly ask: <T>(request: () => Promise<T>, take: (answer: T) => void) => void;
  /** Forgets a request that is under way, and its problem. */
  readonly forget: () => void;
}

/** One request to the server at a time; the newest counts. */
export function useAsking(trans: TranslationBundle): Asking {
  const [{ busy, problem }, setState] = useState({ busy: false, problem: '' });
  const newest = useRef<object | null>(null);
  useEffect(
    () => () => {
      newest.current = null;
    },
    []
  );
  const answered = async <T>(request: () => Promise<T>, take: (answer: T) => void): Promise<void> => {
    const mine = {};
    newest.current = mine;
    setState({ busy: true, problem: '' });
    try {
      const answer = await request();
      if (newest.current === mine) {
        setState({ busy: false, problem: '' });
        take(answer);
      }
    } catch (error) {
      if (!(error instanceof ConnectError)) {
        throw error;
      }
      if (newest.current === mine) {
        setState({ busy: false, problem: failureText(trans, error) });
      }
    }
  };
  return {
    busy,
    problem,
    ask: (request, take) => void answered(request, take),
    forget: () => {
      newest.current = null;
      setState({ busy: false, problem: '' });
    }
  };
}

export interface Answer<T> extends Omit<Asking, 'ask' | 'forget'> {
  /** Null while there is none. */
  readonly answer: T | null;
  readonly again: () => void;
}

/** What is asked for when something opens. */
export function useAnswer<T>(trans: TranslationBundle, request: () => Promise<T>): Answer<T> {
  const { busy, problem, ask } = useAsking(trans);
  const [answer, setAnswer] = useState<T | null>(null);
  const isAsked = useRef(false);
  const again = (): void => ask(request, given => setAnswer(() => given));
  useEffect(() => {
    if (!isAsked.current) {
      isAsked.current = true;
      again();
    }
  });
  return { answer, busy, problem, again };
}
