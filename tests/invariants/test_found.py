"""What `test_invariants` has found: each once more, in as few steps as it takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.invariants.filed import Filed
from tests.invariants.live import Live
from tests.invariants.machine import notebook, users
from tests.invariants.rules import OUTPUTS


@pytest.fixture
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Live]:
    world = Live(tmp_path, notebook(getattr(request, "param", 5)))
    world.open()
    world.do(world.agent.begin(None, failed="keep"))
    yield world
    world.check_all()
    world.end()


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Filed]:
    world = Filed(tmp_path, notebook(5))
    world.do(world.agent.begin(None, failed="keep"))
    yield world
    world.check_all()
    world.end()


def begun(world: Any) -> str:
    """An action that runs; the name of its cell."""
    world.agent.open(False, 1)
    name = world.agent.current.name
    world.agent.propose()
    world.agent.decide(True)
    world.settle()
    return str(name)


def ended(world: Any, output: int = 0) -> None:
    world.agent.put_out(OUTPUTS[output])
    world.do(world.agent.end("ok"))
    world.settle()
    world.check_all()


def step(world: Any) -> str:
    name = begun(world)
    ended(world)
    return name


def test_half_an_action_leaves_no_cell_after_a_crash(filed: Filed) -> None:
    kept = step(filed)
    filed.agent.open(False, 3)
    filed.agent.stream(5)
    filed.desk.document.note()
    half = filed.agent.current
    filed.crash_and_resume()
    filed.do(filed.agent.finish())
    assert half
    assert filed.names() == ["u0", "u1", "u2", kept]


def test_what_the_user_typed_into_half_an_action_stays_after_a_crash(live: Live) -> None:
    live.agent.open(False, 3)
    live.agent.stream(8)
    live.settle()
    assert live.agent.current
    live.type(live.agent.current.name, 3, "\ue001")
    live.desk.document.note()
    live.crash_and_resume("page")
    assert [cell["source"] for cell in live.cells()][3:] == ["\ue001"]


def test_what_was_in_the_file_before_a_crash_and_is_deleted_there_after_it_does_not_come_back(filed: Filed) -> None:
    step(filed)
    filed.crash_and_resume()
    filed.write(lambda cells: cells.__delitem__(3), 1, True)
    step(filed)
    assert len(filed.names()) == 4


def test_an_approval_that_is_pending_in_a_cell_where_another_was_denied_is_there_after_a_crash(filed: Filed) -> None:
    filed.do(filed.agent.finish())
    filed.do(filed.agent.begin("u2"))
    filed.agent.open(False, 1)
    filed.agent.propose()
    filed.agent.decide(False)
    filed.agent.open(False, 1)
    filed.agent.propose()
    asked = filed.agent.current
    filed.desk.document.note()
    filed.crash_and_resume()
    assert asked
    assert filed.desk.document.source("u2") == asked.source


def test_a_deletion_of_the_users_holds_after_a_crash(live: Live) -> None:
    name = step(live)
    live.delete(name)
    live.crash_and_resume("page")
    step(live)
    assert name not in live.names()


def test_a_cell_of_the_users_that_is_to_be_rewritten_and_is_deleted_in_the_file_does_not_come_back(filed: Filed) -> None:
    assert filed.do(filed.agent.rewrite("u1", asks=True))
    assert filed.agent.decide(True)
    filed.write(lambda cells: cells.__delitem__(1), 1, True)
    ended(filed)
    assert filed.names() == ["u0", "u2"]


@pytest.mark.parametrize("how", ["edited", "deleted", "made prose"])
def test_a_rewrite_of_a_cell_that_the_user_changed_before_they_allowed_it_runs_below_it(live: Live, how: str) -> None:
    assert live.do(live.agent.rewrite("u1", asks=True))
    live.settle()
    match how:
        case "edited":
            live.type("u1", 0, "\ue001")
        case "deleted":
            live.delete("u1")
        case _:
            index = live.shown.index("u1")
            live.delete("u1")
            live.insert(index, {**users("markdown", 1, 5), "id": "u1"})
    assert live.agent.decide(True)
    ended(live)
    (ran,) = [cell for cell in live.cells() if "codeact" in cell["metadata"]]
    assert (ran["source"], ran["outputs"]) == ("a1 = 0  # rewritten", [OUTPUTS[0]])
    assert "replaces" not in ran["metadata"]["codeact"]


def test_outputs_of_a_long_absence_are_there_when_the_same_page_is_back(live: Live) -> None:
    name = begun(live)
    live.drop()
    ended(live)
    live.sleep(3600)
    live.connect()
    live.check_all()
    assert next(cell for cell in live.cells() if cell["id"] == name)["outputs"] == [OUTPUTS[0]]


def test_a_deletion_that_was_undone_after_a_save_is_undone_after_a_reload_too(live: Live) -> None:
    name = step(live)
    live.delete(name)
    step(live)
    live.undo()
    live.reload()
    live.check_all()
    assert name in live.names()


def test_a_save_of_another_page_than_was_asked_tells_nothing_of_what_it_holds(live: Live) -> None:
    live.lag = True
    name = step(live)
    live.second_tab()
    live.save(live.shown)
    live.lag = False
    live.settle()
    live.check_all()
    assert name in live.names()


@pytest.mark.parametrize("live", [4], indirect=True)
def test_before_4_5_a_run_goes_on_in_its_cells_after_a_revert(live: Live) -> None:
    name = begun(live)
    live.save(live.shown)
    live.settle()
    live.revert()
    ended(live)
    (cell,) = [cell for cell, each in zip(live.cells(), live.names(), strict=True) if each == name]
    assert cell["outputs"] == [OUTPUTS[0]]


def test_a_revert_does_not_bring_back_what_was_taken_out(live: Live) -> None:
    live.agent.open(False, 1)
    live.agent.stream(5)
    live.settle()
    live.save(live.shown)
    live.agent.lose()
    live.settle()
    live.revert()
    assert live.names() == ["u0", "u1", "u2"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_cell_that_is_given_back_keeps_the_tags_that_its_user_gave_it(tmp_path: Path, when: str) -> None:
    world = Live(tmp_path, notebook(5))
    world.open()
    world.do(world.agent.begin("u2"))
    world.agent.open(False, 1)
    world.settle()
    if when == "before":
        world.tag("u2")
    world.agent.lose()
    world.settle()
    if when == "after":
        world.tag("u2")
    world.save(world.shown)
    world.settle()
    world.reload()
    world.check_all()
    assert world.cells()[2]["metadata"] == {**users("empty", 2, 5)["metadata"], "tags": ["mine too"]}
    world.end()
