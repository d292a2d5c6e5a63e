"""`jupyter codeact export`."""

import argparse
import hashlib
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeact_jupyter.cli.kept import opened
from codeact_jupyter.cli.selected import trajectories, wanted
from codeact_jupyter.cli.settings import keys
from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.cli.written import Progress, counted, replacing
from codeact_jupyter.export.documents import notebook, script
from codeact_jupyter.export.filters import Sieve, by_a_model
from codeact_jupyter.export.hiding import Hiding
from codeact_jupyter.export.page import page
from codeact_jupyter.export.rows import ROWS, line
from codeact_jupyter.export.secrets import Secrets
from codeact_jupyter.export.trajectory import Trajectory

STDOUT = Path("-")
DOCUMENTS: Mapping[str, tuple[str, Callable[[Trajectory], str]]] = {
    "notebook": (".ipynb", notebook),
    "script": (".py", script),
    "html": (".html", page),
}
"""Kinds with a file for each run: how its name ends, and what makes it."""


@dataclass
class Tally:
    """What was written, and what was not for want of a reply."""

    written: int = 0
    silent: int = 0


Put = Callable[[Trajectory], bool]
"""Writes a run; False: there is nothing of it to write."""


def command(options: argparse.Namespace) -> int:
    """Writes the runs that are wanted, and pass the filters, in another form."""
    secrets = Secrets(keys(), str(Path.home()))
    try:
        sieve = Sieve.of(options.filter, secrets)
    except ValueError as error:
        raise Usage(str(error)) from None
    if options.report and not options.report.resolve().parent.is_dir():
        raise Usage(f"there is no folder {options.report.parent}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it too leaves nothing half written behind
    hide = Hiding(secrets, options.redact)
    tally, progress = Tally(), Progress("exporting")
    store = opened()
    try:
        which = wanted(store, options)
        with _out(options) as put:
            for trajectory in trajectories(store, which):
                if sieve(trajectory):
                    _count(tally, put(hide(trajectory)))
                progress.at(sieve.read)
            if options.out == STDOUT:
                sys.stdout.flush()
    except BrokenPipeError:  # who reads has enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        progress.close()
        store.close()
    _tell(options, sieve, tally)
    return 0


def _count(tally: Tally, written: bool) -> None:
    tally.written += written
    tally.silent += not written


@contextmanager
def _out(options: argparse.Namespace) -> Iterator[Put]:
    """Where the runs go."""
    if options.out == STDOUT and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # as files are: not what the terminal's language has
    if options.to in ROWS:
        make_row = ROWS[options.to]
        if options.out == STDOUT:
            yield lambda run: _row(sys.stdout.write, make_row, run)
        else:
            with replacing(options.out) as file:
                yield lambda run: _row(file.write, make_row, run)
        return
    suffix, make = DOCUMENTS[options.to]
    if options.out == STDOUT and not options.run:
        raise Usage(f"--to {options.to} writes a file for each run: to stdout goes one alone, with --run ID")
    if options.out == STDOUT:
        yield lambda run: bool(sys.stdout.write(make(run)))
    elif options.run or options.out.suffix == suffix:
        with _single(options.out, make) as put:
            yield put
    else:
        if options.out.exists() and not options.out.is_dir():
            raise Usage(f"{options.out} is a file: --to {options.to} writes a folder of files, or one that ends in {suffix}")
        options.out.mkdir(parents=True, exist_ok=True)
        yield lambda run: _into(options.out, suffix, make, run)


def _row(write: Callable[[str], Any], make: Callable[[Trajectory], dict[str, Any] | None], run: Trajectory) -> bool:
    row = make(run) if by_a_model(run) else None
    return row is not None and bool(write(line(row)))


@contextmanager
def _single(target: Path, make: Callable[[Trajectory], str]) -> Iterator[Put]:
    found: list[str] = []

    def put(run: Trajectory) -> bool:
        if found:
            raise Usage(f"there is more than one run, and {target} is one file: name a folder, or the run with --run ID")
        found.append(make(run))
        return True

    yield put
    for text in found:
        with replacing(target) as file:
            file.write(text)


def _into(folder: Path, suffix: str, make: Callable[[Trajectory], str], run: Trajectory) -> bool:
    with replacing(folder / f"{_file(run.run)}{suffix}") as file:
        file.write(make(run))
    return True


def _file(run: str) -> str:
    """A run's id as the name of a file: whatever it is elsewhere, it leads nowhere else."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", run)[:80]
    return plain if plain == run else f"{plain}-{hashlib.blake2b(run.encode(), digest_size=4).hexdigest()}"


def _tell(options: argparse.Namespace, sieve: Sieve, tally: Tally) -> None:
    report = {
        "to": options.to,
        "out": str(options.out),
        "redacted": options.redact,
        "read": sieve.read,
        "filters": sieve.report(),
        "without_a_reply": tally.silent,
        "written": tally.written,
    }
    if options.report:
        with replacing(options.report) as file:
            file.write(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    lines = [f"{counted(sieve.read)} read"]
    lines += [f"  {each['dropped']:,} dropped by {each['filter']}" for each in sieve.report()]
    lines += [f"  {tally.silent:,} without a model's reply"] if tally.silent else []
    lines.append(f"{counted(tally.written)} written to {'stdout' if options.out == STDOUT else options.out} as {options.to}")
    sys.stderr.write("\n".join(lines) + "\n")
