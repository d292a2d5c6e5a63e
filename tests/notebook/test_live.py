"""What only the live mount has: a browser that reloads, goes away, undoes, runs cells itself, or sends rubbish."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from jupyter_ydoc import YNotebook
from pycrdt import Array, Doc, Map, Text, create_sync_message, handle_sync_message

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.notebook.journal import Entry, restored
from codeact_jupyter.notebook.live import Replica
from tests.notebook.mounts import Browser, cell_of, code, ids, notebook, user_cells, valid

MARK = {"codeact": {"run": "r", "step": 1, "attempt": 1, "model": "m"}}


def mark(step: int) -> dict[str, Any]:
    return {"codeact": {**MARK["codeact"], "step": step}}


def line(n: int) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": f"{n}\n"}


class Page:
    """A notebook file, and the browser that has it open: it loads, saves and reloads as JupyterLab does."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path, self._opened = path, 0
        path.write_text(json.dumps(content))
        self.entries: list[Entry] = []
        self.document = Document(LocalFile(path), on_entry=self.entries.append)
        self.load()

    def load(self) -> None:
        self._opened += 1
        content = json.loads(self.path.read_text())
        for cell in content["cells"]:
            cell["source"] = "".join(cell["source"])
            cell.setdefault("id", f"fresh-{self._opened}-{random.random()}")
        self.browser = Browser(content)

    def attach(self) -> None:
        self.document.attach(self.browser.open(f"doc{self._opened}"))

    def save(self) -> None:
        self.path.write_text(json.dumps(self.content()))

    def reload(self) -> None:
        """The page is loaded again: what was not saved is lost."""
        self.document.detach()
        self.load()

    def content(self) -> dict[str, Any]:
        got = self.browser.notebook.get(deduplicate=False)
        for cell in got["cells"]:
            cell["metadata"].pop("trusted", None)
        valid(got)
        return got


@pytest.fixture
def page(tmp_path: Path) -> Page:
    opened = Page(tmp_path / "n.ipynb", notebook(*user_cells()))
    opened.attach()
    return opened


@pytest.mark.parametrize("saved_at", [None, 0, 7])
async def test_a_reload_in_mid_run_shows_each_cell_and_output_once_and_in_order(page: Page, saved_at: int | None) -> None:
    one = page.document.insert("first", "load", mark(1))
    page.document.sink(one).append(line(0))
    two = page.document.insert("", one, mark(2))
    page.document.write(two, "for i in")
    if saved_at == 0:
        page.save()
    page.document.write(two, "for i in range(32): print(i)")
    sink = page.document.sink(two)
    sink.running()
    for n in range(32):
        if n == saved_at:
            page.save()
        if n == 10:
            page.reload()
        if n == 20:
            page.attach()
        sink.append(line(n))
    assert page.browser.ycell(two)["execution_state"] == "running"
    sink.ended(5)
    got = page.content()
    assert ids(got) == ["top", "load", one, two, "tail"]
    assert cell_of(got, two)["outputs"] == [{**line(0), "text": "".join(f"{n}\n" for n in range(32))}]
    assert (cell_of(got, two)["source"], cell_of(got, two)["execution_count"]) == ("for i in range(32): print(i)", 5)
    assert cell_of(got, one)["outputs"] == [line(0)]
    assert page.browser.ycell(two)["execution_state"] == "idle"


async def test_closed_while_it_runs_the_file_has_the_work_and_so_has_who_comes_back(page: Page) -> None:
    one = page.document.insert("x = 1", "load", mark(1))
    page.document.detach()
    sink = page.document.sink(one)
    sink.append(line(1))
    sink.ended(3)
    two = page.document.insert("y = 2", one, mark(2))
    await page.document.save()
    on_disk = json.loads(page.path.read_text())
    valid(on_disk)
    assert ids(on_disk) == ["top", "load", one, two, "tail"]
    assert "trusted" not in cell_of(on_disk, one)["metadata"]
    page.load()
    page.attach()
    assert page.browser.sent == []  # all of it is there: nothing is touched, and the notebook is not made dirty
    assert ids(page.content()) == ids(on_disk)


async def test_what_is_right_already_is_not_touched_by_a_restore(page: Page) -> None:
    one = page.document.insert("x = 1", "load", mark(1))
    page.document.sink(one).append(line(1))
    page.document.sink(one).ended(1)
    page.save()
    two = page.document.insert("y = 2", one, mark(2))
    page.reload()
    changed: list[Any] = []
    page.browser.notebook.ycells.observe_deep(lambda events: changed.extend(list(event.path) for event in events))
    page.attach()
    assert ids(page.content()) == ["top", "load", one, two, "tail"]
    assert changed == [[]]  # one cell put in, nothing else


