"""Outputs that come after a cell has ended: they belong to it, as long as it is as we left it."""

from typing import Any

import pytest
from pycrdt import Map

from codeact_jupyter.notebook.sink import CellSink
from tests.notebook.mounts import File, Live, cell_of, notebook, user_cells

BAR = {"output_type": "display_data", "data": {"text/plain": "0 %", "application/json": {"n": 1, "f": 2.0}}, "metadata": {}}
FULL = {**BAR, "data": {**BAR["data"], "text/plain": "100 %"}}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


async def ran(mount: "Live | File") -> tuple[str, CellSink]:
    """A cell that ended with a display and a line."""
    await mount.open()
    cell_id = mount.document.insert("go()", "load", {"codeact": {"run": "r", "step": 1}})
    sink = mount.document.sink(cell_id)
    sink.running()
    sink.append(BAR)
    sink.append(stream("one\n"))
    sink.ended(4)
    await mount.exchange()
    return cell_id, sink


def outputs(mount: "Live | File", cell_id: str) -> Any:
    return cell_of(mount.content(), cell_id)["outputs"]


@pytest.mark.parametrize("kind", [Live, File])
async def test_late_lines_and_updates_of_displays_reach_a_cell_that_has_ended(kind: Any, tmp_path: Any) -> None:
    mount = kind(notebook(*user_cells()), tmp_path)
    cell_id, sink = await ran(mount)
    sink.append(stream("two\n"))
    sink.replace([FULL, stream("one\ntwo\n")])
    sink.append(stream("three\n"))
    await mount.exchange()
    assert outputs(mount, cell_id) == [FULL, stream("one\ntwo\nthree\n")]


async def test_typing_into_the_cell_keeps_nothing_from_it(tmp_path: Any) -> None:
    mount = Live(notebook(*user_cells()), tmp_path)
    cell_id, sink = await ran(mount)
    mount.edit(cell_id, 0, "# mine\n")
    sink.append(stream("two\n"))
    assert outputs(mount, cell_id) == [BAR, stream("one\ntwo\n")]


async def test_what_the_user_cleared_stays_cleared(tmp_path: Any) -> None:
    mount = Live(notebook(*user_cells()), tmp_path)
    cell_id, sink = await ran(mount)
    del mount.browser.ycell(cell_id)["outputs"][:]
    mount.browser.send()
    sink.append(stream("two\n"))
    sink.replace([FULL])
    assert outputs(mount, cell_id) == []


async def test_what_the_user_ran_is_theirs(tmp_path: Any) -> None:
    mount = Live(notebook(*user_cells()), tmp_path)
    cell_id, sink = await ran(mount)
    ycell = mount.browser.ycell(cell_id)
    with mount.browser.notebook.ydoc.transaction():
        del ycell["outputs"][:]
        ycell["outputs"].append(Map({"output_type": "error", "ename": "E", "evalue": "", "traceback": []}))
        ycell["execution_count"] = 5.0
    mount.browser.send()
    sink.append(stream("two\n"))
    assert [output["output_type"] for output in outputs(mount, cell_id)] == ["error"]
