"""What a run may rewrite, and what it leaves behind when it ends; over both mounts."""

from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.errors import CellRefused
from codeact_jupyter.events import ActionDecided, ActionProposed, Event, ModelReplied, Observed
from codeact_jupyter.notebook.cells import Author, RunCells
from codeact_jupyter.notebook.seen import Seen
from codeact_jupyter.ports import Code
from tests.notebook.mounts import Desk, File, Live, code, notebook, user_cells
from tests.notebook.test_mounts import ERROR, cell_of, ids, stream


class Work:
    """Runs in one mounted notebook, step by step, as loop and kernel do it."""

    def __init__(self, mount: Live | File) -> None:
        self.mount = mount
        self.history: list[Event] = []
        self.begin()

    def begin(self, anchor: str | None = "load", **author: Any) -> None:
        self.run = RunCells(Desk(self.mount), Author(f"r{len(self.history)}", "m", **author), anchor, Seen(self.history))

    def tell(self, event: Event) -> None:
        self.history.append(event)
        self.run.heard(event)

    async def act(self, action: Code, *outputs: dict[str, Any], status: Any = "ok") -> str:
        self.tell(ModelReplied(text=action.source))
        cell_id = self.run.open_cell(action)
        self.run.write(cell_id, action.source)
        action_id = f"a{len(self.history)}"
        self.tell(ActionProposed(action_id=action_id, code=action.source, cell_id=cell_id))
        self.tell(ActionDecided(action_id=action_id, decision="allow", by="policy", code=action.source))
        sink = self.run.sink(cell_id)
        sink.running()
        for output in outputs:
            sink.append(output)
        sink.ended(1)
        self.tell(Observed(action_id=action_id, status=status, text=""))
        await self.run.save()
        return cell_id

    def sources(self) -> list[str]:
        return [cell["source"] for cell in self.mount.content()["cells"]]

    def cell(self, cell_id: str) -> Any:
        return cell_of(self.mount.content(), cell_id)


@pytest.fixture(params=[Live, File], ids=["live", "file"])
async def work(request: pytest.FixtureRequest, tmp_path: Path) -> Work:
    mount = request.param(notebook(*user_cells()), tmp_path)
    await mount.open()
    return Work(mount)


async def failed_then_mended(work: Work) -> tuple[str, str]:
    bad = await work.act(Code("x['x']"), stream("so far"), ERROR, status="error")
    return bad, await work.act(Code("x = 1"))


async def test_a_failed_attempt_that_was_mended_is_folded_to_its_error(work: Work) -> None:
    bad, good = await failed_then_mended(work)
    await work.run.finish()
    assert work.cell(bad)["metadata"]["codeact"]["fold"] == "KeyError: 'x'"
    assert (work.cell(bad)["source"], work.cell(bad)["outputs"]) == ("x['x']", [stream("so far"), ERROR])
    assert "fold" not in work.cell(good)["metadata"]["codeact"]


async def test_failed_attempts_are_removed_or_kept_if_that_is_wanted(work: Work) -> None:
    work.begin(failed="remove")
    bad, good = await failed_then_mended(work)
    await work.run.finish()
    assert ids(work.mount.content()) == ["top", "load", good, "tail"]
    work.begin(failed="keep")
    bad, _ = await failed_then_mended(work)
    await work.run.finish()
    assert "fold" not in work.cell(bad)["metadata"]["codeact"]


async def test_a_failure_that_nothing_mended_stays_in_sight(work: Work) -> None:
    await work.act(Code("x = 1"))
    bad = await work.act(Code("x['x']"), ERROR, status="error")
    await work.run.finish()
    assert "fold" not in work.cell(bad)["metadata"]["codeact"]


async def test_a_removed_attempt_that_the_user_typed_into_stays_as_theirs(work: Work) -> None:
    work.begin(failed="remove")
    bad, _ = await failed_then_mended(work)
    work.mount.edit(bad, 0, "# mine\n")
    await work.mount.exchange()
    await work.run.finish()
    assert work.cell(bad)["source"].startswith("# mine\n")


