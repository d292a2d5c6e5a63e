"""`jupyter codeact run … --format`: the other ways to act, from a command line."""

import json

import pytest

from codeact_jupyter.testing import ScriptedServer, say
from tests.commandline import Place

IN_FORMAT = {
    "json": 'Thought: I count.\nAction: {"tool": "len", "args": ["a, b"]} End Action',
    "text": "Thought: I count.\nAction: round, 3.6 End Action",
    "flow": "Thought: I count.\n"
    + f"Action:\n{json.dumps([{'set': 'n', 'call': 'len', 'args': ['abcd']}, {'print': {'var': 'n'}}])}\nEnd Action",
}
SOURCES = {"json": "len('a, b')", "text": "round(3.6)", "flow": "n = len('abcd')\nprint(n)"}


@pytest.mark.parametrize("name", IN_FORMAT)
def test_a_run_acts_in_the_format_that_is_named(place: Place, name: str) -> None:
    with ScriptedServer([say(IN_FORMAT[name]), say("Thought: so.\nAnswer: It is 4.")]) as model:
        result = place.ask(model, "--format", name, "--events", "events.jsonl")
    assert (result.returncode, result.stdout) == (0, "It is 4.\n"), result.stderr
    assert [cell.source for cell in place.cells()] == [SOURCES[name]]
    assert [line["event"]["format"] for line in place.events() if line["event"]["type"] == "user_asked"] == [name]
    lines = result.stderr.splitlines()
    assert lines[2:] == ["step 1 I count.", *(f"    {line}" for line in SOURCES[name].splitlines()), "  ✓ 4", "Answered in 2 steps."]
