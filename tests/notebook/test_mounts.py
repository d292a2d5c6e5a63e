"""One contract for every mount: what a run does to a notebook, and what it leaves alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.events import ModelReplied, Observed
from codeact_jupyter.notebook.cells import Author, RunCells
from codeact_jupyter.ports import Code
from tests.notebook.mounts import Desk, File, Live, Room, cell_of, code, ids, notebook, user_cells, valid


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


PNG = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}, "metadata": {"width": 3}}
JSON = {"output_type": "display_data", "data": {"application/json": {"n": 2, "f": 0.5, "l": [1, None, True]}}, "metadata": {}}
ERROR = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["a", "b"]}


class Work:
    """A run in a mounted notebook."""

    def __init__(self, kind: Any, content: dict[str, Any], tmp_path: Path, anchor: str | None) -> None:
        self.mount: Live | File | Room = kind(content, tmp_path)
        self.before = self.mount.content()
        self.run = RunCells(Desk(self.mount), Author("r1", "offline"), anchor)

    async def cell(self, source: str, *outputs: dict[str, Any], count: int = 1, status: Any = "ok") -> str:
        """One step, as the loop and the kernel do it."""
        cell_id = self.run.open_cell(Code(source))
        for end in range(1, len(source), 3):
            self.run.write(cell_id, source[:end])
        self.run.write(cell_id, source)
        self.run.heard(ModelReplied(text=source))
        sink = self.run.sink(cell_id)
        sink.running()
        for output in outputs:
            sink.append(output)
        sink.ended(count)
        self.run.heard(Observed(action_id="a", status=status, text=""))
        await self.run.save()
        return cell_id

    def content(self) -> dict[str, Any]:
        got = self.mount.content()
        valid(got)
        return got

    def users_cells(self) -> str:
        theirs = set(ids(self.before))
        return json.dumps([cell for cell in self.mount.content()["cells"] if cell["id"] in theirs], ensure_ascii=False)

    def assert_untouched(self) -> None:
        assert self.users_cells() == json.dumps(self.before["cells"], ensure_ascii=False)
        rest = {key: value for key, value in self.mount.content().items() if key != "cells"}
        assert rest == {key: value for key, value in self.before.items() if key != "cells"}


@pytest.fixture(params=[Live, File, Room], ids=["live", "file", "room"])
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    async def begin(*cells: Any, anchor: str | None = "load") -> Work:
        begun = Work(request.param, notebook(*(cells or user_cells())), tmp_path, anchor)
        await begun.mount.open()
        return begun

    return begin


async def test_a_step_is_a_cell_below_the_anchor_with_its_outputs_and_count(work: Any) -> None:
    w = await work()
    cell_id = await w.cell("print('ü 🎉')\n1 + 1", stream("ü"), stream(" 🎉\n"), stream("oh", "stderr"), PNG, JSON, ERROR, count=7)
    assert ids(w.content()) == ["top", "load", cell_id, "tail"]
    assert cell_of(w.content(), cell_id) == {
        "cell_type": "code",
        "execution_count": 7,
        "id": cell_id,
        "metadata": {"codeact": {"run": "r1", "step": 1, "attempt": 1, "model": "offline"}},
        "outputs": [stream("ü 🎉\n"), stream("oh", "stderr"), PNG, JSON, ERROR],
        "source": "print('ü 🎉')\n1 + 1",
    }
    assert w.run.source(cell_id) == "print('ü 🎉')\n1 + 1"
    w.assert_untouched()


async def test_steps_stand_below_one_another_and_count_their_attempts(work: Any) -> None:
    w = await work()
    cells = [await w.cell("a", status="error"), await w.cell("b", status="error"), await w.cell("c"), await w.cell("d")]
    assert ids(w.content()) == ["top", "load", *cells, "tail"]
    marks = [cell_of(w.content(), each)["metadata"]["codeact"] for each in cells]
    assert [(mark["step"], mark["attempt"]) for mark in marks] == [(1, 1), (2, 2), (3, 3), (4, 1)]


@pytest.mark.parametrize("anchor", [None, "no-such-cell"])
async def test_without_an_anchor_cells_go_to_the_end(work: Any, anchor: str | None) -> None:
    w = await work(anchor=anchor)
    cells = [await w.cell("a"), await w.cell("b")]
    assert ids(w.content()) == ["top", "load", "tail", *cells]


async def test_an_empty_anchor_is_reused_and_given_back_when_the_try_came_to_nothing(work: Any) -> None:
    w = await work(code("first", "1"), code("empty", metadata={"tags": ["mine"]}), code("last", "2"), anchor="empty")
    cell_id = w.run.open_cell(Code("x"))
    w.run.write(cell_id, "half of")
    await w.mount.exchange()
    assert cell_id == "empty"
    w.run.discard(cell_id)
    await w.mount.exchange()
    w.assert_untouched()

    assert await w.cell("x = 1") == "empty"
    second = await w.cell("x = 2")
    assert ids(w.content()) == ["first", "empty", second, "last"]
    empty = cell_of(w.content(), "empty")
    assert (empty["source"], empty["metadata"]["tags"], empty["metadata"]["codeact"]["run"]) == ("x = 1", ["mine"], "r1")


@pytest.mark.parametrize("cell", [code("c", "x"), code("c", outputs=[stream("o")]), code("c", metadata={"editable": False})])
async def test_an_anchor_that_holds_something_is_not_reused(work: Any, cell: Any) -> None:
    w = await work(cell, anchor="c")
    assert await w.cell("y") != "c"
    w.assert_untouched()


async def test_a_discarded_cell_leaves_nothing(work: Any) -> None:
    w = await work()
    first = await w.cell("a")
    cell_id = w.run.open_cell(Code("half"))
    w.run.write(cell_id, "ha")
    await w.mount.exchange()
    w.run.discard(cell_id)
    await w.mount.exchange()
    again = await w.cell("b")
    assert ids(w.content()) == ["top", "load", first, again, "tail"]
    w.assert_untouched()


async def test_a_discarded_cell_that_the_user_typed_into_keeps_what_they_typed(work: Any) -> None:
    w = await work()
    cell_id = w.run.open_cell(Code("ours"))
    w.run.write(cell_id, "ours")
    await w.mount.exchange()
    w.mount.edit(cell_id, 4, " and mine")
    w.run.discard(cell_id)
    await w.mount.exchange()
    assert "and mine" in cell_of(w.content(), cell_id)["source"]


async def test_the_users_edits_before_between_and_after_stay(work: Any) -> None:
    w = await work()
    one = await w.cell("a", stream("1"))
    w.mount.insert(0, code("u0", "zero"))
    w.mount.edit("load", 6, " numpy,")
    two = await w.cell("b", stream("2"))
    w.mount.insert(ids(w.content()).index(two), code("u1", "between 🎉"))
    w.mount.insert(len(ids(w.content())), code("u2", "after"))
    three = await w.cell("c", stream("3"))
    assert ids(w.content()) == ["u0", "top", "load", one, "u1", two, three, "tail", "u2"]
    assert cell_of(w.content(), "load")["source"].startswith("import numpy, pandas")
    assert [cell_of(w.content(), each)["outputs"][0]["text"] for each in (one, two, three)] == ["1", "2", "3"]


async def test_a_cell_that_the_user_deletes_stays_away(work: Any) -> None:
    w = await work()
    one = await w.cell("a")
    two = await w.cell("b")
    w.mount.delete(two)
    await w.mount.exchange()
    assert w.run.source(two) is None
    three = await w.cell("c")
    assert ids(w.content()) == ["top", "load", one, three, "tail"]


async def test_deleted_while_it_runs_its_outputs_go_nowhere(work: Any) -> None:
    w = await work()
    cell_id = w.run.open_cell(Code("loop"))
    w.run.write(cell_id, "loop")
    sink = w.run.sink(cell_id)
    sink.running()
    await w.mount.exchange()
    w.mount.delete(cell_id)
    await w.mount.exchange()
    sink.append(stream("late"))
    sink.replace([stream("later")])
    sink.ended(4)
    await w.run.finish()
    assert ids(w.content()) == ["top", "load", "tail"]
    w.assert_untouched()


async def test_a_cell_that_the_user_moves_stays_where_they_put_it(work: Any) -> None:
    w = await work()
    one = await w.cell("a")
    cell_id = w.run.open_cell(Code("loop"))
    w.run.write(cell_id, "loop")
    sink = w.run.sink(cell_id)
    sink.running()
    sink.append(stream("1\n"))
    await w.mount.exchange()
    w.mount.move(cell_id, 0)
    await w.mount.exchange()
    sink.append(stream("2\n"))
    sink.ended(2)
    await w.run.finish()
    assert ids(w.content()) == [cell_id, "top", "load", one, "tail"]
    assert cell_of(w.content(), cell_id)["outputs"] == [stream("1\n2\n")]
    w.assert_untouched()


async def test_the_anchor_may_go(work: Any) -> None:
    w = await work()
    one = await w.cell("a")
    w.mount.delete("load")
    two = await w.cell("b")
    assert ids(w.content()) == ["top", one, two, "tail"]


async def test_typing_into_a_cell_while_it_streams_loses_nothing_of_either(work: Any) -> None:
    w = await work()
    ours = "result = df.groupby('größe')['🎉'].mean()  # end"
    cell_id = w.run.open_cell(Code(ours))
    typed = "# Mir gehört das 🐍\n"
    for at, letter in enumerate(typed):
        w.run.write(cell_id, ours[: 2 * (at + 1)])
        await w.mount.exchange()
        w.mount.edit(cell_id, at, letter)
        await w.mount.exchange()
    w.run.write(cell_id, ours)
    await w.mount.exchange()
    assert cell_of(w.content(), cell_id)["source"] == typed + ours == w.run.source(cell_id)


async def test_a_rewritten_draft_replaces_only_what_differs(work: Any) -> None:
    w = await work()
    cell_id = w.run.open_cell(Code(""))
    w.run.write(cell_id, "    x = 1\n    y = 2")
    await w.mount.exchange()
    w.mount.edit(cell_id, 9, "  # mine")
    await w.mount.exchange()
    w.run.write(cell_id, "    x = 1\n    y = 23\nz")
    await w.mount.exchange()
    assert w.run.source(cell_id) == "    x = 1  # mine\n    y = 23\nz"


async def test_the_users_edit_of_a_finished_cell_is_kept(work: Any) -> None:
    w = await work()
    one = await w.cell("a = 1")
    w.mount.edit(one, 5, "00  # mine")
    two = await w.cell("b")
    w.mount.edit(one, 0, "#")
    await w.run.finish()
    assert cell_of(w.content(), one)["source"] == "#a = 100  # mine" == w.run.source(one)
    assert ids(w.content()) == ["top", "load", one, two, "tail"]


async def test_outputs_can_be_replaced_from_any_place_on(work: Any) -> None:
    w = await work()
    cell_id = w.run.open_cell(Code("x"))
    w.run.write(cell_id, "x")
    sink = w.run.sink(cell_id)
    sink.running()
    shown = [stream("10%"), PNG, stream("a")]
    for outputs in (
        [stream("10%")],
        shown,
        [stream("10%"), PNG, stream("ab")],
        [stream("99%"), PNG, stream("ab")],
        [],
        [ERROR, stream("z")],
    ):
        sink.replace(outputs)
        await w.mount.exchange()
        assert cell_of(w.content(), cell_id)["outputs"] == outputs


async def test_half_a_character_from_a_kernel_or_a_model_spoils_nothing(work: Any) -> None:
    w = await work()
    cell_id = await w.cell("x = '\ud83d'", stream("\udc00"), count=1)
    assert cell_of(w.content(), cell_id)["source"] == "x = '\ufffd'"
    assert cell_of(w.content(), cell_id)["outputs"] == [stream("\ufffd")]


async def test_a_cell_without_code_is_gone_at_the_end(work: Any) -> None:
    w = await work()
    w.run.open_cell(Code(""))
    await w.run.finish()
    w.assert_untouched()
    assert ids(w.content()) == ["top", "load", "tail"]


async def test_a_thousand_cells_do_not_matter(work: Any) -> None:
    w = await work(*(code(f"c{n}", f"x = {n}") for n in range(1000)), anchor="c500")
    cells = [await w.cell("a"), await w.cell("b")]
    assert ids(w.content())[500:504] == ["c500", *cells, "c501"]
    w.assert_untouched()
