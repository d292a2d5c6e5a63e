"""Values that tests need again and again."""

from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode, from_dict, validate

from codeact_jupyter.events import Event

_METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


def types(events: Iterable[Event]) -> list[str]:
    """What happened, in one word each."""
    return [event.type for event in events]


def code(source: str, *outputs: Mapping[str, Any]) -> dict[str, Any]:
    """A code cell for `notebook`."""
    count = 1 if outputs else None
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": count}


def markdown(source: str) -> dict[str, Any]:
    """A cell of prose for `notebook`."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def notebook(*cells: str | Mapping[str, Any]) -> NotebookNode:
    """A valid notebook for Python; a string is a code cell.  The cells' ids are c1, c2, …"""
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    numbered = [{"id": f"c{number}", **cell} for number, cell in enumerate(made, 1)]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": _METADATA, "cells": numbered}
    whole: NotebookNode = from_dict(content)  # type: ignore[no-untyped-call]  # nbformat has no types
    validate(whole)
    return whole
