"""What a run leaves in the notebook, end to end: a scripted model, a real kernel, a real file."""

from dataclasses import replace

from codeact_jupyter.session.session import Request
from codeact_jupyter.testing import ScriptedServer, say
from codeact_jupyter.testing.builders import code
from tests.scenes import Scene


def act(source: str, tag: str = "") -> str:
    return f"Next step.\n\n<execute{tag and ' ' + tag}>\n{source}\n</execute>"


async def test_scratch_runs_is_recorded_and_leaves_no_cell(scene: Scene) -> None:
    outcome = await scene.work([say(act("x = 20 + 1\nprint(x)", "scratch")), say(act("print(x * 2)")), say("42.")])
    assert scene.sources() == ["print(x * 2)"]
    proposed = [event for event in outcome.events if event.type == "action_proposed"]
    assert [event.scratch for event in proposed] == [True, False]
    assert [text for _, text in outcome.observed()] == ["21", "42"]


async def test_a_failed_attempt_is_folded_in_the_file_and_whole_in_the_record(scene: Scene) -> None:
    outcome = await scene.work([say(act("1 / 0")), say(act("1 / 1")), say("1.")])
    bad, good = scene.cells()
    assert bad.metadata.codeact.fold == "ZeroDivisionError: division by zero"
    assert bad.outputs[0].ename == "ZeroDivisionError"
    assert "fold" not in good.metadata.codeact
    assert outcome.observed()[0][0] == "error"


async def test_failed_attempts_are_removed_if_set_so(scene: Scene) -> None:
    await scene.work([say(act("1 / 0")), say(act("1 / 1")), say("1.")], tidy="remove")
    assert scene.sources() == ["1 / 1"]


async def test_the_model_rewrites_its_own_cell_in_a_later_run(scene: Scene) -> None:
    await scene.work([say(act("x = 1")), say("Done.")])
    (cell,) = scene.cells()
    await scene.work([say(act("x = 2\nprint(x)", f'cell="{cell.id}"')), say("2.")])
    (again,) = scene.cells()
    assert (again.id, again.source, again.outputs[0].text) == (cell.id, "x = 2\nprint(x)", "2\n")


async def test_a_cell_of_the_users_is_not_rewritten_unless_the_request_is_about_it(scene: Scene) -> None:
    scene.put("total = 1")
    outcome = await scene.work([say(act("total = 2", 'cell="c1"')), say("I cannot.")])
    assert scene.sources() == ["total = 1"]
    ((status, text),) = outcome.observed()
    assert status == "rejected"
    assert "not yours" in text


async def test_the_cells_of_a_request_are_shown_whole_with_their_error_and_may_be_rewritten(scene: Scene) -> None:
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'y' is not defined", "traceback": ["NameError: name 'y'"]}
    scene.put(code("x = 1"), {**code("z = x + y", error), "metadata": {"mine": 1}})
    async with ScriptedServer([say(act("z = x + 1", 'cell="c2"')), say("Fixed.")]) as model:
        scene.settings = replace(scene.settings, base_url=model.url)
        await scene.desk.open()
        task = scene.session.start(Request("run", "Fix this error", cells=("c2",), allowed=("edit_cell",)))
        assert task
        await task
        asked = model.requests[0]["messages"][-1]["content"]
    assert "Cell c2 [1]\n```python\nz = x + y\n```\nIts outputs:\n[error]\nNameError: name 'y'" in asked
    first, second = scene.cells()
    assert (first.source, second.source, second.metadata.mine) == ("x = 1", "z = x + 1", 1)
    assert second.outputs[0].output_type == "error"  # x was never run: the kernel is new
