"""The cells that a request is about, as the model is shown them: whole, so that it may rewrite them.  Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

WHOLE = 20_000
"""Characters of a cell that is shown whole; what is longer is cut, and may not be rewritten."""


def about(
    cells: Iterable[Mapping[str, Any]], wanted: Collection[str], told: Callable[[Sequence[Mapping[str, Any]]], str]
) -> tuple[str, dict[str, str]]:
    """These cells in the notebook's order, and the sources that were shown whole; `told` gives outputs as text."""
    said: list[str] = []
    shown: dict[str, str] = {}
    for cell in cells:
        if cell.get("id") not in wanted:
            continue
        source = "".join(cell.get("source", ""))
        is_code = cell.get("cell_type") == "code"
        if len(source) <= WHOLE:
            shown[str(cell["id"])] = source
        else:
            source = f"{source[:WHOLE]}\n… ({len(source) - WHOLE:,} characters more: too long to be rewritten)"
        count = cell.get("execution_count") or " "
        said.append(f"Cell {cell['id']} [{count}]\n```{'python' if is_code else 'markdown'}\n{source}\n```")
        if outputs := cell.get("outputs"):
            said[-1] += f"\nIts outputs:\n{told(outputs)}"
    return "\n\n".join(["The request is about:", *said]) if said else "", shown
