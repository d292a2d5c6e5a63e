"""One copy of the notebook (a page's document, the file) as its user left it: what nobody but they may change."""

import copy
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat

from codeact_jupyter.notebook.content import joined

Cell = dict[str, Any]


def name_of(cell: Mapping[str, Any]) -> str:
    """What a cell is known by through all copies: the user's by a word in its metadata; the agent's by its id, or by its mark."""
    metadata = cell["metadata"]
    if "mine" in metadata:
        return str(metadata["mine"])
    if "id" in cell:
        return str(cell["id"])
    mark = metadata.get("codeact")
    return f"{mark['run']} {mark['step']}" if mark else "text " + "".join(cell["source"])


def plain(cell: Mapping[str, Any]) -> Cell:
    """Its texts whole, without the mark that contents managers and pages put on cells and never into a file."""
    flat = joined(cell)
    flat["metadata"].pop("trusted", None)
    return flat


def as_filed(cell: Cell, minor: int) -> Cell:
    """Before nbformat 4.5 a file has no ids."""
    return cell if minor >= 5 else {key: value for key, value in cell.items() if key != "id"}


def valid(content: dict[str, Any]) -> None:
    nbformat.validate(nbformat.from_dict(copy.deepcopy(content)))


def same(value: Any) -> str:
    """Equal for values that are the same to the letter; `1` and `1.0` and `True` are not."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


@dataclass
class Copy:
    """The cells as they were after the user's last doing there, the agent's among them."""

    cells: list[Cell] = field(default_factory=list)
    typed: dict[str, set[str]] = field(default_factory=dict)
    """Words that the user put into cells of the agent's, by the cell's name."""

    def names(self) -> list[str]:
        return [name_of(cell) for cell in self.cells]

    def branch(self) -> "Copy":
        """What another copy is, made of this one."""
        return copy.deepcopy(self)

    def left(self, cells: Iterable[Cell], taken: Collection[str] = ()) -> None:
        """The user did something; of what the agent took of theirs, their own version is kept."""
        was = {name_of(cell): cell for cell in self.cells}
        self.cells = [was.get(name, cell) if (name := name_of(cell)) in taken else copy.deepcopy(cell) for cell in cells]

    def check(self, cells: list[Cell], ours: Collection[str]) -> None:
        """Nothing of the user's is another now, nothing changed places, and nothing is there twice."""
        ours = {*ours, *(name for name in map(name_of, [*self.cells, *cells]) if name.startswith("text "))}  # what is left of the agent's
        names = [name_of(cell) for cell in cells]
        assert len(set(names)) == len(names), f"twice: {names}"
        was = [same(cell) for cell in self.cells if name_of(cell) not in ours]
        now = [same(cell) for cell in cells if name_of(cell) not in ours]
        assert was == now, f"the user's cells are not what they were: {[cell for cell in was if cell not in now]}, now {now}"
        common = set(names) & set(self.names())
        assert [name for name in self.names() if name in common] == [name for name in names if name in common], "cells changed places"
        there = {name_of(cell): "".join(cell["source"]) for cell in cells}
        for name, words in self.typed.items():
            for word in words if name in there else ():
                assert word in there[name], f"{word!r}, which the user typed into {name}, is gone"
