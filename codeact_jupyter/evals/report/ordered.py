"""The order in which a report shows things."""

from collections.abc import Iterable

from codeact_jupyter.evals.row import Row

FORMATS = ("code", "json", "text", "flow", "tool")
"""The paper's come first; others come after them."""


def formats(rows: Iterable[Row]) -> tuple[str, ...]:
    """Those that were tried."""
    return tuple(sorted({row.format for row in rows}, key=lambda name: (FORMATS.index(name) if name in FORMATS else len(FORMATS), name)))


def by_task(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Tasks by their names, the trials of each by model and repeat."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.task, row.model, row.repeat)):
        found.setdefault(row.task, []).append(row)
    return found
