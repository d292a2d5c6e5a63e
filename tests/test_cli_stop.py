"""Ctrl-C, SIGTERM and SIGKILL: `jupyter codeact` ends in time, keeps what was done, and leaves no kernel."""

import signal
import time
from collections.abc import Callable

import psutil
import pytest

from codeact_jupyter.testing import Item, ScriptedServer, fault, say
from tests.commandline import PATIENCE, Place, act, eventually

BEGUN = """
print("begun", flush=True)
open("mark", "w").close()
"""
SENT = """
import time
time.sleep(0.5)  # ipykernel's `flush` returns before its thread has sent; one that gets no turn any more never does
"""
SWALLOWS = f"""{BEGUN}
import time
while True:
    try:
        time.sleep(1)
    except BaseException:
        pass
"""


def stop_when(place: Place, script: list[Item], ready: Callable[[ScriptedServer], object], number: int = signal.SIGINT) -> tuple[int, str]:
    """Exit code and stderr of a run that is sent a signal as soon as it is ready for it; it ends in time, and leaves all in order."""
    with ScriptedServer(script) as model:
        process = place.start(
            "run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, "--events", "events.jsonl", "--approval", "auto"
        )
        eventually(lambda: ready(model) or process.poll() is not None, "ready to be stopped")
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        took = time.monotonic() - began
    assert took < 5, f"{took:.1f} s: {err}"
    assert out == ""
    assert "Traceback" not in err
    assert place.kernels() == []
    return process.returncode, err


def has_begun(place: Place) -> Callable[[ScriptedServer], bool]:
    """The cell has printed, which is not yet in the file, and has left a mark, which is."""

    def ready(_: ScriptedServer) -> bool:
        if not (place.folder / "mark").exists():
            return False
        time.sleep(0.5)
        return True

    return ready


@pytest.mark.parametrize(
    "source",
    [f"{BEGUN}while True: pass", SWALLOWS, f"{BEGUN}{SENT}sum(range(10**12))", f"{BEGUN}!sleep 60"],
    ids=["loop", "swallows", "native", "subprocess"],
)
def test_ctrl_c_ends_running_code_and_keeps_what_it_printed(place: Place, source: str) -> None:
    code, err = stop_when(place, [say(act(source))], has_begun(place))
    assert code == 130
    assert "Stopped." in err
    assert place.printed().startswith("begun")
    assert place.types()[-2:] == ["observed", "run_finished"]
    assert place.events()[-1]["event"]["reason"] == "stopped"


def test_ctrl_c_while_the_model_hangs_closes_its_connection(place: Place) -> None:
    seen: list[ScriptedServer] = []

    def asked(model: ScriptedServer) -> bool:
        seen[:] = [model]
        return bool(model.requests)

    code, _ = stop_when(place, [fault("hang")], asked)
    assert code == 130
    assert seen[0].seen[0].left.is_set()
    assert place.cells() == []
    assert place.types() == ["user_asked", "run_finished"]


def test_ctrl_c_in_the_middle_of_a_streamed_action_leaves_no_half_of_it(place: Place) -> None:
    half = fault("hang", text="Now <execute>\nopen('made', 'w') \nprint(1) and so on", after=4)

    def streaming(model: ScriptedServer) -> bool:
        if not model.requests:
            return False
        time.sleep(0.7)
        return True

    code, _ = stop_when(place, [half], streaming)
    assert code == 130
    assert place.cells() == []
    assert not (place.folder / "made").exists()
    assert place.types() == ["user_asked", "run_finished"]


def test_ctrl_c_before_the_first_step_exits_with_130(place: Place) -> None:
    code, _ = stop_when(place, [fault("hang")], lambda _: place.kernels())
    assert code == 130
    assert place.cells() == []
    assert place.types() == ["user_asked", "run_finished"]


def test_ctrl_c_twice_is_as_orderly_as_once(place: Place) -> None:
    with ScriptedServer([say(act(SWALLOWS))]) as model:
        process = place.start(
            "run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, "--events", "events.jsonl", "--approval", "auto"
        )
        eventually(lambda: has_begun(place)(model), "ready to be stopped")
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        assert process.wait(PATIENCE) == 130
    assert place.printed() == "begun\n"
    assert place.types()[-1] == "run_finished"
    assert place.kernels() == []


def test_sigterm_stops_as_ctrl_c_does(place: Place) -> None:
    code, _ = stop_when(place, [say(act(f"{BEGUN}while True: pass"))], has_begun(place), signal.SIGTERM)
    assert code == 130
    assert place.printed() == "begun\n"
    assert place.events()[-1]["event"]["reason"] == "stopped"


@pytest.mark.parametrize("source", ["while True: pass", "sum(range(10**12))"], ids=["loop", "native"])
def test_a_command_that_is_killed_leaves_a_valid_notebook_and_no_kernel(place: Place, source: str) -> None:
    with ScriptedServer([say(act("print(1)")), say(act(source))]) as model:
        process = place.start(
            "run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, "--events", "events.jsonl", "--approval", "auto"
        )
        eventually(lambda: place.types().count("action_started") == 2, "the second action")
        assert place.kernels()
        process.kill()
        process.communicate()
        eventually(lambda: not place.kernels(), "the kernel's end", seconds=3)
    assert place.printed() == "1\n"


def test_what_the_kernel_started_ends_with_it(place: Place) -> None:
    source = "import subprocess\nprint(subprocess.Popen(['sleep', '300']).pid)"
    with ScriptedServer([say(act(source)), say("Started.")]) as model:
        assert place.ask(model, "--approval", "auto").returncode == 0
    eventually(lambda: not psutil.pid_exists(int(place.printed())), "the end of what it started", seconds=5)
