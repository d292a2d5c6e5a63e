"""What the user of each mount may do at any moment."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.invariants.copies import Cell, name_of
from tests.invariants.filed import Filed
from tests.invariants.live import Live
from tests.invariants.rules import OUTPUT, OUTPUTS, PICK, AgentRules
from tests.invariants.served import ABSENCE

KINDS = ["code", "code", "empty", "markdown", "raw"]
PIXEL = {"pixel.png": {"image/png": "iVBORw0KGgo="}}


def users(kind: str, number: int, minor: int) -> Cell:
    """A cell of the user's: no two are alike."""
    name = f"u{number}"
    metadata: dict[str, Any] = {"mine": name, "unknown": {"x": [1, None, "ü"]}, "tags": ["a"]}
    cell: Cell = {"cell_type": kind, "metadata": metadata, "source": f"# {name} ☃\nx = {number}"}
    if minor >= 5:
        cell["id"] = name
    match kind:
        case "empty":
            cell |= {"cell_type": "code", "source": "", "execution_count": None, "outputs": []}
        case "code":
            cell |= {"execution_count": number, "outputs": [OUTPUTS[number % len(OUTPUTS)]]}
        case _:
            cell["attachments"] = PIXEL
    return cell


def notebook(minor: int) -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [users(kind, number, minor) for number, kind in enumerate(["markdown", "code", "empty"])]
    return {"cells": cells, "metadata": {"kernelspec": kernel, "vendor": {"a": [1]}}, "nbformat": 4, "nbformat_minor": minor}


class OnLive(AgentRules):
    """The notebook is in a browser, or was."""

    world: Live
    Kind = Live

    @initialize(minor=st.sampled_from([5, 5, 4]), shown=st.booleans())
    def a_notebook(self, minor: int, shown: bool) -> None:
        self.made = 10
        self.world = self.Kind(Path(tempfile.mkdtemp()), notebook(minor))
        if shown:
            self.world.open()

    @property
    def ready(self) -> bool:
        return not self.world.lag

    @property
    def page_is_there(self) -> bool:
        return self.world.page is not None

    @precondition(lambda self: self.page_is_there)
    @rule(pick=PICK, kind=st.sampled_from(KINDS))
    def the_user_inserts(self, pick: int, kind: str) -> None:
        self.made += 1
        self.world.insert(pick, users(kind, self.made, self.world.minor))

    @precondition(lambda self: self.page_is_there)
    @rule(pick=PICK, place=PICK)
    def the_user_types(self, pick: int, place: int) -> None:
        self.made += 1
        self.world.type(self.name(pick), place, chr(0xE000 + self.made))

    @precondition(lambda self: self.page_is_there)
    @rule(pick=PICK)
    def the_user_deletes(self, pick: int) -> None:
        self.world.delete(self.name(pick))

    @precondition(lambda self: self.page_is_there and self.world.page.undoable)
    @rule()
    def the_user_undoes_the_deletion(self) -> None:
        self.world.undo()

    @precondition(lambda self: self.page_is_there)
    @rule(pick=PICK, to=PICK)
    def the_user_moves(self, pick: int, to: int) -> None:
        self.world.move(self.name(pick), to)

    @precondition(lambda self: self.page_is_there)
    @rule(pick=PICK)
    def the_user_tags(self, pick: int) -> None:
        self.world.tag(self.name(pick))

    @precondition(lambda self: self.page_is_there)
    @rule(pick=PICK, output=OUTPUT)
    def the_user_runs(self, pick: int, output: int) -> None:
        self.world.run(self.name(pick), OUTPUTS[output])

    @precondition(lambda self: self.page_is_there and self.world.page.connected)
    @rule()
    def the_user_saves(self) -> None:
        self.world.save(self.world.page)
        self.world.settle()

    @precondition(lambda self: self.page_is_there and self.world.page.connected)
    @rule()
    def the_user_reverts(self) -> None:
        self.world.revert()

    @precondition(lambda self: self.page_is_there and self.world.page.conflict)
    @rule()
    def the_user_overwrites(self) -> None:
        self.world.overwrite(self.world.page)
        self.world.settle()

    @precondition(lambda self: not self.page_is_there)
    @rule()
    def the_notebook_is_opened(self) -> None:
        self.world.open()

    @precondition(lambda self: self.page_is_there)
    @rule()
    def the_page_is_loaded_again(self) -> None:
        self.world.reload()

    @precondition(lambda self: self.page_is_there and self.world.page.connected and not self.world.page.conflict)
    @rule(keep=st.booleans())
    def the_notebook_is_closed(self, keep: bool) -> None:
        self.world.close(keep)

    @precondition(lambda self: self.page_is_there and self.world.page.connected)
    @rule()
    def the_socket_breaks(self) -> None:
        self.world.drop()

    @precondition(lambda self: self.page_is_there and not self.world.page.connected)
    @rule()
    def it_is_there_again(self) -> None:
        self.world.connect()

    @rule(seconds=st.sampled_from([600.0, 2 * ABSENCE]))
    def time_passes(self, seconds: float) -> None:
        self.world.sleep(seconds)

    @rule(slow=st.booleans())
    def the_network(self, slow: bool) -> None:
        self.world.lag = slow
        self.world.settle()

    @precondition(lambda self: self.world.lag)
    @rule()
    def something_arrives(self) -> None:
        self.world.deliver()

    @precondition(lambda self: self.page_is_there)
    @rule()
    def a_second_tab(self) -> None:
        self.world.second_tab()

    @precondition(lambda self: self.world.older is not None)
    @rule()
    def the_older_tab_takes_over(self) -> None:
        self.world.take_over()

    @rule(pick=PICK, what=st.sampled_from(["edit", "delete", "reverse", "reformat", "insert"]))
    def another_program_writes(self, pick: int, what: str) -> None:
        self.made += 1
        self.world.changed_outside(what, pick, users("code", self.made, self.world.minor))

    @rule(pick=PICK)
    def it_is_renamed(self, pick: int) -> None:
        self.made += 1
        self.world.rename(f"n{self.made}.ipynb")

    # without ids, what a killed process left of a cell cannot be told from the next one of that step
    @precondition(lambda self: self.world.minor >= 5)
    @rule(after=st.sampled_from(["page", "reload", "nobody"]))
    def the_server_is_killed(self, after: str) -> None:
        self.world.crash_and_resume(after)


