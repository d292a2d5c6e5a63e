"""`jupyter codeact resume`."""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codeact_jupyter.cli.kept import opened
from codeact_jupyter.cli.listed import ALL, SHORT, shortened
from codeact_jupyter.cli.settings import settled
from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.cli.work import Begun, Job, elsewhere, events_file, work
from codeact_jupyter.errors import NotebookError
from codeact_jupyter.events import Recorded, UserAsked
from codeact_jupyter.session.session import Session
from codeact_jupyter.store import Store
from codeact_jupyter.store.recent import Entry
from codeact_jupyter.store.standing import standing
from codeact_jupyter.terminal.progress import Terminal

ANY = "default"
"""What a run has for its model where none was named: the one that the server has."""
BUDGETS = ("max_steps", "max_tokens", "max_seconds", "max_cost", "timeout")
"""What a panel may have granted a run alone.  Not a URL: the key of this environment would go there."""
ENDED = "That run has come to its end ({state}): ask on from it with `jupyter codeact run`."
GOES_ON = "That run goes on in another process ({state}). Stop it there first."


def command(options: argparse.Namespace) -> int:
    """Takes up a run where it was cut off; ends as `run` does."""
    store = opened()
    try:
        entry = _named(store, options.run) if options.run else _newest(store)
        recorded = store.events(entry.run)
    finally:
        store.close()
    notebook = Path(entry.path)
    if not notebook.is_absolute():
        raise Usage("That run worked in an IPython session, which is over: it cannot be taken up again.")
    if not notebook.is_file():
        raise NotebookError(f"The notebook of that run is gone: {notebook}. Put it back there, then resume.")
    settings = settled(options, _as_begun(recorded))
    elsewhere(notebook, options.force)
    with events_file(options.events) as events:
        terminal = Terminal(events, options.quiet)
        terminal.say(f"resuming run {entry.run[:SHORT]} in {notebook}: {' '.join(entry.request.split())}")
        terminal.picks_up(recorded)
        return asyncio.run(work(Job(notebook, settings, options.kernel, create=False), terminal, _resuming(entry.run, options.replay)))


def _resuming(run: str, replay: bool) -> Callable[[Session], Begun]:
    return lambda session: (run, session.resume(run, {}, replay))


def _newest(store: Store) -> Entry:
    """The run that was cut off last, of those that can be taken up again."""
    for entry in store.recent(ALL):
        if Path(entry.path).is_absolute() and standing(store, entry) == "interrupted":
            return entry
    raise Usage("no run was cut off: there is nothing to resume")


def _named(store: Store, begins: str) -> Entry:
    """The run of this id, or whose id begins so.  Raises `Usage` unless it was cut off."""
    entries = store.recent(1, run=begins) or [entry for entry in store.recent(ALL) if entry.run.startswith(begins)]
    if not entries:
        raise Usage(f"nothing is recorded of a run {begins!r}; `jupyter codeact runs` lists those there are")
    if len(entries) > 1:
        raise Usage(f"{len(entries)} runs begin with {begins!r}: {_some(entries)}")
    match standing(store, entries[0]):
        case "interrupted":
            return entries[0]
        case "running" | "waiting" as state:
            raise Usage(GOES_ON.format(state=state))
        case state:
            raise Usage(ENDED.format(state=state))


def _some(entries: Sequence[Entry], most: int = 5) -> str:
    short = shortened(entry.run for entry in entries)
    return ", ".join(short[entry.run] for entry in entries[:most]) + (", …" if len(entries) > most else "")


def _as_begun(recorded: Sequence[Recorded]) -> dict[str, Any]:
    """Settings that are recorded with a run, and hold for the rest of it."""
    match recorded[0].event:
        case UserAsked(model=model, format=format, approval=approval, settings=own):
            named = {} if model in ("", ANY) else {"model": model}
            return {**{name: own[name] for name in BUDGETS if name in own}, **named, "format": format, "approval": approval}
        case _:
            return {}
