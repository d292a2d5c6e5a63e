"""`jupyter codeact` as its users have it: a process with a terminal or without, a real kernel, a model behind HTTP."""

import json
import os
import pty
import resource
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from codeact_jupyter.testing import Item, Messages, ScriptedServer, code, fault, notebook, say
from tests.commandline import PATIENCE, Place, act, names

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


@pytest.mark.parametrize(
    ("option", "amount", "words"),
    [
        ("--max-tokens", "100", "budget of 100 tokens is used up"),
        ("--max-cost", "0.001", "budget of 0.001 is used up (it cost 0.0"),
        ("--max-seconds", "8", "time of 8 s is used up"),
    ],
)
def test_a_budget_that_is_used_up_exits_with_3(place: Place, option: str, amount: str, words: str) -> None:
    (place.home / "config").mkdir()
    (place.home / "config" / "jupyter_codeact_config.py").write_text("c.CodeAct.prices = {'m': [10, 10]}\n")
    source = "import time\ntime.sleep(60)" if option == "--max-seconds" else "1"
    with ScriptedServer([say(act(source))] * 2) as model:
        result = place.ask(model, option, amount, "--quiet")
    assert (result.returncode, result.stdout) == (3, ""), result.stderr
    assert words in result.stderr
    assert len(model.requests) <= 1


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


def test_a_store_that_cannot_be_written_ends_the_run_with_plain_words(place: Place) -> None:
    started: list[int] = []

    def fills_the_disk(messages: Messages) -> str:
        _, hard = resource.prlimit(started[0], resource.RLIMIT_FSIZE)
        resource.prlimit(started[0], resource.RLIMIT_FSIZE, (1, hard))
        return act("open('made', 'w')")

    with ScriptedServer([fills_the_disk]) as model:
        process = place.start("run", "n.ipynb", "do it", "--model", "m", "--base-url", model.url, "--quiet")
        started.append(process.pid)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (1, "")
    assert err.startswith(f"The store of runs {place.home / 'data' / 'codeact' / 'store.sqlite'} cannot be written")
    assert "Traceback" not in err
    assert names(place.folder) == ["n.ipynb"]
    assert place.kernels() == []


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
