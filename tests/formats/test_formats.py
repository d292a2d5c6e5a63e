"""What holds of every format: it is named wherever formats are, and the model is shown a form that it takes."""

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from codeact_jupyter.cli.options import parser
from codeact_jupyter.config import WAYS
from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.formats import FORMATS, evaluated
from codeact_jupyter.ports import Answer, Code, Interrupt, Reply, Wait
from codeact_jupyter.prompt import WAITING, system

ROOT = Path(__file__).parents[2]
LABELLED = ("json", "text", "flow")
CALLS = re.compile(r'\{"(?:tool|call)": [^}]*\}|(?<=Action: )[a-z][^{]*?(?= End)|(?<=`)[a-z][^`]*(?=`)')


def test_a_format_is_known_wherever_formats_are_named() -> None:
    schema = json.loads((ROOT / "schema" / "plugin.json").read_text())["properties"]["format"]["oneOf"]
    assert tuple(FORMATS) == tuple(WAITING) == WAYS
    assert tuple(choice["const"] for choice in schema) == ("auto", *WAYS)
    for name in WAYS:
        assert parser().parse_args(["run", "n.ipynb", "x", "--format", name]).format == name


@pytest.mark.parametrize("name", LABELLED)
def test_the_example_that_a_model_is_told_is_an_action(name: str) -> None:
    told = system(name)
    example = told[told.index("Thought:") :].split("\n- ")[0]
    action = FORMATS[name]().parse(Reply(example), [])
    assert isinstance(action, Code) and not action.note
    compile(action.source, "example", "exec")


@pytest.mark.parametrize("name", LABELLED)
def test_how_to_wait_and_interrupt_is_told_as_it_is_taken(name: str) -> None:
    for words in (system(name).split("While an action still runs")[1], WAITING[name]):
        calls = CALLS.findall(words)
        actions = [FORMATS[name]().parse(Reply(f"Action: {call} End Action"), []) for call in calls]
        assert actions == [Wait(60), Interrupt()]


@pytest.mark.parametrize("name", LABELLED)
def test_what_an_action_becomes_is_documented_as_it_is(name: str) -> None:
    section = (ROOT / "docs" / "formats.md").read_text().split(f"\n## {name}\n")[1].split("\n## ")[0]
    (python,) = re.findall(r"```python\n(.*?)\n```", section, re.DOTALL)
    written = [fence or f"Action: {inline} End Action" for fence, inline in re.findall(r"```\n(.*?)```|`([^`\n]+)`", section, re.DOTALL)]
    sources = []
    for reply in written:
        with suppress(ActionParseError):  # of what stands between ticks not all is an action
            action = FORMATS[name]().parse(Reply(reply), [])
            sources += [action.source] if isinstance(action, Code) else []
    assert python in sources


@pytest.mark.parametrize("name", WAYS)
def test_an_answer_with_its_label_is_taken_by_each_that_is_evaluated(name: str) -> None:
    answer = evaluated(name, ["f"]).parse(Reply("Answer: 4" if name != "tool" else "4"), [])
    assert answer == Answer("4")