class OnFile(AgentRules):
    """Nobody has the notebook open; its file is written by others too."""

    world: Filed

    @initialize(minor=st.sampled_from([5, 5, 4]))
    def a_notebook(self, minor: int) -> None:
        self.made = 10
        self.world = Filed(Path(tempfile.mkdtemp()), notebook(minor))

    @rule(pick=PICK, kind=st.sampled_from(KINDS), lines=st.integers(0, 1))
    def somebody_inserts(self, pick: int, kind: str, lines: int) -> None:
        self.made += 1
        new = users(kind, self.made, self.world.minor)
        self.world.write(lambda cells: cells.insert(pick % (len(cells) + 1), new), 1, bool(lines))

    @rule(pick=PICK, place=PICK, lines=st.integers(0, 1))
    def somebody_types(self, pick: int, place: int, lines: int) -> None:
        self.made += 1
        word = chr(0xE000 + self.made)

        def change(cells: list[Cell]) -> None:
            cell = cells[pick % len(cells)]
            text = "".join(cell["source"])
            at = place % (len(text) + 1)
            cell["source"] = text[:at] + word + text[at:]
            self.world.touched(name_of(cell), word)

        if self.world.cells():
            self.world.write(change, 1, bool(lines))

    @rule(pick=PICK)
    def somebody_deletes(self, pick: int) -> None:
        if self.world.cells():
            self.world.write(lambda there: there.__delitem__(pick % len(there)), 1, True)

    @rule(pick=PICK, to=PICK)
    def somebody_moves(self, pick: int, to: int) -> None:
        if self.world.cells() and self.world.minor >= 5:
            self.world.write(lambda cells: cells.insert(to % len(cells), cells.pop(pick % len(cells))), 1, True)

    @rule(indent=st.sampled_from([None, 0, 4]), lines=st.integers(0, 1))
    def somebody_reformats(self, indent: int | None, lines: int) -> None:
        self.world.write(lambda cells: None, indent, bool(lines))

    @rule()
    def the_process_is_killed(self) -> None:
        self.world.crash_and_resume()
