"""Notebooks and scripts of a run: valid whatever it put out, with nothing of the answer lost."""

import json
from typing import Any

import nbformat
import pytest

from codeact_jupyter.events import ActionDecided, RunFinished
from codeact_jupyter.export.documents import ending, kept_steps, notebook, prose, script, why
from codeact_jupyter.export.hiding import Hiding
from codeact_jupyter.export.secrets import Secrets
from codeact_jupyter.export.trajectory import Trajectory
from tests.export.events import action, answer, limit, run

NAME_ERROR = {"status": "error", "text": "[error]\nNameError: x"}


def cells(made: Trajectory) -> list[Any]:
    """Of the notebook, which is valid."""
    found = nbformat.reads(notebook(made), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    nbformat.validate(found)
    return list(found.cells)


def showing(*outputs: dict[str, Any]) -> Trajectory:
    """A run whose one cell shows these."""
    made = run(action(1), answer())
    return Trajectory(made.run, made.began, made.events, outputs=lambda: {("cell-1", "f()"): outputs})


def test_outputs_of_every_kind_stay_and_are_counted_as_the_cells_are() -> None:
    data = {"text/plain": ["a\n", "b"], "application/json": [1, {"a": "b"}], "application/vnd.x+json": {"x": [1]}, "image/png": "aGk="}
    outputs = (
        {"output_type": "stream", "name": "stderr", "text": ["one\n", "two"]},
        {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 17},
        {"output_type": "display_data", "data": {"text/html": "<b>x</b>"}, "transient": {"display_id": "d"}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
    )
    _, cell, _ = cells(Hiding(Secrets())(showing(*outputs)))
    assert [output.output_type for output in cell.outputs] == ["stream", "execute_result", "display_data", "error"]
    assert cell.outputs[0].text == "one\ntwo"
    assert cell.outputs[1].data == {**data, "text/plain": "a\nb"}, "a list that JSON holds is no text in lines"
    assert cell.outputs[1].execution_count == cell.execution_count == 1


def test_a_cell_without_recorded_outputs_shows_what_the_model_was_told() -> None:
    made = run(action(1, text="7\n"), answer())
    assert [output.text for output in cells(made)[1].outputs] == ["7\n"]


def test_half_a_character_in_an_output_is_spelt_out() -> None:
    text = notebook(showing({"output_type": "stream", "name": "stdout", "text": "\ud83d"}))
    assert text.encode()
    assert json.loads(text)["cells"][1]["outputs"][0]["text"] == "\ud83d"


def test_of_a_cell_that_was_written_again_the_last_stays_in_the_place_of_the_first() -> None:
    first, second = action(1, "x = 1"), action(2, "y = 2")
    again = [event.model_copy(update={"cell_id": "cell-1"}) if hasattr(event, "cell_id") else event for event in action(3, "x = 3")]
    made = run(first, second, action(4, "z", **NAME_ERROR), again, answer())
    assert [step.code for step in kept_steps(made)] == ["x = 3", "y = 2"]
    text = script(made)
    assert "# Step 1, left out (its cell was written again). A step." in text
    assert "# Step 3, left out (NameError). A step." in text
    assert "x = 1" not in text


def test_the_edit_that_the_user_allowed_is_what_stands_there() -> None:
    events = [
        event.model_copy(update={"code": "edited()"}) if isinstance(event, ActionDecided) else event for event in action(1, "proposed()")
    ]
    made = run(events, answer())
    assert cells(made)[1].source == "edited()"
    assert "proposed" not in script(made)


@pytest.mark.parametrize(
    "text",
    [
        "Summary:\nAction: call Bob.\nThanks.",
        "Put code between `<execute>` and `</execute>`.",
        "Two things.\n\n- one\n- two",
        "Action: hold. End Action is not meant.",
    ],
)
def test_an_answer_stands_whole_whatever_words_are_in_it(text: str) -> None:
    made = run(action(1), answer(text))
    assert ending(made) == f"## Answer\n\n{text}"
    assert text in cells(made)[-1].source


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ([], "## No answer\n\nThe run was cut off."),
        (limit(), "## No answer (limit)\n\nNo answer after 2 steps. Ask on."),
        ([RunFinished(reason="limit", answer="About 7.", message="m")], "## Last words (limit)\n\nAbout 7."),
        ([RunFinished(reason="stopped")], "## No answer (stopped)"),
        ([RunFinished(reason="failed", message="No model.")], "## No answer (failed)\n\nNo model."),
    ],
)
def test_how_a_run_ended_is_told(end: list[RunFinished], told: str) -> None:
    assert ending(run(action(1), *end)) == told


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("I add.\n\n<execute>\n1\n</execute>", "I add."),
        ("I add.\n<execute scratch>\n1", "I add."),
        ("Action: I load the data.\n\n<execute>\n1\n</execute>", "Action: I load the data."),
        ("Thought: I add.\nAction:\n1 + 1\nEnd Action", "Thought: I add."),
        ('Thought: I add. Action: {"tool": "f", "args": []} End Action', "Thought: I add."),
        ("Thought: I add.\n**Action:** f, 1 **End Action**", "Thought: I add."),
        ("Thought: I add.\nAction: f, 1", "Thought: I add."),
        ("<thought>I add.</thought><execute>1</execute>", "I add."),
    ],
)
def test_what_a_reply_says_is_told_without_its_action(reply: str, said: str) -> None:
    assert prose(reply) == said


def test_a_step_that_was_left_out_says_why() -> None:
    texts = {"Traceback\nKeyError: 'a'\nDuring\nValueError: b": "ValueError", "no name in it": "error"}
    for text, word in texts.items():
        assert why(run(action(1, status="error", text=text)).steps[0]) == word
    assert why(run(action(1)[:3]).steps[0]) == "not observed"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = 1", "x = 1"),
        ("%time f()", "get_ipython().run_line_magic('time', 'f()')"),
        ("!ls", "get_ipython().system('ls')"),
        ("%%bash\nls", "get_ipython().run_cell_magic('bash', '', 'ls\\n')"),
        ("page = await get()", "get_ipython().run_cell('page = await get()')"),
        ("%pwd\nawait get()", "get_ipython().run_cell('%pwd\\nawait get()')"),
        ("async def f():\n    await g()", "async def f():\n    await g()"),
    ],
)
def test_a_script_is_python_whatever_the_cells_held(code: str, line: str) -> None:
    text = script(run(action(1, code), answer(), text="Do it\r\nnow\x0cor\u2028never"))
    compile(text, "script", "exec")
    assert f"# Step 1. A step.\n{line}\n\n# Answer" in text


def test_imports_that_only_a_beginning_may_have_stand_at_the_beginning_of_a_script() -> None:
    late = "'é'; from __future__ import (\n    annotations,\n); y: nowhere = 2; z = y"
    made = run(action(1, "x = 1"), action(2, "from __future__ import annotations"), action(3, late), answer())
    text = script(made)
    names: dict[str, object] = {}
    exec(compile(text, "script", "exec"), names)
    assert (names["x"], names["z"]) == (1, 2)
    assert text.count("from __future__") == 1
    assert text.index("from __future__") < text.index("x = 1")