async def test_discarded_on_closing_nothing_comes_back_but_what_the_file_has(page: Page) -> None:
    one = page.document.insert("kept", "load", mark(1))
    page.document.sink(one).append(line(1))
    page.save()
    two = page.document.insert("unsaved", one, mark(2))
    page.document.sink(one).append(line(2))
    page.document.discard_unsaved()
    page.document.sink(two).append(line(3))
    three = page.document.insert("after", two, mark(3))
    await page.document.save()
    got = json.loads(page.path.read_text())
    assert ids(got) == ["top", "load", one, three, "tail"]
    assert "".join(cell_of(got, one)["outputs"][0]["text"]) == "1\n"
    page.load()
    page.attach()
    assert ids(page.content()) == ["top", "load", one, three, "tail"]


async def test_a_cell_deleted_by_another_program_while_closed_does_not_come_back_on_opening(page: Page) -> None:
    one = page.document.insert("x", "load", mark(1))
    page.document.detach()
    await page.document.save()
    content = json.loads(page.path.read_text())
    content["cells"] = [cell for cell in content["cells"] if cell["id"] != one]
    page.path.write_text(json.dumps(content))
    page.load()
    page.attach()
    assert ids(page.content()) == ["top", "load", "tail"]


async def test_a_cell_that_was_saved_and_deleted_in_a_reloaded_page_that_showed_no_panel_does_not_come_back(page: Page) -> None:
    one, two = page.document.insert("x", "load", mark(1)), page.document.insert("y", "tail", mark(2))
    page.document.saved(page.document.shown())
    three = page.document.insert("not saved yet", two, mark(3))
    content = page.content()
    page.document.detach()
    page.path.write_text(json.dumps({**content, "cells": [cell for cell in content["cells"] if cell["id"] not in (one, three)]}))
    page.load()
    page.attach()
    assert ids(page.content()) == ["top", "load", "tail", two, three]


async def test_a_laptop_that_slept_keeps_what_its_user_did_and_gets_what_was_missed(page: Page) -> None:
    gone, edited = page.document.insert("gone", "load", mark(1)), page.document.insert("edited", "load", mark(2))
    page.document.detach()
    browser = page.browser.notebook
    del browser.ycells[page.browser.index(gone)]
    page.browser.ycell(edited)["source"].insert(0, "# mine\n")
    page.document.sink(edited).append(line(1))
    new = page.document.insert("new", edited, mark(3))
    await page.document.save()
    page.attach()  # the same document
    assert ids(page.content()) == ["top", "load", edited, new, "tail"]
    assert cell_of(page.content(), edited)["source"] == "# mine\nedited"
    assert cell_of(page.content(), edited)["outputs"] == [line(1)]


async def test_undoing_the_deletion_of_a_cell_brings_back_all_it_missed(page: Page) -> None:
    one = page.document.insert("loop", "load", mark(1))
    sink = page.document.sink(one)
    sink.running()
    sink.append(line(1))
    page.browser.notebook.undo_manager.clear()
    with page.browser.notebook.ydoc.transaction():
        del page.browser.notebook.ycells[page.browser.index(one)]
    page.browser.send()
    sink.append(line(2))
    assert page.document.source(one) is None
    assert page.browser.notebook.undo_manager.undo()
    page.browser.send()
    assert page.document.source(one) == "loop"
    sink.append(line(3))
    sink.ended(9)
    assert cell_of(page.content(), one)["outputs"] == [{**line(1), "text": "1\n2\n3\n"}]
    assert cell_of(page.content(), one)["execution_count"] == 9


async def test_a_cell_that_the_user_runs_meanwhile_is_theirs(page: Page) -> None:
    one = page.document.insert("loop", "load", mark(1))
    sink = page.document.sink(one)
    sink.running()
    sink.append(line(1))
    cell = page.browser.ycell(one)
    with page.browser.notebook.ydoc.transaction():
        cell["outputs"].clear()
        cell["execution_state"] = "idle"
    page.browser.send()
    cell["execution_state"] = "running"
    cell["outputs"].append(Map({"output_type": "stream", "name": "stdout", "text": Text("theirs")}))
    page.browser.send()
    sink.append(line(2))
    sink.replace([line(3)])
    sink.ended(4)
    assert cell_of(page.content(), one)["outputs"] == [{**line(1), "text": "theirs"}]
    assert (cell["execution_state"], cell.get("execution_count")) == ("running", None)
    cell["execution_count"] = 5.0
    page.browser.send()
    page.document.detach()
    await page.document.save()
    assert cell_of(json.loads(page.path.read_text()), one)["execution_count"] == 5


