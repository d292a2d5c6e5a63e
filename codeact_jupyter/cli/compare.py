"""`jupyter codeact compare`."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.evals.report.compared import Compared, compared, why_not
from codeact_jupyter.evals.report.contrast import Outcome
from codeact_jupyter.evals.report.statistics import Statistics, missing
from codeact_jupyter.evals.report.words import change, counted, percent, points, probability
from codeact_jupyter.evals.results import ROWS, read
from codeact_jupyter.evals.row import Row
from codeact_jupyter.terminal.plain import without_commands

HEAD = ("SUITE", "FORMAT", "MEASURE", "TASKS", "A", "B", "B − A (95 % INTERVAL)", "GAINED", "LOST", "P")
NAMED = 3
"""Columns that are names: they begin at the left."""


def command(options: argparse.Namespace) -> int:
    """Says how the second folder did, against the first."""
    first, second = _rows(options.first, options.model_a), _rows(options.second, options.model_b)
    lacking = [name for name in missing() if name != "matplotlib"]
    found = compared(first, second, Statistics(options.seed, at_hand=not lacking))
    if not found:
        raise Usage(why_not(first, second))
    if lacking:
        without = f"no intervals and no tests without {' and '.join(lacking)}"
        sys.stderr.write(f'jupyter codeact: {without}: pip install "codeact-jupyter[eval]"\n')
    if options.json:
        told = {"a": _side(options.first, first), "b": _side(options.second, second), "compared": [asdict(each) for each in found]}
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(without_commands(line) for line in _told(options, first, second, found)) + "\n")
    return 0


def _rows(folder: Path, model: str | None) -> list[Row]:
    if not (folder / ROWS).is_file():
        raise Usage(f"{folder} holds no {ROWS}: it is no folder of results.")
    rows = read(folder)
    if not rows:
        raise Usage(f"{folder / ROWS} has no results yet.")
    if model is None:
        return rows
    if not (chosen := [row for row in rows if row.model == model]):
        raise Usage(f"{folder} has no results of {model}, only of {', '.join(_models(rows))}.")
    return chosen


def _models(rows: Sequence[Row]) -> list[str]:
    return sorted({row.model for row in rows})


def _side(folder: Path, rows: Sequence[Row]) -> dict[str, object]:
    return {"folder": str(folder), "models": _models(rows), "trials": len(rows)}


def _told(options: argparse.Namespace, first: Sequence[Row], second: Sequence[Row], found: Sequence[Compared]) -> Iterator[str]:
    for name, folder, rows in (("A", options.first, first), ("B", options.second, second)):
        yield f"{name}  {folder}  {', '.join(_models(rows))}  {counted(len(rows), 'trial')}"
    pairs = sum(each.contrast.pairs for each in found)
    left = len(first) + len(second) - 2 * pairs
    alone = f"; {counted(left, 'trial')} without a partner left out" if left else ""
    yield f"Paired by suite, task, format, repeat and observation: {counted(pairs, 'pair')}{alone}."
    yield ""
    yield from _table([HEAD, *chain.from_iterable(_lines(each) for each in found)])
    yield ""
    yield "Success in points. Gained, lost: tasks that B solved more often than A, or less; p: McNemar's exact test of the two numbers."
    for each in found:
        yield from _names(f"{_of(each)}, reference rule", each.contrast.reference)
        if _changed(each.contrast.fixed) != _changed(each.contrast.reference):
            yield from _names(f"{_of(each)}, fixed rule", each.contrast.fixed)


def _of(each: Compared) -> str:
    told = [] if each.observation == "full" else [each.observation]
    return ", ".join([each.suite, *([each.model] if each.model else []), *told, each.format])


def _lines(each: Compared) -> Iterator[tuple[str, ...]]:
    found = each.contrast
    suite, _, format = _of(each).rpartition(", ")
    for rule, outcome in (("reference", found.reference), ("fixed", found.fixed)):
        shares = (percent(outcome.before), percent(outcome.after), points(outcome.difference))
        yield suite, format, rule, f"{found.tasks:,}", *shares, str(len(outcome.gained)), str(len(outcome.lost)), probability(outcome.p)
    yield (
        suite,
        format,
        "turns",
        f"{found.tasks:,}",
        f"{found.turns_before:.2f}",
        f"{found.turns_after:.2f}",
        change(found.turns),
        "",
        "",
        "",
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        cells = (cell.ljust(width) if at < NAMED else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        yield "  ".join(cells).rstrip()


def _changed(outcome: Outcome) -> tuple[tuple[str, ...], ...]:
    return outcome.gained, outcome.lost


def _names(what: str, outcome: Outcome) -> Iterator[str]:
    for how, tasks in (("Gained", outcome.gained), ("Lost", outcome.lost)):
        if tasks:
            yield ""
            yield f"{how} ({what}):"
            yield from (f"  {task}" for task in tasks)
