"""What only the room mount has: a document that is filled from the file anew while the agent works in it."""

import asyncio
import gc
import weakref
from pathlib import Path
from typing import Any

from jupyter_ydoc import YNotebook
from pycrdt import Doc

from codeact_jupyter.notebook.room import RoomMount
from tests.notebook.mounts import Room, cell_of, code, ids, notebook, user_cells

MARK = {"codeact": {"run": "r", "step": 1, "attempt": 1, "model": "m"}}


def line(n: int) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": f"{n}\n"}


async def opened(tmp_path: Path) -> Room:
    mount = Room(notebook(*user_cells()), tmp_path)
    await mount.open()
    return mount


async def load(mount: Room, content: dict[str, Any]) -> None:
    """As jupyter-collaboration does it when somebody else wrote the file."""
    mount.loads = True
    await mount.kept.aset(content)
    mount.loads = False
    await asyncio.sleep(0)


async def test_what_the_file_never_had_is_put_back_when_it_is_loaded_again(tmp_path: Path) -> None:
    mount = await opened(tmp_path)
    cell = mount.document.insert("x = 1", "load", MARK)
    sink = mount.document.sink(cell)
    sink.running()
    sink.append(line(1))
    await load(mount, notebook(code("new", "theirs"), *user_cells()))
    sink.append(line(2))
    assert ids(mount.content()) == ["new", "top", "load", cell, "tail"]
    assert cell_of(mount.content(), cell)["outputs"] == [{**line(1), "text": "1\n2\n"}]
    assert mount.user.ycell(cell)["execution_state"] == "running"


async def test_what_somebody_deleted_from_the_file_stays_deleted_when_it_is_loaded_again(tmp_path: Path) -> None:
    mount = await opened(tmp_path)
    cell = mount.document.insert("x = 1", "load", MARK)
    mount.document.saved(mount.document.shown())
    await load(mount, notebook(*user_cells()))
    assert ids(mount.content()) == ["top", "load", "tail"]
    assert mount.document.source(cell) is None


async def test_what_somebody_changed_in_a_finished_cell_is_kept(tmp_path: Path) -> None:
    mount = await opened(tmp_path)
    cell = mount.document.insert("x = 1", "load", MARK)
    mount.document.sink(cell).append(line(1))
    content = mount.content()
    cell_of(content, cell).update(source="x = 2", outputs=[])
    await load(mount, content)
    assert mount.document.source(cell) == "x = 2"
    assert cell_of(mount.content(), cell)["outputs"] == []


async def test_a_cell_that_runs_gets_back_what_the_older_file_lacks_of_its_outputs(tmp_path: Path) -> None:
    mount = await opened(tmp_path)
    cell = mount.document.insert("loop", "load", MARK)
    sink = mount.document.sink(cell)
    sink.running()
    sink.append(line(1))
    older = mount.content()
    sink.append(line(2))
    await load(mount, older)
    sink.append(line(3))
    assert cell_of(mount.content(), cell)["outputs"] == [{**line(1), "text": "1\n2\n3\n"}]


async def test_an_edit_in_the_middle_of_a_load_is_neither_refused_nor_lost(tmp_path: Path) -> None:
    mount = await opened(tmp_path)
    content = notebook(*(code(f"new{n}", f"x = {n}") for n in range(20)), *user_cells())
    loading = asyncio.create_task(load(mount, content))
    for _ in range(5):  # its transaction is open now
        await asyncio.sleep(0)
    assert not loading.done()
    cell = mount.document.insert("x = 1", "load", MARK)
    mount.document.sink(cell).append(line(1))
    await loading
    assert ids(mount.content()).count(cell) == 1
    assert cell_of(mount.content(), cell)["outputs"] == [line(1)]
    assert {"new0", "new19", "top", "load", "tail"} < set(ids(mount.content()))


async def test_a_room_that_was_left_is_not_written_to(tmp_path: Path) -> None:
    mount = await opened(tmp_path)
    cell = mount.document.insert("x = 1", "load", MARK)
    mount.room.close()
    mount.document.write(cell, "x = 12")
    mount.delete("top")
    assert cell_of(mount.content(), cell)["source"] == "x = 1"
    assert "top" in ids(mount.document.content())


def test_the_document_of_a_room_that_was_left_is_gone() -> None:
    kept = YNotebook(Doc())
    kept.set(notebook(*user_cells()))
    mount = RoomMount(kept.ydoc, lambda: False)
    document = weakref.ref(mount.replica)
    mount.close()
    del mount
    gc.collect()
    assert document() is None
