"""API-Bank from a clone: the call runs in a real kernel, and is judged by the benchmark's own code and by what it means.

The clone here is a small one of the same shape.  Where `CODEACT_APIBANK` names a clone of the real repository, its calls are tried too.
"""

import asyncio
import contextlib
import itertools
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import ActionParseError, SuiteError
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.suites import load
from codeact_jupyter.evals.suites.apibank import CallSuite, CallTask
from codeact_jupyter.evals.suites.apibank.rules import as_described, same_call
from codeact_jupyter.evals.task import Looked, Score
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.formats import evaluated
from codeact_jupyter.ports import Code, Reply
from codeact_jupyter.testing import ScriptedServer, say
from tests.evals.suites.apiclone import small

REAL = os.environ.get("CODEACT_APIBANK", "")
needs_real = pytest.mark.skipif(not REAL, reason="CODEACT_APIBANK names no clone of the benchmark")


def suite_of(clone: Path) -> CallSuite:
    suite = load("apibank", clone)
    assert isinstance(suite, CallSuite)
    return suite


@pytest.fixture
def suite(tmp_path: Path) -> CallSuite:
    return suite_of(small(tmp_path))


def written(format: str, task: CallTask, name: str, given: Mapping[str, Any]) -> str:
    """A call as a reply in a format."""
    if format == "code":
        return f"Action:\n{name}({', '.join(f'{key}={value!r}' for key, value in given.items())})\nEnd Action"
    order = list(task.world["apis"][name]["parameters"])
    args = [given[key] for key in order if key in given]
    if format == "text":
        return f"Action: {', '.join(map(str, (name, *args)))} End Action"
    if list(given) != order[: len(given)]:  # there are no names for arguments but in an object
        args = [dict(given)]
    if format == "flow":
        return f"Action: {json.dumps([{'call': name, 'args': args}])} End Action"
    return f"Action: {json.dumps({'tool': name, 'args': args})} End Action"


def gold(format: str, task: CallTask) -> str:
    name = task.gold["name"]
    return written(format, task, name, as_described(task.gold["given"], task.world["apis"][name]["parameters"]))


async def tried(folder: Path, task: CallTask, reply: str, format: str = "code") -> Row:
    async with ScriptedServer(itertools.repeat(say(reply))) as model:
        settings = Settings(model="m", base_url=model.url, max_steps=10, timeout=30)
        return await Trial(task, Condition("apibank", format, settings, wall=120), folder / "events.jsonl").run()


def test_each_call_of_each_dialogue_is_a_task_that_tells_what_was_before(suite: CallSuite) -> None:
    assert suite.names() == (
        "AddNote-level-2-1/2",
        "AddNote-level-2-1/5",
        "CountNotes-level-1-1/1",
        "CountNotes-level-1-2/1",
        "Today-level-1-1/1",
        "Weather-level-1-1/1",
    )
    task = suite.task("AddNote-level-2-1/5")
    assert task.brief.instruction.splitlines()[2:-2] == [
        "User: Note for me, shared: buy green paint today; three stars, tags paint and shop. My token is t-1.",
        "You: I do that.",
        "You called AddNote with token = t-1, content = buy green paint today, stars = 3, tags = ['paint', 'shop'], shared = True. "
        "It gave: success",
        "You: It is noted.",
        "User: How many notes do I have now?",
    ]
    assert [tool.signature for tool in task.brief.tools] == [
        "AddNote(token: str, content: str, stars: int, tags: list(str), shared: bool)",
        "CountNotes(token: str)",
    ]
    assert "stars (int): How much it matters." in task.brief.tools[0].description
    assert task.brief.max_steps == 1
    with pytest.raises(SuiteError, match="no task"):
        suite.task("AddNote-level-2-1/3")


def test_what_is_no_clone_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="--data"):
        load("apibank", None)
    with pytest.raises(SuiteError, match="api-bank"):
        load("apibank", tmp_path)


