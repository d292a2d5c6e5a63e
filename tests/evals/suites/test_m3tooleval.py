"""M3ToolEval from a clone: tools in a real kernel, answers nowhere near it.

The clone here is a small one of the same shape.  Where `CODEACT_M3TOOLEVAL` names a clone of the real repository, its tasks are tried too.
"""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.suites import load
from codeact_jupyter.evals.suites.m3tooleval import ToolSuite
from codeact_jupyter.evals.task import Look, Score, Task
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.testing import ScriptedServer, say
from tests.evals.suites.gold import Gold, gold_of, rows, wrong
from tests.evals.suites.m3clone import BY_HAND, FACTS, small

REAL = os.environ.get("CODEACT_M3TOOLEVAL", "")
needs_real = pytest.mark.skipif(not REAL, reason="CODEACT_M3TOOLEVAL names no clone of the reference repository")


def suite_of(clone: Path) -> ToolSuite:
    suite = load("m3tooleval", clone)
    assert isinstance(suite, ToolSuite)
    return suite


@pytest.fixture
def suite(tmp_path: Path) -> ToolSuite:
    return suite_of(small(tmp_path))


def test_tasks_are_read_from_the_clone_with_their_tools_as_they_are_advertised(suite: ToolSuite) -> None:
    assert suite.names() == ("letters/mirrored", "letters/total", "letters/many", "cabinet/lamp", "cabinet/rug", "cabinet/secret")
    task = suite.task("letters/total")
    assert task.expected == 12.5
    assert task.brief.instruction.startswith("What is the sum of 3, 4 and 5.5?")
    assert [tool.name for tool in task.brief.tools] == ["double", "mirror", "sum"]
    assert task.brief.tools[0].description == "Doubles each letter. Arguments: word (str)"
    assert task.brief.tools[0].signature == "double(word: str) -> str"
    assert not task.brief.context
    with pytest.raises(SuiteError, match="no task"):
        suite.task("letters/other")


def test_the_clone_may_be_named_by_its_root_or_by_its_folder_of_tasks(tmp_path: Path) -> None:
    clone = small(tmp_path)
    assert suite_of(clone / "scripts" / "eval" / "m3tooleval").names() == suite_of(clone).names()
    assert not list(clone.rglob("__pycache__"))


def test_what_is_no_clone_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="Clone https"):
        load("m3tooleval", None)
    with pytest.raises(SuiteError, match="--data"):
        load("m3tooleval", tmp_path)
    clone = small(tmp_path)
    (clone / "scripts" / "eval" / "m3tooleval" / "tasks" / "impl" / "letters.py").write_text("1 / 0")
    with pytest.raises(SuiteError, match="ZeroDivisionError"):
        load("m3tooleval", clone)


