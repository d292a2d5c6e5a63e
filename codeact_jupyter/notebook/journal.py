"""The journal: our cells as values, and how they get into a notebook that others change too.  Pure: start at `plan`.

One rule for the file and for a browser's document: what is there is theirs.  A cell of ours is found by its id, never by its place; it is
put in below the cells it stood below, filled again where it is, left out where somebody deleted it; nothing else is touched.
"""

import copy
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from codeact_jupyter.notebook.content import Cell, changes, clean, joined, results, spliced

NEIGHBOURS = 10
WROTE = "wrote"
"""Name of what an entry has besides a cell's own: its source without what the user typed into it."""
_UNKNOWN: Mapping[str, Cell] = {}


@dataclass(frozen=True)
class Entry:
    """What we did to a cell in a step: the row (run, seq, cell_id) of the journal's table."""

    run: str
    seq: int
    """The step that the cell belongs to."""
    cell_id: str
    before: Cell | None
    """None: the cell is ours; else the user's, as it was."""
    after: Cell | None
    """None: taken out again, or given back as it was before."""
    above: str | None
    """Key of its upper neighbour (see `key`); None: it was the first; empty: the end."""


@dataclass
class CellState:
    """One of our cells, as it is now."""

    cell: Cell
    """As nbformat has it, always with an id, texts whole; with what the user did to it since."""
    above: tuple[str, ...] = ()
    """Keys of the cells above it, nearest first; none: it is the first; one that no cell has: the end."""
    wrote: str = ""
    """The source as we wrote it last, without what the user typed into it."""
    state: Literal["idle", "running"] = "idle"
    gone: bool = False
    """The user deleted it; it comes back only if they bring it back."""
    reused: Cell | None = None
    """The user's cell that it was."""
    foreign: bool = False
    """The user runs it while we do: the outputs there are not ours any more."""
    withdrawn: bool = False
    """We took it out ourselves."""
    discarded: bool = False
    """The user closed the notebook without saving: what the file has of it holds, or it is gone."""

    @property
    def id(self) -> str:
        return str(self.cell["id"])

    @property
    def codeact(self) -> dict[str, Any]:
        return dict(self.cell["metadata"].get("codeact", {}))


@dataclass(frozen=True)
class Change:
    """One thing to do to a notebook's cells."""

    index: int
    state: CellState
    found: Cell | None
    """The cell that is there; None: put one in."""
    cell: Cell | None
    """The cell that shall be there; None: take it out."""


@dataclass
class _Places:
    """The cells of a notebook while a plan goes over them."""

    idless: bool
    keys: list[str] = field(default_factory=list)

    def find(self, state: CellState) -> int | None:
        wanted = key(state.cell, self.idless)
        if wanted in self.keys:
            return self.keys.index(wanted)
        if self.idless and state.reused is not None:  # not saved since we took it: it does not bear our mark yet
            at, wanted = below(self.keys, state.above) or 0, key(state.reused, True)
            return at if at < len(self.keys) and self.keys[at] == wanted else None
        return None


