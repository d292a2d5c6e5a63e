"""Each task, with what came of it in each format, and the way to its event file."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from codeact_jupyter.evals.report.document import Cell, Link, Part, Table
from codeact_jupyter.evals.report.groups import Group, Suite
from codeact_jupyter.evals.report.ordered import by_task, formats
from codeact_jupyter.evals.report.words import NONE, counted
from codeact_jupyter.evals.row import Row

MARKS = {"solved": "✓", "fixed": "≈", "not solved": "✗"}


def tasks(suite: Suite, out: Path) -> Iterator[Part]:
    """A table for each model and observation."""
    yield (
        f"{MARKS['solved']} solved, {MARKS['fixed']} by the fixed rule alone, {MARKS['not solved']} not solved; the number is that of "
        f"the turns. Each leads "
        "to the events of its trial, one line of JSON each."
    )
    for group in suite.single:
        tried = formats(group.rows)
        rows = by_task(group.rows)
        of = group.model + (f", told of an error: {group.observation}" if len(suite.observations) > 1 else "")
        yield Table(
            f"{suite.name}, {of}: {counted(len(rows), 'task')}",
            ("Task", *tried),
            tuple((task, *(_cell([row for row in trials if row.format == name], out) for name in tried)) for task, trials in rows.items()),
            note=_agreement(group),
            folded=True,
        )


def _agreement(group: Group) -> str:
    outcomes = [{row.success_reference for row in trials} for trials in by_task(group.rows).values()]
    always, never = outcomes.count({True}), outcomes.count({False})
    return f"Solved in every trial: {always}. In none: {never}. In some: {len(outcomes) - always - never}."


def _cell(trials: Sequence[Row], out: Path) -> Cell:
    return tuple(_link(row, out) for row in trials) or NONE


def _link(row: Row, out: Path) -> Link:
    how = "solved" if row.success_reference else "fixed" if row.success_fixed else "not solved"
    said = {"solved": "solved", "fixed": "solved by the fixed rule alone", "not solved": f"not solved ({row.end})"}[how]
    label = f"{row.task}, {row.format}, trial {row.repeat}: {said} in {counted(row.turns, 'turn')}"
    return Link(f"{MARKS[how]} {row.turns}", _address(row.events, out), label, how.replace(" ", "-"))


def _address(events: str, out: Path) -> str:
    """Paths in the results are relative to their folder; one that is not is led to from there."""
    path = Path(events)
    if path.is_absolute():
        path = Path(os.path.relpath(path, out.resolve()))
    return quote(path.as_posix())
