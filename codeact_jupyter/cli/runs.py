"""`jupyter codeact runs`."""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from codeact_jupyter.cli.kept import opened
from codeact_jupyter.cli.listed import ALL, shortened
from codeact_jupyter.store.recent import Entry
from codeact_jupyter.store.standing import GOING_ON, standing
from codeact_jupyter.terminal.plain import without_commands

HEAD = ("STATE", "RUN", "STARTED", "STEPS", "NOTEBOOK", "REQUEST")
NARROWEST = 24
"""Characters of a request that are shown at least."""

Listed = tuple[Entry, str]
"""A run, and how it stands."""


def command(options: argparse.Namespace) -> int:
    """Lists the runs, the newest first."""
    path = str(options.notebook.resolve()) if options.notebook else ""
    store = opened()
    try:
        found = [(entry, standing(store, entry)) for entry in store.recent(options.limit or ALL, path=path)]
        left = len(store.ids(path)) - len(found)
        short = shortened(store.ids())
    finally:
        store.close()
    if options.json:
        sys.stdout.write(json.dumps([_told(each) for each in found], indent=1, ensure_ascii=False) + "\n")
    elif not found:
        sys.stdout.write(f"No runs of {options.notebook} yet.\n" if options.notebook else "No runs yet.\n")
    else:
        _table(found, short)
        if left > 0:
            sys.stdout.write(f"… and {left} earlier (--limit 0 lists all)\n")
    return 0


def _told(each: Listed) -> dict[str, Any]:
    entry, state = each
    return {
        "run": entry.run,
        "notebook": entry.path,
        "state": state,
        "request": entry.request,
        "started": entry.started,
        "ended": None if state in GOING_ON else entry.ended,
        "steps": entry.steps,
        "model": entry.model,
        "conversation": entry.conversation,
        "tokens": entry.tokens,
        "cost": entry.cost,
    }


def _table(found: Sequence[Listed], short: Mapping[str, str]) -> None:
    rows = [HEAD, *(_row(each, short) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    room = sys.maxsize
    if sys.stdout.isatty():
        room = max(NARROWEST, shutil.get_terminal_size().columns - sum(widths) - 2 * len(widths))
    for row in rows:
        *columns, request = row
        cells = [cell.ljust(width) for cell, width in zip(columns, widths, strict=True)]
        sys.stdout.write("  ".join([*cells, request if len(request) <= room else f"{request[: room - 1]}…"]) + "\n")


def _row(each: Listed, short: Mapping[str, str]) -> tuple[str, ...]:
    entry, state = each
    started = datetime.fromisoformat(entry.started).astimezone().strftime("%Y-%m-%d %H:%M")
    request = without_commands(" ".join(entry.request.split()))
    return state, short[entry.run], started, str(entry.steps), without_commands(_near(entry.path)), request


def _near(path: str) -> str:
    """A notebook as it is called from here."""
    place, here = Path(path), Path.cwd()
    return str(place.relative_to(here)) if place.is_relative_to(here) else path