@pytest.mark.parametrize(
    "file, content, words",
    [
        ("lv1-lv2-samples/level-1-given-desc/Today-level-1-1.jsonl", b'{"role": "User", "te', "line 1 is no JSON"),
        ("lv1-lv2-samples/level-1-given-desc/Today-level-1-1.jsonl", b"version https://git-lfs", "Is the clone whole"),
        ("lv1-lv2-samples/level-1-given-desc/Today-level-1-1.jsonl", b'\n{"role": "API"}', "line 2 is no line of a dialogue"),
        ("lv1-lv2-samples/level-1-given-desc/Today-level-1-1.jsonl", b"[1]", "line 1 is no line of a dialogue"),
        ("lv1-lv2-samples/level-1-given-desc/Today-level-1-1.jsonl", b"\xff", "cannot be read"),
        ("apis/today.py", b"class Today(", "is no Python"),
        ("init_database/Notes.json", b"{", "is no JSON"),
    ],
)
def test_a_clone_that_is_not_whole_is_refused_with_the_file(tmp_path: Path, file: str, content: bytes, words: str) -> None:
    clone = small(tmp_path)
    (clone / "api-bank" / file).write_bytes(content)
    with pytest.raises(SuiteError, match=words) as refused:
        suite_of(clone).task("AddNote-level-2-1/2")
    assert Path(file).name in str(refused.value)


@pytest.mark.parametrize("format", ["code", "json", "flow", "text"])
async def test_the_gold_call_is_right_and_takes_one_reply(suite: CallSuite, tmp_path: Path, format: str) -> None:
    task = suite.task("AddNote-level-2-1/2")
    row = await tried(tmp_path, task, gold(format, task), format)
    assert (row.turns, row.actions, row.end, row.detail["calls"]) == (1, 1, "limit", 1), row.message
    assert row.success_fixed is (format != "text")  # an argument in text cannot hold a comma


async def test_the_reference_rule_takes_the_databases_as_they_were_before_the_dialogue(suite: CallSuite, tmp_path: Path) -> None:
    """Two notes are there after the dialogue's first call, one in fresh databases: by the benchmark's code the right call is wrong."""
    row = await tried(tmp_path, suite.task("AddNote-level-2-1/5"), gold("code", suite.task("AddNote-level-2-1/5")))
    assert (row.success_reference, row.success_fixed, row.detail["same_outcome"]) == (False, True, True)


async def test_a_call_without_arguments_is_one(suite: CallSuite) -> None:
    score = await judged(suite.task("Today-level-1-1/1"), "Today()")
    assert (score.reference, score.fixed) == (True, True)


@pytest.mark.parametrize(
    "action, by_reference, by_meaning",
    [
        ("AddNote('t-1', 'buy green paint today', 3, ['paint', 'shop'], True)", True, True),
        ("AddNote('t-1', 'buy green paint today', stars='3', tags=\"['paint', 'shop']\", shared='True')", False, True),
        ("AddNote('t-1', 'Buy green paint', 3, ['shop', 'paint'], True)", False, True),
        ("AddNote('t-2', 'buy green paint today', 3, ['paint', 'shop'], True)", False, False),
        ("AddNote('t-1', 'something else', 3, ['paint', 'shop'], True)", True, False),
        ("AddNote('t-1', 'buy green paint today', 4, ['paint', 'shop'], True)", False, False),
        # another argument, the same outcome
        ("AddNote('t-1', 'buy green paint today', 3, ['paint'], False)", False, True),
        ("AddNote('t-1', 'buy green paint today')", False, False),
        ("AddNote(nothing='t-1')", False, False),
        ("CountNotes('t-1')", False, False),
        ("CountNotes('t-1')\nAddNote('t-1', 'buy green paint today', 3, ['paint', 'shop'], True)", False, False),
        ("print('AddNote')", False, False),
        ("del _codeact_told", False, False),
    ],
)
async def test_a_call_is_judged_by_name_arguments_and_outcome(suite: CallSuite, action: str, by_reference: bool, by_meaning: bool) -> None:
    score = await judged(suite.task("AddNote-level-2-1/2"), action)
    assert (score.reference, score.fixed) == (by_reference, by_meaning), score.detail


