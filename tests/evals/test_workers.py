"""Workers are processes: one that is killed is replaced, its trial is done again, once, and no kernel outlives it."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeact_jupyter.evals import Plan, Workers, evaluate, evaluating
from codeact_jupyter.evals.results import read
from codeact_jupyter.testing import Messages, ScriptedServer
from tests.commandline import Place
from tests.evals.bench import FONTS, Bench
from tests.evals.sums import code, number, plays

pytestmark = pytest.mark.timeout(900)
KILLS = "import os, signal, time\nopen(os.environ['MARK'], 'a').write('x')\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(100)"


@pytest.fixture
def bench(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """For calls in this process: workers inherit what is set here, and are told where the suite is."""
    monkeypatch.setenv("MARK", str(place.folder / "begun"))
    monkeypatch.setenv("MPLCONFIGDIR", str(FONTS))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789abcdef")
    bench = Bench(place)
    sys.path.append(str(place.folder))
    yield bench
    sys.path.remove(str(place.folder))
    sys.modules.pop("sums", None)


def begun() -> int:
    return len(Path(os.environ["MARK"]).read_text())


def plan(model: ScriptedServer, limit: int) -> Plan:
    return Plan(suite="sums:load", models=("m",), base_url=model.url, formats=("code",), limit=limit)


def test_a_task_whose_worker_was_killed_is_done_again(bench: Bench):
    kills = iter([KILLS])

    def reply(messages: Messages) -> str:
        return code(next(kills, "print(42)")) if number(messages) == 2 and len(messages) == 2 else plays(messages)

    with ScriptedServer([], fallback=reply) as model:
        rows = evaluate(plan(model, 3), bench.out, Workers(2))
    assert [(row.task, row.end, row.success_fixed) for row in rows] == [(f"sum/{each}", "answered", True) for each in (1, 2, 3)]
    assert begun() == 1
    assert sum(number(body["messages"]) == 2 for body in model.requests) == 3
    assert [event["type"] for event in bench.events(rows[1])].count("user_asked") == 1
    assert (bench.out / "report.html").exists()
    bench.is_left_alone()
    bench.leaves_no_word_of("sk-canary-0123456789abcdef")


def test_files_in_the_folder_hide_no_module_and_what_start_up_code_prints_is_no_row(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    start = bench.place.folder / "start"
    start.mkdir()
    (start / "sitecustomize.py").write_text("print('good morning')")
    (bench.place.folder / "random.py").write_text("")
    monkeypatch.chdir(bench.place.folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([bench.place.env["PYTHONPATH"], str(start)]))
    with ScriptedServer([], fallback=plays) as model:
        rows = evaluate(plan(model, 1), bench.out, Workers(1))
    assert [(row.task, row.end, row.message) for row in rows] == [("sum/1", "answered", "Answered in 2 steps.")]


def test_a_task_that_kills_each_worker_is_broken_and_the_others_are_done(bench: Bench):
    with ScriptedServer([], fallback=lambda messages: code(KILLS) if number(messages) == 1 else plays(messages)) as model:
        rows = evaluate(plan(model, 2), bench.out, Workers(1))
    assert [(row.end, row.success_fixed) for row in rows] == [("broken", False), ("answered", True)]
    assert "died twice" in rows[0].message
    assert "SIGKILL" in rows[0].message
    assert begun() == 2
    bench.is_left_alone()


async def test_a_worker_that_says_nothing_more_is_killed(bench: Bench):
    suite = bench.place.folder / "sums.py"
    suite.write_text(
        suite.read_text().replace("right = str(", "__import__('time').sleep(600 if self.number == 1 else 0)\n        right = str(")
    )
    async with ScriptedServer([], fallback=plays) as model:
        asked = plan(model, 2).model_copy(update={"task_seconds": 60.0})
        rows = await evaluating(asked, bench.out, Workers(2, grace=10))
    assert [(row.end, row.success_fixed) for row in rows] == [("timeout", False), ("answered", True)]
    assert "had to be killed" in rows[0].message
    assert (rows[0].turns, rows[0].actions, rows[0].seconds > 60) == (2, 1, True)  # what it did until then
    bench.is_left_alone()


async def test_cancelled_it_leaves_nobody(bench: Bench):
    sleeps = "import os, time\nopen(os.environ['MARK'], 'a').write('x')\ntime.sleep(100)"
    async with ScriptedServer([], fallback=lambda messages: code(sleeps)) as model:
        going = asyncio.create_task(evaluating(plan(model, 4), bench.out, Workers(2)))
        while not (Path(os.environ["MARK"]).exists() and begun() == 2):
            assert not going.done()
            await asyncio.sleep(0.1)
        going.cancel()
        await asyncio.wait({going})
    assert going.cancelled()
    assert not bench.workers()
    assert not bench.place.kernels()
    assert read(bench.out) == []
