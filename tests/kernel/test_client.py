"""An action in a real kernel, and each way in which it can go wrong."""

import asyncio
import time

import pytest

from codeact_jupyter.errors import KernelError, NotebookError
from tests.kernel.conftest import Cell


async def test_an_action_shows_its_output_and_its_count(desk):
    finished, cell = await desk.run("print('Grüße 🐧')\nx = 40\nx + 2")
    assert finished.status == "ok"
    assert cell.outputs == list(finished.outputs)
    assert [o["output_type"] for o in cell.outputs] == ["stream", "execute_result"]
    assert cell.outputs[0]["text"] == "Grüße 🐧\n"
    assert cell.outputs[1]["data"] == {"text/plain": "42"}
    assert (cell.count, cell.calls[0], cell.calls[-1]) == (1, "running", "ended")
    assert finished.names["x"].type == "int"
    assert desk.states[-1] == "running"


async def test_a_failing_action_has_its_traceback_and_the_names(desk):
    finished, cell = await desk.run("y = [1, 2, 3]\ny['a']")
    assert finished.status == "error"
    assert cell.outputs[-1]["ename"] == "TypeError"
    assert finished.names["y"].shape == "3"


async def test_a_long_action_goes_on_and_can_be_waited_for_again(desk):
    execution, cell = await desk.start("import time\nprint('begun', flush=True)\ntime.sleep(1.5)\nprint('done')")
    assert await execution.wait(0.7) is None
    assert execution.outputs()[0]["text"] == "begun\n"
    finished = await execution.wait(10)
    assert finished.status == "ok"
    assert cell.text() == "begun\ndone\n"


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(1000)",
        "import asyncio; await asyncio.sleep(1e6)",
        "!sleep 1000",
        "try:\n    while True: pass\nexcept KeyboardInterrupt: print('swallowed once')",
        "import time\nfor _ in range(2):\n    try:\n        time.sleep(1000)\n    except KeyboardInterrupt: pass",
    ],
)
async def test_code_that_runs_on_is_interrupted_and_the_names_stay(desk, code):
    await desk.run("kept = 1")
    execution, cell = await desk.start(code)
    assert await execution.wait(0.3) is None
    asked = time.monotonic()
    finished = await execution.interrupt()
    assert finished.status == "interrupted"
    assert time.monotonic() - asked < (1.5 if "range" not in code else 4)
    assert cell.calls[-1] == "ended"
    assert "interrupting" in desk.states
    assert await desk.says("kept") == "1"


async def test_a_reply_that_an_interrupt_threw_away_ends_the_action_too(desk):
    for _ in range(4):
        execution, _ = await desk.start("import time\ntime.sleep(0.1)")
        waiting = asyncio.create_task(execution.wait(20))
        while not (waiting.done() or execution._idle.is_set()):
            await desk.host.interrupt()
            await asyncio.sleep(0.002)
        assert await waiting


async def test_a_coroutine_that_swallows_the_interrupt_is_cancelled_from_a_subshell(desk):
    await desk.run("kept = 1")
    execution, _ = await desk.start(
        "import asyncio, signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nfor _ in range(3):\n    await asyncio.sleep(1000)"
    )
    assert await execution.wait(0.3) is None
    finished = await execution.interrupt()
    assert finished.status == "interrupted"
    assert not finished.restarted
    assert await desk.says("kept") == "1"


SWALLOWS_ALL = "import time\nwhile True:\n    try:\n        time.sleep(1000)\n    except BaseException: pass"


async def test_code_that_nothing_else_ends_is_ended_by_a_restart(desk):
    execution, cell = await desk.start(SWALLOWS_ALL)
    assert await execution.wait(0.3) is None
    finished = await execution.interrupt()
    assert (finished.status, finished.restarted) == ("unresponsive", True)
    assert cell.calls[-1] == "ended"
    assert "restarting" in desk.states
    assert await desk.says("1") == "1"
    assert desk.lost == []


async def test_input_fails_at_once(desk):
    finished, cell = await desk.run("input('name? ')")
    assert finished.status == "error"
    assert cell.outputs[-1]["ename"] == "StdinNotImplementedError"


@pytest.mark.parametrize("code", ["import os; os._exit(1)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
async def test_a_kernel_that_dies_is_noticed_and_runs_again(desk, code):
    await desk.run("kept = 1")
    began = time.monotonic()
    execution, cell = await desk.start(f"print('last words', flush=True)\nimport time; time.sleep(0.3)\n{code}")
    finished = await execution.wait(20)
    assert (finished.status, finished.restarted) == ("died", True)
    assert time.monotonic() - began < 6
    assert cell.text() == "last words\n"
    assert cell.calls[-1] == "ended"
    assert await desk.says("'kept' in globals()") == "False"


async def test_a_kernel_that_was_asked_to_exit_runs_again_before_the_next_action(desk):
    finished, _ = await desk.run("x = 1\nexit()")
    assert (finished.status, finished.kernel_exits, finished.restarted) == ("ok", True, True)
    assert await desk.says("'x' in globals()") == "False"
    assert desk.lost == []


async def test_sys_exit_is_an_error_and_no_death(desk):
    finished, _ = await desk.run("x = 1\nimport sys; sys.exit(3)")
    assert (finished.status, finished.kernel_exits, finished.restarted) == ("error", False, False)
    assert await desk.says("x") == "1"


async def test_a_restart_by_the_user_ends_the_action(desk):
    execution, _ = await desk.start("import time; time.sleep(1000)")
    assert await execution.wait(0.3) is None
    await desk.host.restart()
    finished = await execution.wait(20)
    assert (finished.status, finished.restarted) == ("died", True)
    assert await desk.says("1") == "1"


async def test_a_kernel_that_is_lost_between_actions_is_told_of(desk, user):
    await desk.run("kept = 1")
    user.runs("import os; os._exit(1)")
    async with asyncio.timeout(3):
        while not desk.lost:
            await asyncio.sleep(0.05)
    assert desk.lost == ["The kernel ended and is started again: all variables are lost."]
    assert await desk.says("'kept' in globals()") == "False"


async def test_a_kernel_that_dies_again_and_again_is_not_started_for_ever(desk):
    for _ in range(3):
        assert (await desk.run("import os; os._exit(1)"))[0].restarted
    assert not (await desk.run("import os; os._exit(1)"))[0].restarted
    with pytest.raises(KernelError, match="4 times in a row"):
        await desk.start("1")
    assert await desk.says("1") == "1"


@pytest.mark.parametrize(("code", "exit_code"), [("!exit 3", 3), ("!true", 0), ("print('! no command')", None)])
async def test_a_shell_command_that_failed_is_known(desk, code, exit_code):
    await desk.run("!exit 7")
    finished, _ = await desk.run(code)
    assert (finished.status, finished.exit_code) == ("ok", exit_code)


async def test_a_cell_that_can_not_be_written_fails_its_action_and_no_other(desk):
    class Gone(Cell):
        def append(self, output):
            raise NotebookError("the notebook is gone")

    execution = await desk.kernel.start("print(1)", Gone(), "gone")
    with pytest.raises(NotebookError, match="is gone"):
        await execution.wait(10)
    assert await desk.says("1") == "1"


async def test_two_actions_do_not_run_at_once(desk):
    execution, _ = await desk.start("import time; time.sleep(1000)")
    with pytest.raises(KernelError, match="cannot be interrupted"):
        await desk.start("1")
    await execution.interrupt()
