"""What asks first, at a terminal with somebody at it."""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pexpect
import pytest

from codeact_jupyter.testing import Item, ScriptedServer, say
from tests.commandline import COMMAND, PATIENCE, Place, act, names

WRITES = "open('made', 'w').write('as proposed')"
AGAIN = "open('more', 'w').close()"
QUESTION = r"run it\?"

Ask = Callable[..., Any]


@pytest.fixture
def terminal(place: Place) -> Iterator[Ask]:
    """Starts a command at a terminal of its own."""
    started: list[Any] = []

    def start(model: ScriptedServer, *options: str, command: tuple[str, ...] = ("run", "n.ipynb", "do it")) -> Any:
        arguments = [*COMMAND[1:], *command, "--model", "m", "--base-url", model.url, "--events", "events.jsonl", *options]
        env = {**place.env, "TERM": "xterm-256color"}
        started.append(
            pexpect.spawn(COMMAND[0], arguments, cwd=place.folder, env=env, encoding="utf-8", timeout=PATIENCE, dimensions=(40, 160))
        )
        return started[-1]

    yield start
    for each in started:
        each.close(force=True)


def finished(terminal: Any) -> int:
    """The exit code."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return int(terminal.exitstatus)


def script(*sources: str, answer: str = "Done.") -> list[Item]:
    return [*(say(act(source)) for source in sources), say(answer)]


def told(model: ScriptedServer, request: int) -> str:
    """The last message of a request."""
    return str(model.requests[request]["messages"][-1]["content"])


def decisions(place: Place) -> list[tuple[str, str, str]]:
    return [(event["decision"], event["by"], event["scope"]) for event in events(place, "action_decided")]


def events(place: Place, kind: str) -> list[dict[str, Any]]:
    return [line["event"] for line in place.events() if line["event"]["type"] == kind]


def test_what_asks_is_shown_in_colours_below_its_reason_and_runs_on_y(place: Place, terminal: Ask) -> None:
    with ScriptedServer(script(WRITES)) as model:
        asked = terminal(model)
        asked.expect("asks first:")
        asked.expect(QUESTION)
        shown = asked.before
        assert "files" in shown.splitlines()[0]
        assert re.search(r"open\x1b\[.*as proposed", shown), "colours of the code's parts"
        assert not (place.folder / "made").exists()
        asked.sendline("y")
        assert finished(asked) == 0
    assert (place.folder / "made").read_text() == "as proposed"
    assert decisions(place) == [("allow", "user", "once")]


def test_n_denies_and_a_word_goes_to_the_model(place: Place, terminal: Ask) -> None:
    with ScriptedServer(script(WRITES)) as model:
        asked = terminal(model)
        asked.expect(QUESTION)
        asked.sendline("n")
        asked.expect("a word to the model")
        asked.sendline("Print it instead.")
        assert finished(asked) == 0
    assert "Print it instead." in told(model, 1)
    assert not (place.folder / "made").exists()
    assert place.cells() == []
    assert events(place, "action_started") == []


def test_what_came_out_of_the_editor_is_shown_again_and_exactly_that_runs(place: Place, terminal: Ask) -> None:
    editor = place.folder / "editor.py"
    editor.write_text(
        "import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\nfile.write_text(file.read_text().replace('proposed', 'edited'))"
    )
    place.env["EDITOR"] = f"{sys.executable} {editor}"
    with ScriptedServer(script(WRITES)) as model:
        asked = terminal(model)
        asked.expect(QUESTION)
        asked.sendline("e")
        asked.expect("as you changed it:")
        assert "asks first" not in asked.before  # that was said of other code
        asked.expect("as edited")
        asked.expect(QUESTION)
        assert not (place.folder / "made").exists()
        asked.sendline("y")
        assert finished(asked) == 0
    assert (place.folder / "made").read_text() == "as edited"
    (cell,) = place.cells()
    assert cell.source == WRITES.replace("proposed", "edited") == events(place, "action_decided")[0]["code"]
    assert "as edited" in told(model, 1)


def test_without_an_editor_the_code_is_typed_in(place: Place, terminal: Ask) -> None:
    place.env["VISUAL"] = "no-such-editor"
    with ScriptedServer(script(WRITES)) as model:
        asked = terminal(model)
        asked.expect(QUESTION)
        asked.sendline("e")
        asked.expect("cannot be started")
        asked.expect("alone ends it")
        for line in ("x = 1", "print(x + 1)", "."):
            asked.sendline(line)
        asked.expect(QUESTION)
        asked.sendline("y")
        assert finished(asked) == 0
    assert place.cells()[0].source == "x = 1\nprint(x + 1)"
    assert place.printed() == "2\n"


def test_a_class_that_is_allowed_for_the_run_asks_once(place: Place, terminal: Ask) -> None:
    with ScriptedServer(script(WRITES, AGAIN)) as model:
        asked = terminal(model)
        asked.expect(QUESTION)
        asked.expect("in this run whatever")
        asked.sendline("a")
        assert finished(asked) == 0
        assert "asks first" not in asked.before
    assert names(place.folder) == ["events.jsonl", "made", "more", "n.ipynb"]
    assert decisions(place) == [("allow", "user", "run"), ("allow", "policy", "once")]


def test_under_ask_everything_asks_each_time(place: Place, terminal: Ask) -> None:
    with ScriptedServer(script("1 + 1", "2 + 2")) as model:
        asked = terminal(model, "--approval", "ask", "--quiet")
        for _ in range(2):
            asked.expect(QUESTION)
            asked.expect(">")
            assert "whatever" not in asked.before
            asked.sendline("y")
        assert finished(asked) == 0
    assert decisions(place) == [("allow", "user", "once")] * 2


@pytest.mark.parametrize("stop", ["Ctrl-C", "SIGTERM"])
def test_a_run_that_waits_for_an_answer_can_be_stopped(place: Place, terminal: Ask, stop: str) -> None:
    with ScriptedServer(script(WRITES)) as model:
        asked = terminal(model)
        asked.expect(QUESTION)
        asked.expect(">")
        if stop == "Ctrl-C":
            asked.sendintr()
        else:
            os.kill(asked.pid, signal.SIGTERM)
        assert finished(asked) == 130
    assert place.types()[-2:] == ["approval_asked", "run_finished"]
    assert not (place.folder / "made").exists()
    assert place.kernels() == []


def test_what_was_typed_before_the_question_answers_nothing_and_what_cannot_be_seen_is_named(place: Place, terminal: Ask) -> None:
    hidden = "open('made', 'w')  # \u202eharmless\x1b[2K"
    with ScriptedServer([say(act(hidden), pieces=4, delay=0.1), say("Done.")]) as model:
        asked = terminal(model)
        asked.expect("starting the kernel")
        asked.sendline("y")
        asked.expect(QUESTION)
        assert "⟨U+202E⟩harmless⟨U+001B⟩" in asked.before
        asked.expect(pexpect.TIMEOUT, timeout=1)
        assert not (place.folder / "made").exists()
        asked.sendline("n")
        asked.sendline("")
        assert finished(asked) == 0


def test_a_question_that_a_kill_cut_off_is_asked_again(place: Place, terminal: Ask) -> None:
    with ScriptedServer([say(act(WRITES)), say("Done.")]) as model:
        asked = terminal(model)
        asked.expect(QUESTION)
        os.kill(asked.pid, signal.SIGKILL)
        asked.expect(pexpect.EOF)
        asked = terminal(model, command=("resume",))
        asked.expect("asks first:")
        asked.expect(QUESTION)
        asked.sendline("y")
        assert finished(asked) == 0
        assert "Done." in asked.before
    assert (place.folder / "made").read_text() == "as proposed"
    assert place.types().count("approval_asked") == 1
    assert place.types().count("action_started") == 1


def test_where_nobody_can_be_asked_it_is_denied_and_both_are_told(place: Place) -> None:
    with ScriptedServer(script(WRITES, answer="I could not.")) as model:
        result = place.ask(model, "--quiet", "--events", "events.jsonl")
    assert (result.returncode, result.stdout) == (0, "I could not.\n")
    assert result.stderr.startswith("  not run: ")
    assert "--approval auto" in result.stderr
    assert "Nobody can be asked here." in told(model, 1)
    assert decisions(place) == [("deny", "user", "once")]
    assert names(place.folder) == ["events.jsonl", "n.ipynb"]


@pytest.mark.parametrize("allow", ["True", "False"])
def test_the_administrator_can_forbid_auto(place: Place, allow: str) -> None:
    (place.home / "config").mkdir()
    (place.home / "config" / "jupyter_codeact_config.py").write_text(f"c.CodeAct.allow_auto = {allow}\n")
    with ScriptedServer(script(WRITES)) as model:
        result = place.ask(model, "--approval", "auto")
    assert result.returncode == (0 if allow == "True" else 2), result.stderr
    assert ("administrator has forbidden" in result.stderr) == (allow == "False")
    assert (place.folder / "made").exists() == (allow == "True")
