"""`jupyter codeact import`."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from codeact_jupyter.cli.kept import opened
from codeact_jupyter.cli.usage import EXIT, Usage
from codeact_jupyter.cli.written import Progress, counted
from codeact_jupyter.export.others import Foreign
from codeact_jupyter.export.reading import Reader, Trial
from codeact_jupyter.store import Store

FOLDER = "imported"
"""Where the notebooks of such runs would be: there is none, so the path is not one of this machine's."""
MOST_NAMED = 20
"""Bad lines that are named; the others are counted."""


@dataclass
class Tally:
    """What came of the lines."""

    read: int = 0
    taken: int = 0
    known: int = 0
    bad: list[str] = field(default_factory=list)
    """The first of them, where they stand and what is wrong."""
    bad_lines: int = 0

    def wrong(self, file: Path, line: int, why: str) -> None:
        self.bad_lines += 1
        if len(self.bad) < MOST_NAMED:
            self.bad.append(f"{file}:{line}: {why}")


def command(options: argparse.Namespace) -> int:
    """Takes recorded runs into the store; what is there already stays as it is."""
    for file in options.files:
        if not file.is_file():
            raise Usage(f"{file} is a folder: name a file in it" if file.is_dir() else f"there is no file {file}")
    tally = Tally()
    progress = Progress("reading" if options.dry_run else "importing")
    store = opened()
    try:
        for file in options.files:
            for run in _runs(file, tally):
                tally.read += 1
                _take(store, file, run, tally, options.dry_run)
                progress.at(tally.read)
    finally:
        progress.close()
        store.close()
    _tell(tally, options.dry_run)
    return EXIT["failed"] if tally.bad_lines and not tally.read else 0


def _take(store: Store, file: Path, run: Foreign, tally: Tally, dry: bool) -> None:
    new = not store.events(run.recorded[0].run) if dry else store.take_in(f"{FOLDER}/{file.name}", run.recorded, run.conversation)
    tally.taken += new
    tally.known += not new


def _runs(file: Path, tally: Tally, trial: Trial | None = None) -> Iterator[Foreign]:
    """Those of a file, and of the files that its lines name; bad lines are counted and passed over."""
    reader = Reader(datetime.now(UTC).isoformat(timespec="microseconds"), trial)
    number = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                found = reader.line(line)
                if isinstance(found, Foreign):
                    yield found
                elif found and trial is None:
                    yield from _runs(_there(file.parent / found.events), tally, found)
            except ValueError as error:
                tally.wrong(file, number, str(error))
    try:
        if last := reader.end():
            yield last
    except ValueError as error:
        tally.wrong(file, number, str(error))


def _there(file: Path) -> Path:
    if not file.is_file():
        raise ValueError(f"its events are not there: {file}")
    return file


def _tell(tally: Tally, dry: bool) -> None:
    for line in tally.bad:
        sys.stderr.write(f"{line}\n")
    if more := tally.bad_lines - len(tally.bad):
        sys.stderr.write(f"… and {more:,} more bad lines\n")
    taken = "would be taken in" if dry else "taken in"
    sys.stdout.write(
        f"{counted(tally.read)} read: {tally.taken:,} {taken}, {tally.known:,} known already; bad lines: {tally.bad_lines:,}\n"
    )
