"""The rows of an evaluation, as its folder has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from codeact_jupyter.evals.row import Row

FILE = "results.jsonl"
FORMATS = ("code", "json", "text", "flow", "tool")
"""The order in which they are shown; others come after them."""


@dataclass(frozen=True)
class Results:
    """What could be read."""

    rows: tuple[Row, ...]
    """The newest of each key."""
    unreadable: int = 0
    """Lines that are no rows, but for a torn last one: that is a trial which was cut off."""


def read(out: Path) -> Results:
    """Of the folder `out`."""
    lines = (out / FILE).read_text(encoding="utf-8", errors="replace").split("\n")
    rows: dict[tuple[object, ...], Row] = {}
    unreadable = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = Row.model_validate_json(line)
        except ValidationError:
            unreadable += number < len(lines)  # the last one has no newline: it was torn
        else:
            rows[row.key] = row
    return Results(tuple(rows.values()), unreadable)


def formats(rows: Iterable[Row]) -> tuple[str, ...]:
    """Those that were tried, in the order of the paper."""
    return tuple(sorted({row.format for row in rows}, key=lambda name: (FORMATS.index(name) if name in FORMATS else len(FORMATS), name)))


def by_task(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """In the order of their names."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.task, row.model, row.repeat)):
        found.setdefault(row.task, []).append(row)
    return found


def tasks(rows: Sequence[Row]) -> int:
    """How many there are."""
    return len({row.task for row in rows})
