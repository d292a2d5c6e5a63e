"""`jupyter codeact` as its users have it: a process with a terminal or without, a real kernel, a model behind HTTP."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from codeact_jupyter.cli import main
from codeact_jupyter.store import Store
from codeact_jupyter.testing import Item, Messages, ScriptedServer, code, fault, notebook, say

COMMAND = (sys.executable, "-m", "codeact_jupyter.cli")
PATIENCE = 60.0


def act(source: str, prose: str = "A step.") -> str:
    return f"{prose}\n\n<execute>\n{source}\n</execute>"


def environment(home: Path) -> dict[str, str]:
    mine = {
        name: value for name, value in os.environ.items() if not name.startswith(("CODEACT_", "OPENAI_", "JUPYTER_", "JPY_", "IPYTHON"))
    }
    kept = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("DATA", "CONFIG", "RUNTIME")}
    return {**mine, **kept, "HOME": str(home), "NO_PROXY": "127.0.0.1,localhost"}


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def hears_signals() -> None:
    """A process that was started in the background of a script may have been told to ignore them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def eventually(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@dataclass
class Place:
    """A home and a folder to work in, and the command line in it."""

    home: Path
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.env = environment(self.home) | self.env

    def start(self, *arguments: str, **how: Any) -> "subprocess.Popen[str]":
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*COMMAND, *arguments], cwd=self.folder, env=self.env, text=True, preexec_fn=hears_signals, **(streams | how)
        )

    def run(self, *arguments: str, words: str | None = None) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, stdin=subprocess.PIPE)
        out, err = process.communicate(words, timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def ask(self, model: ScriptedServer, *options: str, name: str = "n.ipynb") -> "subprocess.CompletedProcess[str]":
        return self.run("run", name, "do it", "--model", "m", "--base-url", model.url, *options)

    def cells(self, name: str = "n.ipynb") -> list[Any]:
        """Of the notebook file, which is valid."""
        found = nbformat.reads((self.folder / name).read_text(), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
        nbformat.validate(found)
        return list(found.cells)

    def printed(self, name: str = "n.ipynb") -> str:
        outputs = [output for cell in self.cells(name) for output in cell.get("outputs", [])]
        return "".join(output.get("text", "") for output in outputs)

    def events(self, name: str = "events.jsonl") -> list[dict[str, Any]]:
        """Whole lines of the events file: the command may be writing at this moment."""
        file = self.folder / name
        text = file.read_text() if file.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def types(self) -> list[str]:
        return [line["event"]["type"] for line in self.events()]

    def kernels(self) -> list[psutil.Process]:
        """Kernels of this home that live."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            at_home = (process.info["environ"] or {}).get("HOME") == str(self.home)
            if at_home and "ipykernel" in " ".join(process.info["cmdline"] or ()) and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found

    def store(self) -> Store:
        return Store(self.home / "data" / "codeact" / "store.sqlite")


@pytest.fixture
def place(home: Path, tmp_path: Path) -> Iterator[Place]:
    made = Place(home, tmp_path / "work")
    yield made
    for kernel in made.kernels():  # of a test that failed
        kernel.kill()


# What a run that answers does


@dataclass(frozen=True)
class Whole:
    """A run from start to answer, and what was seen of it meanwhile."""

    place: Place
    result: "subprocess.CompletedProcess[str]"
    model: ScriptedServer
    when_asked: list[dict[str, Any]]
    """At each request of the model: the notebook's cells, the kinds of events that were in the events file."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    place = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("whole"), {"CODEACT_API_KEY": "sk-of-ours"})
    (place.folder / "sub").mkdir()
    seen: list[dict[str, Any]] = []

    def look_and(reply: str) -> Item:
        def answer(messages: Messages) -> str:
            seen.append({"cells": place.cells("sub/n.ipynb"), "events": place.types(), "files": names(place.folder / "sub")})
            return reply

        return answer

    where = "import os\nprint(os.path.basename(os.getcwd()), 'CODEACT_API_KEY' in os.environ)"
    script = [look_and(act(where)), look_and(act("1/0", "Now \x1b[31mdivide\x1b[0m.")), look_and("It is **2**.")]
    with ScriptedServer(script) as model:
        arguments = ("run", "sub/n.ipynb", "-", "--model", "m", "--base-url", model.url, "--events", "events.jsonl", "--approval", "auto")
        result = place.run(*arguments, words="How many are there?\n")
    return Whole(place, result, model, seen)


def test_an_answered_run_exits_with_0(whole: Whole) -> None:
    assert whole.result.returncode == 0, whole.result.stderr


def test_the_answer_and_nothing_else_is_on_stdout(whole: Whole) -> None:
    assert whole.result.stdout == "It is **2**.\n"


def test_the_instruction_is_read_from_stdin(whole: Whole) -> None:
    assert "How many are there?" in whole.model.requests[0]["messages"][-1]["content"]


def test_progress_is_plain_lines_where_stderr_is_no_terminal(whole: Whole) -> None:
    assert "\x1b" not in whole.result.stderr
    assert whole.result.stderr.splitlines() == [
        "model m",
        "  starting the kernel …",
        "step 1 A step.",
        "    import os",
        "    print(os.path.basename(os.getcwd()), 'CODEACT_API_KEY' in os.environ)",
        "  ✓ sub False",
        "step 2 Now [31mdivide[0m.",
        "    1/0",
        "  ✗ ZeroDivisionError: division by zero",
        "Answered in 3 steps.",
    ]


def test_a_missing_notebook_is_made_before_the_model_is_asked(whole: Whole) -> None:
    assert whole.when_asked[0]["files"] == ["n.ipynb"]
    assert whole.when_asked[0]["cells"] == []
    assert json.loads((whole.place.folder / "sub/n.ipynb").read_text())["metadata"]["kernelspec"]["name"] == "python3"


def test_the_kernel_works_in_the_notebooks_folder_and_does_not_inherit_our_key(whole: Whole) -> None:
    assert whole.place.printed("sub/n.ipynb") == "sub False\n"


def test_the_file_is_saved_after_each_step_once_it_is_recorded(whole: Whole) -> None:
    second = whole.when_asked[1]
    assert [cell.source.splitlines()[0] for cell in second["cells"]] == ["import os"]
    assert second["cells"][0].outputs[0].text == "sub False\n"
    assert second["events"][-1] == "observed"
    assert [cell.execution_count for cell in whole.when_asked[2]["cells"]] == [1, 2]


def test_a_save_leaves_no_other_file_behind(whole: Whole) -> None:
    assert names(whole.place.folder / "sub") == ["n.ipynb"]


def test_events_are_what_the_store_has_line_by_line(whole: Whole) -> None:
    lines = (whole.place.folder / "events.jsonl").read_text().splitlines()
    recorded = [json.loads(line) for line in lines]
    store = whole.place.store()
    kept = store.events(recorded[0]["run"])
    store.close()
    assert lines == [entry.model_dump_json() for entry in kept]
    assert [entry["seq"] for entry in recorded] == list(range(1, len(recorded) + 1))
    assert {entry["type"] for entry in recorded} == {"recorded"}
    action = ["model_replied", "action_proposed", "action_decided", "action_started", "observed"]
    assert [entry["event"]["type"] for entry in recorded] == ["user_asked", *action, *action, "model_replied", "run_finished"]
    assert recorded[-1]["event"] == {
        "type": "run_finished",
        "reason": "answered",
        "answer": "It is **2**.",
        "message": "Answered in 3 steps.",
    }


def test_no_kernel_is_left(whole: Whole) -> None:
    assert whole.place.kernels() == []


def test_the_endpoint_is_asked_once_a_step_and_for_nothing_else(whole: Whole) -> None:
    assert len(whole.model.requests) == 3
    assert whole.model.others == []


# Options


def test_a_follow_up_knows_the_run_before(place: Place) -> None:
    with ScriptedServer([say(act("x = 41")), say("The mean is 41.")]) as model:
        assert place.ask(model).returncode == 0
    with ScriptedServer([say("By month it is 40 and 42.")]) as model:
        result = place.run("run", "n.ipynb", "now by month", "--model", "m", "--base-url", model.url)
    said = [(message["role"], message["content"]) for message in model.requests[0]["messages"][1:]]
    assert result.stdout == "By month it is 40 and 42.\n"
    assert said[0] == ("user", "Request:\ndo it")
    assert "x = 41" in said[1][1]
    assert said[3] == ("assistant", "The mean is 41.")
    assert "now by month" in said[-1][1]


def test_quiet_says_nothing_of_a_run_that_answers(place: Place) -> None:
    with ScriptedServer([say(act("1")), say("One.")]) as model:
        result = place.ask(model, "--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, "One.\n", "")


def test_a_failure_is_named_under_quiet_too(place: Place) -> None:
    with ScriptedServer([fault(401, message="Incorrect API key provided")]) as model:
        result = place.ask(model, "--quiet")
    assert (result.returncode, result.stdout) == (1, "")
    assert "key" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_step_limit_exits_with_3_and_the_best_answer(place: Place) -> None:
    with ScriptedServer([say(act("1")), say("So far: one.")]) as model:
        result = place.ask(model, "--max-steps", "1", "--quiet")
    assert (result.returncode, result.stdout) == (3, "So far: one.\n")
    assert "No answer after 1 step." in result.stderr


def test_going_round_in_circles_exits_with_3(place: Place) -> None:
    with ScriptedServer([say(act("1/0"))] * 4) as model:
        result = place.ask(model, "--quiet")
    assert (result.returncode, result.stdout) == (3, "")
    assert "4 times" in result.stderr


def test_the_model_is_told_after_timeout_that_its_action_still_runs(place: Place) -> None:
    with ScriptedServer([say(act("import time\nprint('begun', flush=True)\ntime.sleep(60)")), say("It takes too long.")]) as model:
        result = place.ask(model, "--timeout", "1")
    assert result.returncode == 0
    assert "[still running]" in model.requests[1]["messages"][-1]["content"]
    assert place.printed() == "begun\n"


def test_a_silent_model_is_given_up_after_reply_timeout(place: Place) -> None:
    with ScriptedServer([fault("hang")] * 6) as model:
        result = place.ask(model, "--reply-timeout", "0.2", "--quiet")
    assert result.returncode == 1
    assert "0.2" in result.stderr


def test_a_kernel_that_is_unknown_is_named_and_no_notebook_is_made(place: Place) -> None:
    with ScriptedServer([]) as model:
        result = place.ask(model, "--kernel", "nosuch")
    assert result.returncode == 1
    assert "'nosuch'" in result.stderr
    assert "python3" in result.stderr
    assert "Traceback" not in result.stderr
    assert names(place.folder) == []
    assert model.seen == []


def test_a_file_that_is_no_notebook_is_left_as_it_is(place: Place) -> None:
    (place.folder / "n.ipynb").write_text("{")
    with ScriptedServer([]) as model:
        result = place.ask(model)
    assert (result.returncode, result.stdout) == (1, "")
    assert "not a notebook" in result.stderr
    assert "Traceback" not in result.stderr
    assert (place.folder / "n.ipynb").read_text() == "{"


def test_what_is_in_the_notebook_stays(place: Place) -> None:
    (place.folder / "n.ipynb").write_text(json.dumps(notebook("a = 1", code("b = 2"))))
    with ScriptedServer([say(act("c = 3")), say("Done.")]) as model:
        assert place.ask(model).returncode == 0
    assert [cell.source for cell in place.cells()] == ["a = 1", "b = 2", "c = 3"]
    assert place.cells()[2].metadata.codeact.items() >= {"step": 1, "attempt": 1, "model": "m"}.items()


def test_an_events_file_that_can_be_written_no_further_does_not_end_the_run(place: Place) -> None:
    with ScriptedServer([say("Two.")]) as model:
        result = place.ask(model, "--events", "/dev/full", "--quiet")
    assert (result.returncode, result.stdout) == (0, "Two.\n")
    assert "events file cannot be written" in result.stderr


def test_on_a_terminal_progress_is_coloured_and_the_answer_is_set(place: Place) -> None:
    ours, theirs = pty.openpty()
    with ScriptedServer([say(act("print('\\n'.join(map(str, range(40))))")), say("It is **2**.")]) as model:
        process = place.start("run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, stdout=theirs, stderr=theirs)
        os.close(theirs)
        shown = _read_all(ours)
        assert process.wait(PATIENCE) == 0
    assert "\x1b[1mstep 1\x1b[0m A step." in shown
    assert "0  (+39 lines)" in shown
    assert "\x1b[1m2\x1b[0m" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")  # the cursor is back


def _read_all(terminal: int) -> str:
    read = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # what Linux says when the other side is closed
            break
        if not more:
            break
        read += more
    os.close(terminal)
    return read.decode()


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "COMMAND"),
        (["walk"], "'walk'"),
        (["run"], "NOTEBOOK"),
        (["run", "n.ipynb"], "INSTRUCTION"),
        (["run", "n.ipynb", "do it", "--bogus"], "--bogus"),
        (["run", "n.ipynb", "do it", "--max", "3"], "--max"),
        (["run", "n.ipynb", "do it", "--max-steps", "0"], "--max-steps"),
        (["run", "n.ipynb", "do it", "--max-steps", "2.5"], "'2.5'"),
        (["run", "n.ipynb", "do it", "--max-steps", "9999"], "max_steps"),
        (["run", "n.ipynb", "do it", "--timeout", "abc"], "--timeout"),
        (["run", "n.ipynb", "do it", "--timeout", "-1"], "--timeout"),
        (["run", "n.ipynb", "do it", "--reply-timeout", "nan"], "--reply-timeout"),
        (["run", "n.ipynb", "do it", "--approval", "ask"], "--approval"),
        (["run", "n.ipynb", "do it", "--base-url", "localhost:8000"], "base_url"),
        (["run", "n.ipynb", "do it", "--model", "gpt"], "key"),
        (["run", "n.ipynb", "  "], "instruction is empty"),
        (["run", "n.ipynb", "do \udcff it"], "UTF-8"),
        (["run", "n.txt", "do it"], ".ipynb"),
        (["run", "nowhere/n.ipynb", "do it"], "nowhere"),
        (["run", "folder.ipynb", "do it"], "folder"),
        (["run", "n.ipynb", "do it", "--events", "nowhere/e.jsonl"], "nowhere/e.jsonl"),
    ],
)
def test_a_mistake_is_named_and_exits_with_2(
    arguments: Sequence[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    out, err = capsys.readouterr()
    assert exit.value.code == 2
    assert named in err.splitlines()[-1]
    assert out == ""
    assert names(tmp_path) == ["folder.ipynb"]


def test_a_setting_of_a_config_file_that_cannot_be_used_is_named(place: Place) -> None:
    (place.home / "config").mkdir()
    (place.home / "config" / "jupyter_server_config.py").write_text("c.CodeAct.max_steps = 'many'\n")
    result = place.run("run", "n.ipynb", "do it")
    assert result.returncode == 2
    assert "max_steps" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_command_line_wins_over_the_environment_and_config_files(place: Place) -> None:
    (place.home / "config").mkdir()
    (place.home / "config" / "jupyter_codeact_config.py").write_text("c.CodeAct.max_steps = 7\nc.CodeAct.model = 'of the file'\n")
    place.env |= {"CODEACT_MODEL": "of the environment", "OPENAI_API_KEY": "sk-1", "CODEACT_API_KEY": "sk-2"}
    with ScriptedServer([say("Two.")]) as model:
        place.env["OPENAI_BASE_URL"] = model.url
        result = place.run("run", "n.ipynb", "do it", "--model", "of the command line")
    assert result.returncode == 0
    assert model.requests[0]["model"] == "of the command line"
    assert model.seen[0].headers["authorization"] == "Bearer sk-2"
    assert "You have 7 steps left." in model.requests[0]["messages"][-1]["content"]


# Somebody else has the notebook


@contextmanager
def jupyter_server(place: Place) -> Iterator[dict[str, Any]]:
    """A real server of this user's; what it says of itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", "--no-browser", "--port", "0", "--allow-root", "--ServerApp.jpserver_extensions={}"],
        cwd=place.folder,
        env=place.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    runtime = place.home / "runtime"
    try:
        eventually(lambda: list(runtime.glob("jpserver-*.json")), "a server")
        (file,) = runtime.glob("jpserver-*.json")
        eventually(lambda: _can_read(file), "what it says of itself")
        yield json.loads(file.read_text())
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _can_read(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text()))
    except ValueError:
        return False


def open_session(server: dict[str, Any], path: str) -> None:
    request = urllib.request.Request(
        f"{server['url']}api/sessions",
        json.dumps({"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}).encode(),
        {"Authorization": f"token {server['token']}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            opener.open(request, timeout=PATIENCE).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_notebook_with_a_kernel_on_a_server_is_refused_unless_forced(place: Place) -> None:
    (place.folder / "sub").mkdir()
    for name in ("sub/n.ipynb", "sub/other.ipynb"):
        (place.folder / name).write_text(json.dumps(notebook("a = 1")))
    with jupyter_server(place) as server, ScriptedServer([say("One."), say("Two.")]) as model:
        open_session(server, "sub/n.ipynb")
        refused = place.ask(model, name="sub/n.ipynb")
        assert model.seen == []
        forced = place.ask(model, "--force", name="sub/n.ipynb")
        other = place.ask(model, name="sub/other.ipynb")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert server["url"] in refused.stderr
    assert "--force" in refused.stderr
    assert (forced.returncode, forced.stdout) == (0, "One.\n")
    assert (other.returncode, other.stdout) == (0, "Two.\n")


def test_what_a_server_that_was_killed_left_behind_refuses_nothing(place: Place) -> None:
    runtime = place.home / "runtime"
    runtime.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = {"pid": gone.pid, "url": "http://127.0.0.1:1/", "token": "", "root_dir": str(place.folder)}
    (runtime / f"jpserver-{gone.pid}.json").write_text(json.dumps(left))
    (runtime / "jpserver-0.json").write_text("{half")
    with ScriptedServer([say("Two.")]) as model:
        assert place.ask(model).stdout == "Two.\n"


# Stopping

SWALLOWS = """
import time
print("begun", flush=True)
while True:
    try:
        time.sleep(1)
    except BaseException:
        pass
"""


def stop_when(place: Place, script: list[Item], ready: Callable[[ScriptedServer], object], number: int = signal.SIGINT) -> tuple[int, str]:
    """Exit code and stderr of a run that is sent a signal as soon as it is ready for it; it ends in time, and leaves all in order."""
    with ScriptedServer(script) as model:
        process = place.start("run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, "--events", "events.jsonl")
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
    """The cell's `begun` cannot be seen in the file yet: a second after it was sent it has been printed."""

    def ready(_: ScriptedServer) -> bool:
        if "action_started" not in place.types():
            return False
        time.sleep(1)
        return True

    return ready


@pytest.mark.parametrize(
    "source",
    [
        "print('begun', flush=True)\nwhile True: pass",
        SWALLOWS,
        "print('begun', flush=True)\nsum(range(10**12))",
        "print('begun')\n!sleep 60",
    ],
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
        process = place.start("run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, "--events", "events.jsonl")
        eventually(lambda: has_begun(place)(model), "ready to be stopped")
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        assert process.wait(PATIENCE) == 130
    assert place.printed() == "begun\n"
    assert place.types()[-1] == "run_finished"
    assert place.kernels() == []


def test_sigterm_stops_as_ctrl_c_does(place: Place) -> None:
    code, _ = stop_when(place, [say(act("print('begun', flush=True)\nwhile True: pass"))], has_begun(place), signal.SIGTERM)
    assert code == 130
    assert place.printed() == "begun\n"
    assert place.events()[-1]["event"]["reason"] == "stopped"


@pytest.mark.parametrize("source", ["while True: pass", "sum(range(10**12))"], ids=["loop", "native"])
def test_a_command_that_is_killed_leaves_a_valid_notebook_and_no_kernel(place: Place, source: str) -> None:
    with ScriptedServer([say(act("print(1)")), say(act(source))]) as model:
        process = place.start("run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, "--events", "events.jsonl")
        eventually(lambda: place.types().count("action_started") == 2, "the second action")
        assert place.kernels()
        process.kill()
        process.communicate()
        eventually(lambda: not place.kernels(), "the kernel's end", seconds=3)
    assert place.printed() == "1\n"


def test_what_the_kernel_started_ends_with_it(place: Place) -> None:
    source = "import subprocess\nprint(subprocess.Popen(['sleep', '300']).pid)"
    with ScriptedServer([say(act(source)), say("Started.")]) as model:
        assert place.ask(model).returncode == 0
    eventually(lambda: not psutil.pid_exists(int(place.printed())), "the end of what it started", seconds=5)


# The built-in model


def test_the_demo_fails_first_repairs_itself_and_answers(place: Place) -> None:
    result = place.run("demo", "--dir", "here")
    assert result.returncode == 0, result.stderr
    assert "Earth" in result.stdout
    assert "built-in model" in result.stderr
    assert "✗" in result.stderr
    assert "make lab" in result.stderr
    cells = place.cells("here/moons.ipynb")
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs)
    assert place.kernels() == []


def test_without_key_and_endpoint_the_built_in_model_answers(place: Place) -> None:
    (place.folder / "t.csv").write_text("city,temp\nA,1\nB,4\n")
    result = place.run("run", "n.ipynb", "What is the mean of temp?")
    assert result.returncode == 0, result.stderr
    assert "2.5" in result.stdout
    assert "built-in model" in result.stderr
