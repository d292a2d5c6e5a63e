"""`jupyter codeact eval`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from statistics import mean
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from codeact_jupyter.cli.usage import EXIT, Usage
from codeact_jupyter.errors import CodeActError
from codeact_jupyter.evals.backends import Backend, Workers
from codeact_jupyter.evals.cluster import Cluster
from codeact_jupyter.evals.harness import evaluating, report
from codeact_jupyter.evals.plan import Plan
from codeact_jupyter.evals.results import AGAIN
from codeact_jupyter.evals.row import Row
from codeact_jupyter.terminal.plain import without_commands

WIDTH = 120
"""Of the table where it goes into a file."""
STEADY = 1800.0
"""Seconds whose trials say how long the rest will take."""


def command(options: argparse.Namespace) -> int:
    """Does what is missing of an evaluation; 0: each trial has its row, 1: some broke."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # where a user's own suite is looked for, besides
    if os.path.lexists(options.out) and not options.out.is_dir():
        raise Usage(f"{options.out} is no folder")
    plan = _plan(options)
    backend: Backend = Cluster(options.dask) if options.dask else Workers(options.workers)
    with Shown() as shown:
        rows = asyncio.run(_until_stopped(evaluating(plan, options.out, backend, shown, again=options.again)))
    if rows is None:
        sys.stderr.write("Stopped. The rows so far are kept; the same command goes on with the rest.\n")
        return EXIT["stopped"]
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    console.print(table(rows))
    _reported(options.out, options.seed)
    if spoilt := sum(row.end in AGAIN for row in rows):
        sys.stderr.write(f"{spoilt} of {len(rows)} trials broke, failed or took too long: --again does them once more.\n")
    return EXIT["failed"] if any(row.end == "broken" for row in rows) else 0


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        suite=options.suite,
        data=options.data,
        formats=options.formats,
        models=tuple(options.model),
        base_url=options.base_url,
        max_steps=options.max_steps,
        timeout=options.timeout,
        task_seconds=options.task_seconds,
        limit=options.limit,
        seed=options.seed,
        repeat=options.repeat,
        observations=options.observation,
    )


async def _until_stopped(evaluation: Coroutine[Any, Any, list[Row]]) -> list[Row] | None:
    """None: a signal stopped it."""
    going = asyncio.create_task(evaluation)
    heard: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        if not heard:  # a second Ctrl-C does not make it faster
            going.cancel()
        heard.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # under nohup it goes on
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
    await asyncio.wait({going})
    return None if heard and going.cancelled() else going.result()


def _reported(out: Path, seed: int | None) -> None:
    try:
        report(out, seed)
    except CodeActError as error:  # the rows are there all the same
        sys.stderr.write(f"There is no report: {error}\n")
    else:
        sys.stdout.write(f"The report is {out / 'report.html'}\n")


class Shown:
    """Progress on stderr: a bar with what remains, or a line a trial where nobody watches."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar: Progress | None = None
        self._trials = self._done = self._right = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def begins(self, trials: int, done: int) -> None:
        self._trials, self._done = trials, done
        if done:
            self._console.print(f"{done} of {trials} trials are done already.", markup=False)
        if self._console.is_terminal and done < trials:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, TextColumn("left:"), TimeRemainingColumn(), console=self._console, speed_estimate_period=STEADY)
            self._bar.add_task("evaluating", total=trials, completed=done)
            self._bar.start()

    def did(self, row: Row) -> None:
        self._done += 1
        self._right += row.success_fixed
        line = f"[{self._done}/{self._trials}] {_what(row)}: {_came_to(row)}, {row.turns} turns, {row.seconds:.1f} s"
        if self._bar:
            self._bar.update(self._bar.task_ids[0], advance=1, description=f"{self._right} right")
        if self._bar is None or row.end in AGAIN:
            self._console.print(without_commands(line), markup=False)


def _what(row: Row) -> str:
    more = f" #{row.repeat}" + (f" ({row.observation})" if row.observation != "full" else "")
    return f"{row.format} {row.model} {row.task}{more}"


def _came_to(row: Row) -> str:
    """In words; of what went wrong the reason's first line."""
    if row.end in AGAIN:
        return f"{row.end} ({(row.message.splitlines() or [''])[0]})"
    return "right" if row.success_fixed else f"wrong ({row.end})"


def table(rows: Iterable[Row]) -> Table:
    """Success and turns, a line for each format, model and way to tell errors."""
    made = Table(title="Right by the reference rule and by the fixed one, and means of a trial")
    for name in ("format", "model", "errors told"):
        made.add_column(name)
    for name in ("trials", "reference", "fixed", "turns", "actions", "failed", "invalid", "seconds"):
        made.add_column(name, justify="right")
    ordered = sorted(rows, key=_condition)  # stable
    for (model, format, observation), group in groupby(ordered, key=_condition):
        named = (Text(without_commands(name)) for name in (format, model, observation))  # brackets in a name are no markup
        made.add_row(*named, *_figures(list(group)))
    return made


def _condition(row: Row) -> tuple[str, str, str]:
    return row.model, row.format, row.observation


def _figures(rows: Sequence[Row]) -> list[str]:
    """Shares of the trials, and means of them."""
    shares = [mean(row.success_reference for row in rows), mean(row.success_fixed for row in rows)]
    means = [mean(getattr(row, name) for row in rows) for name in ("turns", "actions", "error_turns", "invalid", "seconds")]
    return [str(len(rows)), *(f"{share:.1%}" for share in shares), *(f"{value:.2f}" for value in means)]