async def test_a_scratch_cell_is_marked_and_gone_at_the_end(work: Work) -> None:
    look = await work.act(Code("df.head()", scratch=True), stream("rows"))
    kept = await work.act(Code("df.mean()"))
    assert work.cell(look)["metadata"]["codeact"]["scratch"] is True
    await work.run.finish()
    assert ids(work.mount.content()) == ["top", "load", kept, "tail"]


async def test_scratch_cells_stay_if_that_is_wanted(work: Work) -> None:
    work.begin(keep_scratch=True)
    look = await work.act(Code("df.head()", scratch=True))
    await work.run.finish()
    assert look in ids(work.mount.content())


async def test_looking_around_does_not_take_the_users_empty_cell(work: Work) -> None:
    work.mount.insert(1, code("empty"))
    await work.mount.exchange()
    work.begin(anchor="empty")
    look = await work.act(Code("1", scratch=True))
    assert look != "empty"
    assert await work.act(Code("x = 1")) == "empty"  # what stays may take it
    below = await work.act(Code("x = 2"))
    await work.run.finish()
    assert ids(work.mount.content()) == ["top", "empty", below, "load", "tail"]


async def test_a_cell_of_the_agents_is_rewritten_in_its_place(work: Work) -> None:
    first = await work.act(Code("x = 1"), stream("one"))
    second = await work.act(Code("y = 1"))
    work.begin()  # also in a later run
    assert await work.act(Code("x = 2", cell_id=first[:8]), stream("two")) == first
    await work.run.finish()
    assert ids(work.mount.content()) == ["top", "load", first, second, "tail"]
    assert (work.cell(first)["source"], work.cell(first)["outputs"]) == ("x = 2", [stream("two")])


async def test_a_cell_that_the_request_is_about_is_rewritten_and_keeps_its_metadata(work: Work) -> None:
    seen = Seen()
    seen.shown({"tail": "print('end')"})
    work.run = RunCells(Desk(work.mount), Author("r", "m"), "load", seen)
    await work.act(Code("print('END')", cell_id="tail"))
    cell = work.cell("tail")
    assert (cell["source"], cell["metadata"]["mine"], cell["metadata"]["collapsed"]) == ("print('END')", {"x": [1, 2]}, True)
    assert ids(work.mount.content()) == ["top", "load", "tail"]


@pytest.mark.parametrize(("wanted", "why"), [("load", "not yours"), ("nowhere", "no cell"), ("top", "not yours"), ("t", "several")])
async def test_no_other_cell_may_be_rewritten(work: Work, wanted: str, why: str) -> None:
    before = work.mount.content()
    with pytest.raises(CellRefused, match=why):
        work.run.open_cell(Code("x", cell_id=wanted))
    assert work.mount.content() == before


async def test_a_cell_that_the_user_changed_since_is_not_rewritten_but_told(work: Work) -> None:
    first = await work.act(Code("x = 1"))
    work.mount.edit(first, 0, "# mine\n")
    await work.mount.exchange()
    with pytest.raises(CellRefused, match=r"(?s)has changed.*# mine\nx = 1"):
        work.run.open_cell(Code("x = 2", cell_id=first))
    assert work.cell(first)["source"] == "# mine\nx = 1"
    assert await work.act(Code("# mine\nx = 2", cell_id=first)) == first  # now it knows


async def test_a_locked_cell_is_not_rewritten(work: Work) -> None:
    work.mount.insert(1, code("locked", "x", metadata={"editable": False}))
    await work.mount.exchange()
    seen = Seen()
    seen.shown({"locked": "x"})
    work.run = RunCells(Desk(work.mount), Author("r", "m"), "load", seen)
    with pytest.raises(CellRefused, match="locked"):
        work.run.open_cell(Code("y", cell_id="locked"))