async def judged(task: CallTask, source: str) -> Score:
    """Without a kernel: what the setup makes is used in this process."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(task.brief.setup, space)
    with contextlib.suppress(Exception):
        exec(source, space)

    async def look(code: str) -> Looked:
        return Looked(True, space["_codeact_told"]()) if "_codeact_told" in space else Looked(False, "NameError")

    return await task.score(None, look)


async def test_an_answer_in_place_of_a_call_is_wrong(suite: CallSuite, tmp_path: Path) -> None:
    row = await tried(tmp_path, suite.task("Today-level-1-1/1"), "Answer: 2023-05-05")
    assert (row.success_reference, row.success_fixed, row.detail["calls"]) == (False, False, 0)


async def test_an_api_that_cannot_run_here_is_judged_by_its_call_alone(suite: CallSuite) -> None:
    task = suite.task("Weather-level-1-1/1")
    assert not task.runs
    right, other = await judged(task, "Weather(town='ghent')"), await judged(task, "Weather('Bruges')")
    assert (right.reference, right.fixed, right.detail["runs"]) == (True, True, False)
    assert (other.reference, other.fixed) == (False, False)


async def test_a_parameter_that_the_dialogue_misnames_is_taken_by_its_name(suite: CallSuite) -> None:
    score = await judged(suite.task("CountNotes-level-1-1/1"), "CountNotes(token='t-1')")
    assert (score.reference, score.fixed) == (True, True)


async def test_calls_that_fail_alike_are_not_the_same(suite: CallSuite) -> None:
    right, other = [await judged(suite.task("CountNotes-level-1-2/1"), f"CountNotes('{token}')") for token in ("t-9", "t-8")]
    assert (right.fixed, other.fixed) == (True, False)
    assert other.reference  # this API's own check looks at the output alone


def test_the_kernel_is_given_neither_the_call_nor_its_result(suite: CallSuite) -> None:
    setup = suite.task("AddNote-level-2-1/2").brief.setup
    assert "green paint" not in setup
    assert "Weather" not in setup
    assert str(suite.place) not in setup


@pytest.mark.parametrize(
    "kind, given, wanted, same",
    [
        ("str", "Conference  Room", "conference room.", True),
        ("str", "2023-09-12T14:00:00", "2023-09-12 14:00:00", True),
        ("str", "2023-09-12 14:00:01", "2023-09-12 14:00:00", False),
        ("str", 123, "123", True),
        ("int", "3", 3, True),
        ("int", "three", 3, False),
        ("float", "2.50", 2.5, True),
        ("bool", True, "True", True),
        ("bool", "false", "True", False),
        ("list(str)", ["b", "a"], "['a', 'b']", True),
        ("list", [{"name": "pulse", "value": 80}], "[{'name': 'pulse', 'value': '80'}]", True),
        ("list", [{"name": "pulse", "value": 81}], "[{'name': 'pulse', 'value': '80'}]", False),
        ("list", 5, "[5]", False),
    ],
)
def test_values_are_the_same_whatever_their_notation(kind: str, given: object, wanted: object, same: bool) -> None:
    assert same_call({"x": given}, {"x": wanted}, {"x": {"type": kind}}) is same
    assert not same_call({"x": given, "y": 1}, {"x": wanted}, {"x": {"type": kind}, "y": {"type": "int"}})


@needs_real
@pytest.mark.timeout(1800)
async def test_gold_calls_of_the_real_clone_reach_its_ceiling() -> None:
    suite = suite_of(Path(REAL))
    assert len(suite.names()) == 389
    seats = asyncio.Semaphore(3)

    async def right(name: str, format: str, other: bool) -> tuple[str, bool, bool, bool]:
        task = suite.task(name)
        name = next((api for api in task.world["offered"] if api != task.gold["name"]), "Nothing") if other else task.gold["name"]
        reply = gold(format, task) if not other else f"Action:\n{name}()\nEnd Action"
        try:
            action = evaluated(format, tuple(tool.name for tool in task.brief.tools)).parse(Reply(reply), ())
        except ActionParseError:
            action = Code("")
        assert isinstance(action, Code)
        async with seats:
            score = await judged(task, action.source)
        return format, score.reference, score.fixed, task.runs

    found = await asyncio.gather(*(right(name, format, False) for format in ("code", "json", "text") for name in suite.names()))
    reference = Counter(format for format, right, _, _ in found if right)
    meant = Counter(format for format, _, right, _ in found if right)
    assert Counter(format for format, _, _, runs in found if not runs) == {"code": 10, "json": 10, "text": 10}
    # 328 that run, and 10 that are judged by the call; text cannot say all of them
    assert reference == {"code": 338, "json": 338, "text": 334}
    assert meant == {"code": 389, "json": 389, "text": 351}
    others = await asyncio.gather(*(right(name, "code", True) for name in suite.names()))
    assert not any(one[1] or one[2] for one in others)
