"""Runs that are named on a command line, as they are exported."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from codeact_jupyter.cli.imports import FOLDER
from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.config import configured
from codeact_jupyter.export.trajectory import Outputs, Trajectory, granted
from codeact_jupyter.output_text import text_of
from codeact_jupyter.store import Store
from codeact_jupyter.store.streaming import Kept, Wanted


def wanted(store: Store, options: argparse.Namespace) -> Wanted:
    """What the options select.  Raises `Usage`."""
    run = named(store, options.run) if options.run is not None else ""
    since = _utc(options.since) if options.since is not None else ""
    return Wanted(run, since, _path(options.notebook) if options.notebook else "")


def named(store: Store, begins: str) -> str:
    """The run of this id, or whose id begins so.  Raises `Usage` unless there is one."""
    if not begins:
        raise Usage("the run's id is empty; `jupyter codeact runs` lists those there are")
    if store.events(begins):
        return begins
    found = [run for run in store.ids() if run.startswith(begins)]
    if not found:
        raise Usage(f"nothing is recorded of a run {begins!r}; `jupyter codeact runs` lists those there are")
    if len(found) > 1:
        raise Usage(f"{len(found)} runs begin with {begins!r}: give more of its id")
    return found[0]


def trajectories(store: Store, which: Wanted) -> Iterator[Trajectory]:
    """Each run that is recorded, the oldest first."""
    steps = int(configured().max_steps)
    for kept in store.stream(which):
        yield trajectory(store, kept, steps)


def trajectory(store: Store, kept: Kept, steps: int) -> Trajectory:
    """`steps`: replies that a run may take, where the run does not say it."""
    events = tuple(recorded.event for recorded in kept.recorded)
    return Trajectory(
        run=kept.run,
        began=kept.recorded[0].at,
        events=events,
        before=tuple(kept.before),
        steps_granted=granted(events, steps),
        outputs=lambda: _outputs(store, kept.run),
        picture=store.blob,
    )


def _outputs(store: Store, run: str) -> Outputs:
    """What its cells showed, by the journal."""
    found = {}
    for _, cell, _, after, _, _ in store.journalled(run):
        if after and after.get("cell_type") == "code" and after.get("outputs"):
            found[cell, text_of(after.get("source", ""))] = after["outputs"]
    return found


def _path(notebook: Path) -> str:
    return notebook.as_posix() if notebook.parts[:1] == (FOLDER,) and not notebook.exists() else str(notebook.resolve())


def _utc(said: str) -> str:
    try:
        return datetime.fromisoformat(said).astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        raise Usage(f"--since takes a date or a time, such as 2026-01-31 or 2026-01-31T09:00, not {said!r}") from None