async def test_outputs_that_the_user_clears_in_mid_run_stay_cleared(page: Page) -> None:
    one = page.document.insert("loop", "load", mark(1))
    sink = page.document.sink(one)
    sink.running()
    sink.append(line(1))
    page.browser.ycell(one)["outputs"].clear()
    page.browser.send()
    sink.append(line(2))
    assert cell_of(page.content(), one)["outputs"] == [line(2)]
    page.reload()
    page.attach()
    assert cell_of(page.content(), one)["outputs"] == [line(2)]


async def test_revert_replaces_every_cell_and_the_run_goes_on(page: Page) -> None:
    one = page.document.insert("one", "load", mark(1))
    two = page.document.insert("two", one, mark(2))
    sink = page.document.sink(two)
    sink.running()
    sink.append(line(1))
    saved = page.content()
    sink.append(line(2))
    unsaved = page.document.insert("unsaved", two, mark(3))
    with page.browser.notebook.ydoc.transaction():
        page.browser.notebook.ycells.clear()
        for cell in saved["cells"]:
            page.browser.notebook.append_cell(cell)
    page.browser.send()
    sink.append(line(3))
    sink.ended(1)
    three = page.document.insert("three", unsaved, mark(4))
    assert ids(page.content()) == ["top", "load", one, two, three, "tail"]
    assert cell_of(page.content(), two)["outputs"] == [{**line(1), "text": "1\n2\n3\n"}]


async def test_each_change_makes_the_notebook_dirty_and_reaches_the_page_in_the_form_it_needs(page: Page) -> None:
    def dirtied() -> bool:
        was, page.browser.notebook.dirty = page.browser.notebook.dirty, False
        page.browser.send()
        return bool(was)

    one = page.document.insert("", "load", mark(1))
    assert dirtied()
    page.document.write(one, "x")
    assert dirtied()
    sink = page.document.sink(one)
    sink.running()
    assert dirtied()
    cell = page.browser.ycell(one)
    assert (cell["execution_state"], cell["execution_count"]) == ("running", None)
    sink.append(line(1))
    sink.append({"output_type": "execute_result", "execution_count": 1, "data": {"application/json": {"n": 2**70}}, "metadata": {}})
    assert dirtied()
    sink.ended(1)
    assert dirtied()
    assert isinstance(cell["outputs"], Array)
    assert isinstance(cell["outputs"][0]["text"], Text)
    # beyond 2**53 a whole number would reach JavaScript as a BigInt, which JSON cannot hold; beyond 2**63 pycrdt panics
    numbers = [cell["execution_count"], cell["outputs"][1]["execution_count"], cell["outputs"][1]["data"]["application/json"]["n"]]
    assert [type(number) for number in [*numbers, cell["metadata"]["codeact"]["step"]]] == [float] * 4
    assert cell["metadata"]["trusted"] is True


async def test_a_stream_grows_by_what_is_new_and_nothing_is_echoed(page: Page) -> None:
    one = page.document.insert("x", "load", mark(1))
    sink = page.document.sink(one)
    sink.append(line(1))
    page.browser.sent.clear()
    sink.append({**line(0), "text": "n" * 1000})
    sink.replace([{**line(1), "text": "1\n" + "n" * 1000 + "more"}])
    assert len(page.browser.sent) == 2
    assert len(page.browser.sent[0]) < 1200
    assert len(page.browser.sent[1]) < 200
    page.browser.sent.clear()
    page.browser.ycell("tail")["source"].insert(0, "typed")
    page.browser.send()
    assert page.browser.sent == []


async def test_nothing_is_edited_before_the_browsers_document_has_arrived(tmp_path: Path) -> None:
    document = Document(LocalFile(tmp_path / "n.ipynb", create=True))
    document.insert("x", None, mark(1))
    sent: list[bytes] = []
    replica = Replica(sent.append)
    with pytest.raises(NotebookError, match="not sent the notebook"):
        document.attach(replica)
    browser = YNotebook(Doc())
    browser.set(notebook(code("a")))
    replica.receive(create_sync_message(browser.ydoc))
    assert not replica.ready.is_set()
    assert sent == []
    step2 = handle_sync_message(replica.first_message()[1:], browser.ydoc)
    assert step2 is not None
    replica.receive(step2)
    assert replica.ready.is_set()
    document.attach(replica)
    assert len(replica.ids()) == 2
    assert sent


