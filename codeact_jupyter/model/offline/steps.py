"""What a script yields and is sent."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from codeact_jupyter.model.offline.looking import Cell
from codeact_jupyter.model.offline.reading import Observation

Given = TypeVar("Given")


@dataclass(frozen=True)
class Pause:
    """Wait for the cell that still runs."""

    seconds: int = 30

    def text(self) -> str:
        return f'It still runs: I wait.\n\n<wait seconds="{self.seconds}"/>'


Script = Generator[Cell | Pause, Observation, Given]


class End(Exception):
    """Nothing more can be done: its text is the answer."""


def observe(cell: Cell) -> Script[Observation]:
    """Run a cell and see it to its end."""
    seen = yield cell
    while seen.running:
        seen = yield Pause()
    if seen.refused:
        raise End("The cell was not run, so I have nothing to answer from. Ask again, or in other words, when you want it to run.")
    if seen.lost:
        raise End("The kernel ended while the cell ran, and all variables are lost. Ask again to begin anew.")
    if seen.error and seen.error[0] == "ModuleNotFoundError" and "pandas" in seen.error[1]:
        raise End("The notebook's kernel has no pandas, which I need to read tables. Install it with `%pip install pandas` and ask again.")
    return seen
