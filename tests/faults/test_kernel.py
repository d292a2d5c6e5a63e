"""A kernel that fails, in the main job whole: the run comes to its end, says what happened, and the next request works.

What the kernel's client does of it step by step is in `tests/kernel`, what a server's own kernels do in `tests/server/test_kernels.py`.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.session import Session
from codeact_jupyter.testing import say, types
from tests.scenes import ACTION, Outcome, Scene, acts

LITTLE = "import resource\nhard = resource.getrlimit(resource.RLIMIT_AS)[1]\nresource.setrlimit(resource.RLIMIT_AS, (3 << 30, hard))\n"
SWALLOWS = "import time\nwhile True:\n    try:\n        time.sleep(0.2)\n    except BaseException:\n        pass"
LATE = "import threading\nthreading.Timer(0.2, lambda: [print('late', n) for n in range(100)]).start()\nprint('begun')"
OVER = say("<interrupt/>")

FAULTS: dict[str, tuple[str, list[str], str, bool]] = {
    # what runs; how it is observed; what the model reads; whether variables outlive it
    "os._exit": ("import os\nos._exit(3)", ["died"], "kernel died", False),
    "exit()": ("exit()", ["ok"], "ended the kernel", False),
    "sys.exit": ("import sys\nsys.exit(2)", ["error"], "SystemExit", True),
    "killed, as for want of memory": ("import os\nos.kill(os.getpid(), 9)", ["died"], "ran out of memory", False),
    "crash in native code": ("import ctypes\nctypes.string_at(0)", ["died"], "kernel died", False),
    "memory exhausted": (LITTLE + "x = bytearray(1 << 40)", ["error"], "MemoryError", True),
    "stack exhausted": ("def deep():\n    deep()\ndeep()", ["error"], "RecursionError", True),
    "swallowed interrupts": (SWALLOWS, ["running", "unresponsive"], "ll variables are lost", False),
    "loop in C": ("sum(range(10**11))", ["running", "unresponsive"], "ll variables are lost", False),
    "awaiting for ever": ("import asyncio\nawait asyncio.Event().wait()", ["running", "interrupted"], "interrupted", True),
    "input()": ("name = input('Who? ')", ["error"], "input() is not available", True),
    "output without an end": ("while True:\n    print('x' * 1000)", ["running", "interrupted"], "interrupted", True),
    "one huge output": ("print('x' * 50_000_000)", ["ok"], "characters", True),
    "late threads": (LATE, ["ok"], "begun", True),
}


def whole(scene: Scene, outcome: Outcome) -> None:
    """What holds after any run: none of its cells is left running, and each shows how often the kernel had counted, or nothing."""
    document = scene.desk.document
    for run in {event.cell_id for event in outcome.events if event.type == "action_proposed"}:
        state = document.state(run)
        assert state is None or state.state == "idle"
    assert sum(path.stat().st_size for path in scene.path.parent.glob("n.ipynb")) < 5_000_000


async def goes_on(scene: Scene) -> None:
    """The next request works."""
    outcome = await scene.work([acts("print(6 * 7)"), say("It is 42.")], timeout=30)
    assert outcome.observed() == [("ok", "42\n")] or outcome.observed()[-1][0] == "ok", outcome.observed()
    assert "42" in outcome.said(1)
    assert outcome.end.answer == "It is 42."


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_action_that_harms_its_kernel_is_observed_and_the_run_goes_on(scene: Scene, fault: str) -> None:
    code, statuses, said, names_stay = FAULTS[fault]
    endless = len(statuses) > 1
    script = [acts("kept = 1"), acts(code), *([OVER] if endless else []), acts("kept"), say("Done.")]
    outcome = await scene.work(script, timeout=1.5 if endless else 60, approval="auto")
    assert [status for status, _ in outcome.observed()] == ["ok", *statuses, "ok" if names_stay else "error"], outcome.observed()
    assert any(said in text for _, text in outcome.observed()), outcome.observed()
    assert outcome.end.answer == "Done."
    whole(scene, outcome)
    await goes_on(scene)


async def test_a_kernel_that_the_system_kills_in_mid_action_is_told_and_runs_again(scene: Scene) -> None:
    outcome = await _while_it_sleeps(scene, lambda kernel: kernel.send_signal(signal.SIGKILL))
    assert [status for status, _ in outcome.observed()] == ["ok", "died", "error"]
    whole(scene, outcome)
    await goes_on(scene)


async def test_a_kernel_that_hangs_as_a_whole_is_ended_when_the_model_interrupts(scene: Scene) -> None:
    stop = "import os, signal, time\nprint('begun', flush=True)\ntime.sleep(0.3)\nos.kill(os.getpid(), signal.SIGSTOP)"
    outcome = await scene.work([acts("x = 1"), acts(stop), OVER, acts("x"), say("Done.")], timeout=1.5, approval="auto")
    assert [status for status, _ in outcome.observed()][:2] == ["ok", "running"]
    assert outcome.observed()[-1][0] == "error"
    assert outcome.end.answer == "Done."
    await goes_on(scene)


async def test_a_restart_by_the_user_in_mid_action_is_told_and_the_run_goes_on(scene: Scene) -> None:
    async def restart(_: Any) -> None:
        assert scene.desk._host
        await scene.desk._host.restart()

    outcome = await _while_it_sleeps(scene, restart)
    assert [status for status, _ in outcome.observed()] == ["ok", "died", "error"]
    assert "variables are lost" in outcome.observed()[1][1]
    whole(scene, outcome)
    await goes_on(scene)


async def test_a_kernel_that_dies_between_two_actions_is_told_before_the_next(scene: Scene) -> None:
    def reply(_: Any) -> str:
        kernel = _kernel(scene)
        kernel.kill()
        kernel.wait(10)
        return "I think."

    script = [acts("x = 1"), lambda messages: say(f"{reply(messages)}\n\n<execute>\nx\n</execute>"), say("Gone.")]
    outcome = await scene.work(script)
    assert outcome.end.answer == "Gone."
    assert "ll variables are lost" in outcome.said(2)
    await goes_on(scene)


async def _while_it_sleeps(scene: Scene, then: Callable[[psutil.Process], Any]) -> Outcome:
    begun = scene.path.parent / "begun"
    code = f"open({str(begun)!r}, 'w').close()\nimport time\ntime.sleep(60)"

    async def meddle() -> None:
        while not begun.exists():
            await asyncio.sleep(0.05)
        if (work := then(_kernel(scene))) is not None:
            await work

    meddling = asyncio.create_task(meddle())
    outcome = await scene.work([acts("kept = 1"), acts(code), acts("kept"), say("Done.")], approval="auto")
    await meddling
    return outcome


def _kernels() -> set[psutil.Process]:
    """All that are children of ours, those of a server of another module among them."""
    return {child for child in psutil.Process().children() if "ipykernel_launcher" in " ".join(child.cmdline())}


def _kernel(scene: Scene) -> psutil.Process:
    assert scene.desk._host
    return psutil.Process(scene.desk._host._pid())


# a kernel that does not start


@pytest.fixture
async def named(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[list[str]], Scene]]:
    """A command line that is told to use a kernel of this command."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "specs"))
    folder = tmp_path / "specs" / "kernels" / "odd"
    folder.mkdir(parents=True)
    desks = [scene.desk]

    def begun(argv: list[str]) -> Scene:
        (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Odd", "language": "python"}))
        scene.desk = LocalDesk(scene.path, scene.store, dict(os.environ), "odd")
        scene.session = Session(scene.desk, scene.store, lambda _: scene.settings, scene.heard)
        desks.append(scene.desk)
        return scene

    yield begun
    await scene.session.close()
    for desk in desks:
        await desk.close()


IPYKERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


async def test_a_kernel_that_starts_slowly_is_waited_for(named: Callable[[list[str]], Scene]) -> None:
    scene = named(["sh", "-c", 'sleep 5; exec "$@"', "sh", *IPYKERNEL])
    outcome = await scene.work([acts("1 + 1"), say("2")])
    assert types(outcome.events) == ["user_asked", *ACTION, "model_replied", "run_finished"]
    assert outcome.end.answer == "2"
    assert ("starting_kernel", "") in scene.heard.done


async def test_a_kernel_whose_ports_others_took_meanwhile_is_started_with_others(
    named: Callable[[list[str]], Scene], tmp_path: Path
) -> None:
    tried = tmp_path / "tried"
    once = f'[ -e {tried} ] || {{ touch {tried}; echo "ZMQError: Address already in use" >&2; exit 1; }}; exec "$@"'
    scene = named(["sh", "-c", once, "sh", *IPYKERNEL])
    outcome = await scene.work([acts("1 + 1"), say("2")])
    assert outcome.end.answer == "2"
    assert tried.exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["sleep", "600"], "has not answered for 2 seconds"),
        ([sys.executable, "-c", "raise SystemExit('no ipykernel here')"], "no ipykernel here"),
        (["/no/such/python", "{connection_file}"], "No such file"),
    ],
    ids=["never answers", "dies at its start", "not there"],
)
async def test_a_kernel_that_never_starts_ends_the_run_in_words_and_the_next_one_with_a_sound_kernel_works(
    named: Callable[[list[str]], Scene], argv: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _kernels()
    with monkeypatch.context() as impatient:
        impatient.setattr("codeact_jupyter.kernel.host.START_SECONDS", 2.0)
        scene = named(argv)
        outcome = await scene.work([acts("1"), say("One.")])
    assert outcome.end.reason == "failed"
    assert said in outcome.end.message
    assert scene.cells() == []
    assert _kernels() == before
    await goes_on(named(IPYKERNEL))
