"""Where there is no notebook to write into: the loop's `Notebook`, which only holds the code of each action."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from codeact_jupyter.errors import CellRefused
from codeact_jupyter.ports import Code, Facts


class NoCells:
    """Code and outputs are displayed below the magic, in the order in which they come."""

    def __init__(self, root: Path) -> None:
        """`root`: files below it may be read."""
        self._root = root
        self._sources: dict[str, str] = {}

    def open_cell(self, code: Code, proposal: bool = False) -> str:
        if code.cell_id:
            raise CellRefused("There are no cells here that could be rewritten: write new code.")
        cell_id = uuid4().hex
        self._sources[cell_id] = ""
        return cell_id

    def write(self, cell_id: str, source: str) -> None:
        self._sources[cell_id] = source

    def source(self, cell_id: str) -> str | None:
        return self._sources.get(cell_id)

    def discard(self, cell_id: str) -> None:
        self._sources.pop(cell_id, None)

    def sink(self, cell_id: str) -> "Shown":
        return Shown()

    def facts(self, code: Code) -> Facts:
        return Facts(folder=str(Path.cwd()), root=str(self._root))

    def settle(self, cell_id: str) -> str:
        return cell_id

    async def save(self) -> None:
        """Whoever runs the notebook saves it."""

    async def finish(self) -> None:
        """Nothing is left behind."""


class Shown:
    """An `OutputSink` for outputs that the shell shows by itself."""

    def running(self) -> None: ...

    def append(self, output: Mapping[str, Any]) -> None: ...

    def replace(self, outputs: Sequence[Mapping[str, Any]]) -> None: ...

    def ended(self, execution_count: int | None) -> None: ...
