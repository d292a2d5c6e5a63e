"""A task, tried once, with a real kernel and a scripted model."""

import json
import re
from pathlib import Path

import pytest

from codeact_jupyter.config import Settings
from codeact_jupyter.evals.row import Row
from codeact_jupyter.evals.task import Brief, Checking, Look, Score
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.testing import Item, ScriptedServer, fault, say
from tests.scenes import acts


class Sum:
    """Knows its answer; the kernel has a tool, and is looked at."""

    name = "sums/six"

    def __init__(self, checking: Checking = "each answer"):
        self.checking = checking
        self.brief = Brief("What is add(2, 4)?", setup="def add(a, b):\n    return a + b")

    async def score(self, answer: str | None, look: Look) -> Score:
        looked = await look("print(add(1, 1))")
        assert looked.ok
        assert looked.text == "2"
        return Score(answer == "6", answer is not None and "6" in answer)


async def tried(folder: Path, script: list[Item], task: Sum | None = None, max_steps: int = 10, wall: float = 60) -> Row:
    async with ScriptedServer(script) as model:
        settings = Settings(model="m", base_url=model.url, max_steps=max_steps, timeout=5)
        return await Trial(task or Sum(), Condition("sums", "code", settings, wall=wall), folder / "events.jsonl").run()


async def test_a_right_answer_is_a_row_with_its_counts(tmp_path: Path) -> None:
    row = await tried(tmp_path, [acts("nope"), acts("print(add(2, 4))"), say("6")])
    assert (row.success_reference, row.success_fixed, row.end) == (True, True, "answered")
    assert (row.turns, row.actions, row.error_turns, row.recovered, row.invalid) == (3, 2, 1, 1, 0)
    events = [json.loads(line)["event"]["type"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert events[0] == "user_asked"
    assert events[-1] == "run_finished"


async def test_a_wrong_answer_is_told_and_the_run_goes_on_to_its_limit_without_last_words(tmp_path: Path) -> None:
    row = await tried(tmp_path, [say("5")] * 4, max_steps=4)
    assert (row.success_reference, row.success_fixed, row.end, row.turns, row.answer) == (False, False, "limit", 4, "5")


async def test_tools_are_there_again_after_the_kernel_died(tmp_path: Path) -> None:
    row = await tried(tmp_path, [acts("import os\nos._exit(1)"), acts("print(add(2, 4))"), say("6")])
    assert (row.end, row.success_reference, row.error_turns, row.recovered) == ("answered", True, 1, 1)


async def test_what_goes_wrong_is_a_row_with_its_reason(tmp_path: Path) -> None:
    row = await tried(tmp_path, [fault(401)])
    assert row.end == "failed"
    assert row.message
    row = await tried(tmp_path, [acts("import time\ntime.sleep(60)")], wall=8)
    assert row.end == "timeout"
    assert not row.success_fixed


class Broken(Sum):
    """What looks after its answers does not answer itself."""

    async def score(self, answer: str | None, look: Look) -> Score:
        raise TimeoutError("no table of answers")


@pytest.mark.parametrize("checking", ["each answer", "at the end"])
async def test_a_task_whose_own_code_fails_is_broken_and_says_where(tmp_path: Path, checking: Checking) -> None:
    row = await tried(tmp_path, [say("6")] * 2, Broken(checking))
    assert (row.end, row.success_fixed) == ("broken", False)
    assert re.fullmatch(r"The trial broke \(TimeoutError: no table of answers, test_trial.py line \d+\)\.", row.message)


async def test_nothing_of_one_trial_is_left_for_the_next(tmp_path: Path, home: Path) -> None:
    start = home / ".ipython/profile_default/startup"
    start.mkdir(parents=True)
    (start / "mine.py").write_text("helper = 'the user'")
    remembers = "print([line for *_, line in get_ipython().history_manager.search('*')], 'helper' in globals())"
    await tried(tmp_path, [acts("found = 'by the first'"), say("6")])
    await tried(tmp_path, [acts(remembers), say("6")])
    told = [json.loads(line)["event"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    (seen,) = [event["text"] for event in told if event["type"] == "observed"]
    assert "by the first" not in seen
    assert "print(add(1, 1))" not in seen  # with which its answer was judged
    assert "False" in seen


async def test_what_judges_an_answer_has_no_number_in_the_kernel_and_no_place_in_its_history(tmp_path: Path) -> None:
    row = await tried(tmp_path, [say("7"), acts("print(In)"), say("6")])
    assert row.success_fixed
    told = [json.loads(line)["event"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [event["text"] for event in told if event["type"] == "observed"][-1] == "['', 'print(In)']"


async def test_a_task_that_is_scored_at_the_end_is_scored_at_the_limit_too(tmp_path: Path) -> None:
    row = await tried(tmp_path, [acts("add(2, 4)")] * 2, Sum("at the end"), max_steps=2)
    assert (row.end, row.success_fixed, row.turns, row.actions) == ("limit", False, 2, 2)
    row = await tried(tmp_path, [say("It is 6.")], Sum("at the end"))
    assert (row.end, row.success_reference, row.success_fixed) == ("answered", False, True)