async def test_rubbish_from_the_socket_is_an_error_that_says_what_to_do(page: Page) -> None:
    whole = handle_sync_message(Replica(lambda message: None).first_message()[1:], page.browser.notebook.ydoc)
    assert whole is not None
    chance = random.Random(8)
    refused = 0
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(1, len(broken))] = chance.randrange(256)
        replica = Replica(lambda message: None)
        try:
            replica.receive(bytes(broken[: chance.choice([len(broken), chance.randrange(2, len(broken))])]))
        except NotebookError as error:
            refused += "reload" in str(error)
    assert refused > 100
    for empty in (b"", b"\x00", b"\x01\x02\x03"):
        assert Replica(lambda message: None).receive(empty) is None


@pytest.mark.parametrize("hostile", ["source", "outputs", "metadata"])
async def test_a_cell_of_another_shape_is_left_alone(page: Page, hostile: str) -> None:
    one = page.document.insert("x", "load", mark(1))
    page.browser.ycell(one)[hostile] = "not what it was"
    page.browser.send()
    page.document.write(one, "x + 1")
    page.document.sink(one).append(line(1))
    page.document.sink(one).ended(1)
    assert page.document.source(one) is None


async def test_before_4_5_our_cells_are_known_by_their_mark(tmp_path: Path) -> None:
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in [*user_cells(), code("a", "same"), code("b", "same")]]
    page = Page(tmp_path / "old.ipynb", notebook(*cells, minor=4))
    page.attach()
    last = page.document.ids()[-1]
    zero = page.document.insert("zero", last, mark(9))
    one = page.document.insert("one", zero, mark(1))
    page.document.sink(one).append(line(1))
    page.save()
    assert all("id" not in cell for cell in json.loads(page.path.read_text())["cells"])
    two = page.document.insert("two", one, mark(2))
    page.document.sink(one).append(line(2))
    page.reload()
    page.attach()
    assert (page.document.source(zero), page.document.source(one)) == ("zero", "one")
    assert [cell["source"] for cell in page.content()["cells"]][-4:] == ["same", "zero", "one", "two"]
    assert page.browser.notebook.ycells[6]["outputs"][0]["text"].to_py() == "1\n2\n"
    page.document.detach()
    three = page.document.insert("three", two, mark(3))
    assert three
    await page.document.save()
    on_disk = json.loads(page.path.read_text())
    valid(on_disk)
    assert ["".join(cell["source"]) for cell in on_disk["cells"]][-5:] == ["same", "zero", "one", "two", "three"]
    assert [{**cell, "source": "".join(cell["source"])} for cell in on_disk["cells"][:5]] == cells


@pytest.mark.parametrize("page_stayed", [True, False])
async def test_what_the_user_deleted_before_the_run_is_resumed_stays_deleted(page: Page, page_stayed: bool) -> None:
    cells = [page.document.insert("", "load", mark(number)) for number in (1, 2, 3)]
    for number, cell_id in enumerate(cells):
        page.document.write(cell_id, f"x{number}")
    page.document.note()
    page.save()
    last = {entry.cell_id: entry for entry in page.entries}
    rows = [
        (entry.seq, entry.cell_id, entry.before, entry.after, entry.above, 1 if at < 2 else 0) for at, entry in enumerate(last.values())
    ]
    page.document.detach()
    page.document = Document(LocalFile(page.path))  # the server is another one
    if not page_stayed:
        page.load()
    page.attach()
    for cell_id in (cells[1], cells[2]):
        page.browser.notebook.ycells.pop(page.browser.index(cell_id))
        page.browser.send()

    page.document.restore(rows)

    assert [cell["source"] for cell in page.content()["cells"] if cell["id"] in cells] == ["x2", "x0"], "the file never had the third one"


async def test_the_journal_alone_brings_the_work_back_after_a_crash(page: Page) -> None:
    one = page.document.insert("", "load", mark(1))
    page.document.write(one, "x")
    page.document.sink(one).running()
    page.document.sink(one).append(line(1))
    page.document.sink(one).ended(1)
    page.document.remove(page.document.insert("never", one, mark(2)))
    page.document.detach()
    stored = [copy.deepcopy(entry) for entry in page.entries]
    assert {(entry.run, entry.seq, entry.cell_id) for entry in stored} >= {("r", 1, one)}
    again = Document(LocalFile(page.path), restored(stored))
    await again.save()
    on_disk = json.loads(page.path.read_text())
    assert ids(on_disk) == ["top", "load", one, "tail"]
    assert "".join(cell_of(on_disk, one)["source"]) == "x"
    assert "".join(cell_of(on_disk, one)["outputs"][0]["text"]) == "1\n"