def test_the_harness_does_not_import_the_clone_nor_prints_its_answers(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    suite = suite_of(small(tmp_path))
    suite.task("cabinet/lamp")
    printed = capfd.readouterr()
    assert not printed.out + printed.err


@pytest.mark.parametrize("format", ["code", "json", "text", "flow", "tool"])
async def test_gold_actions_reach_what_a_format_allows_and_code_composes(suite: ToolSuite, tmp_path: Path, format: str) -> None:
    gold = gold_of(tmp_path / "code-act" / "scripts" / "eval" / "m3tooleval") | BY_HAND
    if format not in ("code", "json"):
        gold = {name: gold[name] for name in ("letters/mirrored", "letters/many", "cabinet/rug")}
    done = {row.task: row for row in await rows(tmp_path, suite, format, Gold(suite, gold, format), list(gold))}
    # one call a turn, ten turns, ten calls: there is none left for the answer
    beyond = {"letters/many"} if format in ("json", "text") else set()
    assert {name for name, row in done.items() if not row.success_reference} == beyond
    assert {name for name, row in done.items() if not row.success_fixed} == beyond
    composes = format in ("code", "flow", "tool")
    calls = {name: 1 if composes else min(len(known["calls"]), 10) for name, known in gold.items()}
    assert {name: row.turns - (row.end == "answered") for name, row in done.items()} == calls
    assert all(row.error_turns == 0 and row.invalid == 0 for row in done.values())


@pytest.mark.parametrize("format", ["code", "json", "text"])
async def test_a_wrong_answer_is_never_right_and_is_tried_until_the_limit(suite: ToolSuite, tmp_path: Path, format: str) -> None:
    done = await rows(tmp_path, suite, format, wrong, suite.names()[1:4])
    assert Counter((row.success_reference, row.success_fixed, row.end, row.turns) for row in done) == {(False, False, "limit", 10): 3}


class Searched:
    """A task that looks through its kernel for texts, once its tools are there."""

    def __init__(self, task: Task, texts: list[str]):
        self.name, self.checking, self.brief, self._texts = task.name, task.checking, task.brief, texts
        self.found: list[str] | None = None

    async def score(self, answer: str | None, look: Look) -> Score:
        looked = await look(SEARCH.format(texts=[list(text.encode()) for text in self._texts]))
        assert looked.ok, looked.text
        self.found = json.loads(looked.text)
        return Score(True, True)


SEARCH = """
def _search(texts):
    import gc, json, os, sys
    seen, todo, held = set(), [sys.modules, globals(), dict(os.environ), sys.argv, os.getcwd(), *gc.get_objects()], []
    ours = {{id(texts)}}
    while todo:
        thing = todo.pop()
        if id(thing) in seen or id(thing) in ours:
            continue
        seen.add(id(thing))
        if isinstance(thing, (str, bytes)):
            held.append(thing if isinstance(thing, str) else thing.decode("latin-1"))
        elif isinstance(thing, (int, float)):
            held.append(str(thing))
        else:
            todo.extend(gc.get_referents(thing))
    sought = [bytes(text).decode() for text in texts]
    print(json.dumps([text for text in sought if any(text in one for one in held)]))
_search({texts})
"""


async def found_in_kernel(task: Task, action: str, texts: list[str], folder: Path) -> list[str]:
    searched = Searched(task, texts)
    async with ScriptedServer([say(f"Action:\n{action}\nEnd Action"), say("Answer: 1")]) as model:
        settings = Settings(model="m", base_url=model.url, timeout=30)
        row = await Trial(searched, Condition("m3tooleval", "code", settings, wall=120), folder / "events.jsonl").run()
    assert row.end == "answered", row.message
    assert row.error_turns == 0
    assert searched.found is not None
    return searched.found


async def test_no_answer_and_no_path_of_the_clone_is_in_the_kernel(suite: ToolSuite, tmp_path: Path) -> None:
    answer = str(suite.task("letters/mirrored").expected)
    found = await found_in_kernel(suite.task("letters/total"), "print(sum(1, 2))", [answer, str(tmp_path), "mirror"], tmp_path)
    assert found == ["mirror"]  # what is there is found
    texts = [FACTS["secret"], FACTS["lamp"], "facts.json", str(tmp_path)]
    assert await found_in_kernel(suite.task("cabinet/secret"), "print(read())", texts, tmp_path) == [FACTS["lamp"]]  # in a drawer


async def test_tools_need_nothing_of_the_clone_once_it_was_read(tmp_path: Path) -> None:
    clone = small(tmp_path)
    suite = suite_of(clone)
    brief = suite.task("cabinet/lamp").brief
    shutil.rmtree(clone)
    assert str(clone) not in brief.setup
    done = await rows(tmp_path, suite, "json", Gold(suite, {"cabinet/rug": BY_HAND["cabinet/rug"]}, "json"), ["cabinet/rug"])
    assert done[0].success_reference


@needs_real
def test_all_82_tasks_of_the_real_clone_are_there_and_ship_no_answers() -> None:
    suite = suite_of(Path(REAL))
    families = Counter(name.split("/")[0] for name in suite.names())
    assert list(families.values()) == [8, 8, 17, 15, 34]
    for name in suite.names():
        setup = suite.task(name).brief.setup
        assert not any(word in setup for word in (REAL, "expected_output", "METADATA", "metadata.json", "complex_operation", "TASKS"))


@needs_real
@pytest.mark.timeout(1800)
async def test_no_answer_of_the_real_clone_is_in_the_kernel(tmp_path: Path) -> None:
    suite = suite_of(Path(REAL))
    asked = [("message_decoder", "print(string_length('abc'))"), ("trade_calculator", "print(find_minimum(1, 2))")]
    asked += [("travel_itinerary_planning", "print(sum(1, 2))"), ("web_browsing", "print(view())")]
    for family, action in asked:
        tasks = [suite.task(name) for name in suite.names() if name.startswith(family)]
        # pages hold what single facts are asked for; the sums of prices are nowhere
        texts = [str(task.expected) for task in tasks if family != "web_browsing" or "total_price" in task.name]
        assert await found_in_kernel(tasks[0], action, [text for text in texts if len(text) > 5] + [REAL], tmp_path) == []


@needs_real
@pytest.mark.timeout(1800)
async def test_gold_is_right_in_the_real_clone(tmp_path: Path) -> None:
    """A task of each family here; all of them take half an hour."""
    suite = suite_of(Path(REAL))
    root = Path(REAL) / "scripts" / "eval" / "m3tooleval"
    gold = gold_of(root if root.exists() else Path(REAL))
    names = [name for number, name in enumerate(gold) if number % 12 == 4]
    for format in ("code", "json"):
        done = await rows(tmp_path, suite, format, Gold(suite, gold, format), names)
        assert [row.task for row in done if not row.success_reference] == []