def key(cell: Mapping[str, Any], idless: bool = False) -> str:
    """What a cell is known by: its id; before nbformat 4.5, which has none, our own mark or its content."""
    if not idless and "id" in cell:
        return str(cell["id"])
    metadata = cell.get("metadata")
    if isinstance(metadata, dict) and isinstance(mark := metadata.get("codeact"), dict):
        return f"codeact {mark.get('run')} {mark.get('step')}"
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(source)
    return "source " + hashlib.sha1(f"{cell.get('cell_type')}\n{text}".encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def idless(content: Mapping[str, Any]) -> bool:
    """nbformat 4.4 and before: its files have no cell ids."""
    return int(content.get("nbformat_minor", 0)) < 5


def plan(content: Mapping[str, Any], states: Iterable[CellState], base: Mapping[str, Cell] = _UNKNOWN) -> Iterator[Change]:
    """What has to be done to this notebook, in order; each index holds once the changes before it are done.

    `base` has our cells as this notebook is known to have had them last, by id: what differs from that is somebody else's doing.
    """
    places = _Places(idless(content), [key(cell, idless(content)) for cell in content["cells"]])
    cells = list(content["cells"])
    last: int | None = None
    for state in states:
        at = places.find(state)
        if at is None:
            if state.gone or state.withdrawn:
                continue
            at = below(places.keys, state.above) if state.above else 0
            if at is None:
                at = len(cells) if last is None else min(last + 1, len(cells))
            cells.insert(at, state.cell)
            places.keys.insert(at, key(state.cell, places.idless))
            yield Change(at, state, None, copy.deepcopy(state.cell))
        elif state.withdrawn:
            change = Change(at, state, cells[at], _withdrawn(cells[at], state))
            if change.cell is None:
                del cells[at], places.keys[at]
            if change.cell is not change.found:
                yield change
            continue
        elif (cell := merged(cells[at], state, base.get(state.id))) is not cells[at]:
            yield Change(at, state, cells[at], cell)
        last = at


def apply(content: dict[str, Any], states: Iterable[CellState], base: Mapping[str, Cell] = _UNKNOWN) -> dict[str, Any]:
    """The notebook with our cells in it; the same object when nothing has to change, and every cell of others' the same object."""
    cells: list[Cell] = list(content["cells"])
    done = 0
    for done, change in enumerate(plan(content, states, base), 1):  # noqa: B007
        if change.cell is None:
            del cells[change.index]
        elif change.found is None:
            cells.insert(change.index, {k: v for k, v in sorted(change.cell.items()) if k != "id" or not idless(content)})
        else:
            cells[change.index] = change.cell
    return {**content, "cells": cells} if done else content


def merged(found: Cell, state: CellState, base: Cell | None) -> Cell:
    """The cell that is there with what is new of ours in it; the same object when nothing is."""
    if found.get("cell_type") != "code":
        return found  # the user made it something else: it is theirs now
    flat = joined(found)
    new: Cell = {}
    source = _source(state, flat["source"], base)
    if source != flat["source"]:
        new["source"] = source
    if base is None or results(state.cell) != results(base):
        new |= {name: copy.deepcopy(state.cell[name]) for name in ("execution_count", "outputs") if flat.get(name) != state.cell[name]}
    if state.codeact and flat.get("metadata", {}).get("codeact") != state.codeact:
        new["metadata"] = {**found.get("metadata", {}), "codeact": state.codeact}
    return {**found, **new} if new else found


def _source(state: CellState, found: str, base: Cell | None) -> str:
    held = str(state.cell["source"])
    if base is None and held.startswith(found):
        return held  # saved while it streamed in
    known = base or state.reused
    if known is None or held == known["source"]:
        return found
    return spliced(found, changes(known["source"], held, found))


def _withdrawn(found: Cell, state: CellState) -> Cell | None:
    """What is left of a cell that we take out: the user's own."""
    mark = found.get("metadata", {}).get("codeact")
    if not isinstance(mark, dict) or mark.get("run") != state.codeact.get("run", mark.get("run")):
        return found  # it was given back before, and is theirs
    if not state.wrote.startswith(joined(found)["source"]):
        return found
    return state.reused and given_back(found, state.reused)


def given_back(found: Cell, was: Cell) -> Cell:
    """The user's cell as it was, with what they did to its metadata since."""
    theirs = {name: value for name, value in found["metadata"].items() if name != "codeact"}
    mark = {"codeact": was["metadata"]["codeact"]} if "codeact" in was["metadata"] else {}
    return {**found, **copy.deepcopy(was), "metadata": {**theirs, **mark}}


def noticed(
    content: Mapping[str, Any], states: Collection[CellState], base: Mapping[str, Cell] = _UNKNOWN
) -> tuple[list[CellState], dict[str, Cell]]:
    """Our cells with what this notebook tells of them (edited, deleted, brought back), and as it has them: the base of a plan for it."""
    there: dict[str, Cell] = {}
    for cell in content["cells"]:
        there.setdefault(key(cell, idless(content)), cell)
    found = {state.id: cell for state in states if (cell := there.get(key(state.cell, idless(content)))) is not None}
    return [_noticed(found.get(state.id), state, base.get(state.id)) for state in states], {
        each: joined(cell) for each, cell in found.items()
    }


def lacking(content: Mapping[str, Any], states: Iterable[CellState], wanted: Collection[str]) -> dict[str, Cell]:
    """Those of our cells with these ids that this notebook has not."""
    there = {key(cell, idless(content)) for cell in content["cells"]}
    return {state.id: state.cell for state in states if state.id in wanted and key(state.cell, idless(content)) not in there}


def _noticed(found: Cell | None, state: CellState, base: Cell | None) -> CellState:
    if state.withdrawn:
        return state
    if found is None:
        return replace(state, gone=state.gone or base is not None or state.discarded, discarded=False)
    if found.get("cell_type") != "code":
        return replace(state, gone=False, discarded=False)
    cell = joined(found if state.discarded else merged(found, state, base))
    cell.setdefault("outputs", [])
    cell.setdefault("execution_count", None)
    cell.setdefault("metadata", {}).pop("trusted", None)
    return replace(state, cell={**clean(cell), "id": state.id}, gone=False, discarded=False)


def placed(content: Mapping[str, Any], states: Iterable[CellState]) -> list[CellState]:
    """Our cells with the neighbours that they have in this notebook."""
    keys = [key(cell, idless(content)) for cell in content["cells"]]
    at = {each: index for index, each in reversed(list(enumerate(keys)))}
    return [
        state if (index := at.get(key(state.cell, idless(content)))) is None else replace(state, above=above(keys, index))
        for state in states
    ]


def below(keys: Sequence[str], above: Sequence[str]) -> int | None:
    """The place below the nearest of these that is there; where keys are not unique, the one with most of the same cells above it."""
    for at, wanted in enumerate(above):
        if found := [index for index, each in enumerate(keys) if each == wanted]:
            return 1 + max(found, key=lambda index: sum(a == b for a, b in zip(keys[index::-1], above[at:], strict=False)))
    return None


def above(keys: Sequence[str], index: int) -> tuple[str, ...]:
    """The keys over a place, nearest first."""
    return tuple(reversed(keys[max(0, index - NEIGHBOURS) : index]))


def restored(entries: Iterable[Entry]) -> list[CellState]:
    """The cells that a journal leaves, after a crash: each as its last entry has it."""
    states: dict[str, CellState] = {}
    for entry in entries:
        if entry.after is None:
            # what was written there is not known any more: a cell that is found all the same stays, until somebody says it
            gone = {"id": entry.cell_id, "cell_type": "code", "metadata": {"codeact": {}}, "source": "", "outputs": []}
            states[entry.cell_id] = CellState(gone, reused=entry.before, withdrawn=True)
            continue
        cell = copy.deepcopy(entry.after)
        wrote = cell.pop(WROTE, cell["source"])
        states[entry.cell_id] = CellState(cell, () if entry.above is None else (entry.above,), wrote=wrote, reused=entry.before)
    return list(states.values())


def entered(state: CellState) -> Entry:
    """What the journal keeps of this cell."""
    mark, after = state.codeact, None
    if not (state.gone or state.withdrawn):
        typed = {WROTE: state.wrote} if state.wrote != state.cell["source"] else {}
        after = copy.deepcopy({**state.cell, **typed})
    near = next(iter(state.above), None)
    return Entry(str(mark.get("run")), int(mark.get("step", 0)), state.id, copy.deepcopy(state.reused), after, near)
