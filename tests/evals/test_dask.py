"""On a real dask cluster: a worker that is killed in mid-task costs no row, and what is not wanted any more is ended."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from codeact_jupyter.errors import CodeActError
from codeact_jupyter.evals import Cluster, Plan, evaluating
from codeact_jupyter.testing import Messages, ScriptedServer
from tests.commandline import Place
from tests.evals.bench import Bench, ended
from tests.evals.sums import code, number, plays

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.timeout(900)
KEY = "sk-canary-0123456789abcdef"
SLEEPS = "import os, time\nopen(os.environ['MARK'], 'a').write(f'{os.getppid()}\\n')\ntime.sleep(100)"


@pytest.fixture
def bench(place: Place, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench(place)
    monkeypatch.setenv("MARK", str(place.folder / "begun"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([bench.place.env["PYTHONPATH"], str(place.folder)]))
    monkeypatch.syspath_prepend(place.folder)
    return bench


@pytest.fixture
async def cluster(bench: Bench) -> AsyncIterator["distributed.LocalCluster"]:
    """Two workers, each with a nanny that starts it again."""
    options = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": None,
        "local_directory": str(bench.place.folder),
    }
    async with distributed.LocalCluster(asynchronous=True, **options) as made:
        yield made


def plan(model: ScriptedServer, limit: int) -> Plan:
    return Plan(suite="sums:load", models=("m",), base_url=model.url, formats=("code",), limit=limit)


def begun() -> list[int]:
    """The workers in which an action said that it runs."""
    mark = Path(os.environ["MARK"])
    return [int(line) for line in mark.read_text().splitlines()] if mark.exists() else []


async def until(true: object) -> None:
    async with asyncio.timeout(600):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.1)


async def test_a_task_whose_worker_and_nanny_were_killed_is_done_again_elsewhere(bench: Bench, cluster: "distributed.LocalCluster"):
    slept = iter([SLEEPS])

    def reply(messages: Messages) -> str:
        return code(next(slept, "import os\nprint(os.getppid())")) if number(messages) == 2 and len(messages) == 2 else plays(messages)

    async with ScriptedServer([], fallback=reply) as model:
        going = asyncio.create_task(evaluating(plan(model, 4), bench.out, Cluster(cluster.scheduler_address)))
        await until(lambda: begun() or going.done())
        (killed,) = begun()
        nanny = psutil.Process(killed).ppid()
        assert nanny == os.getpid() or nanny in {process.pid for process in psutil.Process().children(recursive=True)}
        await kill(cluster, killed)
        rows = await going
    assert [(row.task, row.end, row.success_fixed) for row in rows] == [(f"sum/{each}", "answered", True) for each in (1, 2, 3, 4)]
    assert begun() == [killed]
    assert sum(number(body["messages"]) == 2 and len(body["messages"]) == 2 for body in model.requests) == 2
    assert str(killed) not in next(event["text"] for event in bench.events(rows[1]) if event["type"] == "observed")
    assert len((bench.out / "results.jsonl").read_text().splitlines()) == 4
    assert not bench.place.kernels()
    bench.leaves_no_word_of(KEY)


async def kill(cluster: "distributed.LocalCluster", worker: int) -> None:
    """With its nanny, which would start it again."""
    for nanny in cluster.workers.values():
        if nanny.pid == worker:
            os.kill(worker, signal.SIGKILL)
            await nanny.close(timeout=1)


async def test_a_task_that_kills_each_worker_is_broken_and_the_others_are_done(bench: Bench, cluster: "distributed.LocalCluster"):
    kills = SLEEPS.replace("time.sleep(100)", "os.kill(os.getppid(), 9)\ntime.sleep(100)")
    async with ScriptedServer([], fallback=lambda messages: code(kills) if number(messages) == 1 else plays(messages)) as model:
        rows = await evaluating(plan(model, 2), bench.out, Cluster(cluster.scheduler_address))
    assert [(row.end, row.success_fixed) for row in rows] == [("broken", False), ("answered", True)]
    assert "died" in rows[0].message
    assert len(begun()) == 2


async def test_cancelled_it_ends_the_trials_on_the_cluster(bench: Bench, cluster: "distributed.LocalCluster"):
    async with ScriptedServer([], fallback=lambda messages: code(SLEEPS)) as model:
        going = asyncio.create_task(evaluating(plan(model, 4), bench.out, Cluster(cluster.scheduler_address)))
        await until(lambda: len(begun()) == 2 or going.done())
        going.cancel()
        await asyncio.wait({going})
        assert going.cancelled()
        await until(lambda: not bench.place.kernels())
    assert len(begun()) == 2


async def test_the_command_line_takes_its_address(bench: Bench, cluster: "distributed.LocalCluster"):
    async with ScriptedServer([], fallback=plays) as model:
        process = bench.start(model, "--limit", "1", "--formats", "code", "--dask", cluster.scheduler_address)
        ran = await asyncio.to_thread(ended, process)
    assert ran.code == 0, ran.err
    assert bench.ends() == [("sum/1", "answered", True)]


async def test_no_scheduler_there_is_said(bench: Bench):
    async with ScriptedServer([]) as model:
        with pytest.raises(CodeActError, match=r"no dask scheduler at tcp://127\.0\.0\.1:9"):
            await evaluating(plan(model, 1), bench.out, Cluster("tcp://127.0.0.1:9", patience=1))
