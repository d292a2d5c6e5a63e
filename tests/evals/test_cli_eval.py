"""`jupyter codeact eval`, as a user has it: a process, real kernels, and a scripted model behind real HTTP."""

import json
import signal
from io import StringIO

import pytest
from rich.console import Console

from codeact_jupyter.cli.evaluate import table
from codeact_jupyter.testing import Messages, ScriptedServer, fault
from tests.commandline import Place, eventually
from tests.evals.bench import Bench, ended
from tests.evals.report.made import row
from tests.evals.sums import code, instruction, number, observed, plays

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def bench(place: Place) -> Bench:
    return Bench(place)


def test_a_second_call_does_only_what_is_missing(bench: Bench):
    with ScriptedServer([], fallback=plays) as model:
        first = bench.run(model, "--limit", "1")
        assert (first.code, len(first.told)) == (0, 3)
        asked = len(model.requests)
        before = bench.rows()
        assert [(row.format, row.success_reference, row.success_fixed, row.turns, row.actions) for row in before] == [
            (format, True, True, 2, 1) for format in ("code", "json", "text")
        ]
        assert [event["type"] for event in bench.events(before[1])][-1] == "run_finished"
        assert "report.html" in first.out
        for format in ("code", "json", "text"):
            assert f"│ {format} " in first.out
        same = bench.run(model, "--limit", "1")
        assert (same.code, same.told, len(model.requests)) == (0, [], asked)
        assert "3 of 3 trials are done already" in same.err
        wider = bench.run(model, "--limit", "2", "--formats", "code")
        assert (wider.code, len(wider.told), len(model.requests)) == (0, 1, asked + 2)
        assert bench.rows()[:3] == before
        assert json.loads((bench.out / "plan.json").read_text())["limit"] == 2


def fails(messages: Messages) -> str:
    """A model whose tasks go wrong, each in a way of its own, but for the fourth."""
    match number(messages):
        case 1 if not observed(messages):
            return code("import os\nos._exit(1)")
        case 2:
            return code("import time\ntime.sleep(100)")
        case _:
            return plays(messages)


def test_what_goes_wrong_is_a_row_with_its_reason_and_the_others_are_done(bench: Bench):
    with ScriptedServer([fault(401)], fallback=fails) as model:
        ran = bench.run(model, "--limit", "4", "--formats", "code", "--task-seconds", "45")
    assert bench.ends() == [
        ("sum/1", "failed", False),
        ("sum/2", "timeout", False),
        ("sum/3", "answered", True),
        ("sum/4", "answered", True),
    ]
    assert "401" in bench.rows()[0].message
    assert "45 s" in bench.rows()[1].message
    assert (ran.code, "--again" in ran.err) == (0, True)
    bench.is_left_alone()
    with ScriptedServer([], fallback=lambda messages: fails(messages) if number(messages) == 1 else plays(messages)) as model:
        ran = bench.run(model, "--limit", "4", "--formats", "code", "--task-seconds", "45", "--again")
    assert (ran.code, len(ran.told)) == (0, 2)
    first, second, *_ = bench.rows()
    assert (first.end, first.success_fixed, first.error_turns, first.recovered) == ("answered", True, 1, 0)
    assert (second.end, second.success_fixed) == ("answered", True)
    assert len((bench.out / "results.jsonl").read_text().splitlines()) == 6


def test_a_task_that_breaks_is_a_row_and_the_exit_code_says_so(bench: Bench):
    suite = bench.place.folder / "sums.py"
    suite.write_text(suite.read_text().replace("right = str(", "right = str(1 // (self.number - 1)) and str("))
    with ScriptedServer([], fallback=plays) as model:
        ran = bench.run(model, "--limit", "2", "--formats", "code")
    assert bench.ends() == [("sum/1", "broken", False), ("sum/2", "answered", True)]
    assert "ZeroDivisionError: integer division or modulo by zero, sums.py line " in bench.rows()[0].message
    assert ran.code == 1


def test_what_a_suite_says_that_is_no_json_breaks_its_trial_once(bench: Bench):
    suite = bench.place.folder / "sums.py"
    suite.write_text(suite.read_text().replace("right in answer)", "right in answer, {'seen': object() if self.number == 1 else 1})"))
    with ScriptedServer([], fallback=plays) as model:
        ran = bench.run(model, "--limit", "2", "--formats", "code")
        assert len(model.requests) == 4
    assert bench.ends() == [("sum/1", "broken", False), ("sum/2", "answered", True)]
    assert "unknown type" in bench.rows()[0].message
    assert ran.code == 1


def test_a_model_is_shown_by_its_name_whatever_stands_in_it():
    names = ["[/q4]", "[red]m", "\x1b[31mm"]
    shown = StringIO()
    Console(file=shown, width=120).print(table([row("a", model=name) for name in names]))
    lines = [line for line in shown.getvalue().splitlines() if "│ code" in line]
    assert [line.split("│")[2].strip() for line in lines] == ["[31mm", "[/q4]", "[red]m"]


def test_a_suite_that_a_worker_cannot_load_is_a_broken_row(bench: Bench):
    suite = bench.place.folder / "sums.py"
    suite.write_text(
        suite.read_text()
        + "\n\nif 'codeact_jupyter.evals.worker' in __import__('sys').argv[0].replace('/', '.'):\n    raise OSError('no table')\n"
    )
    with ScriptedServer([], fallback=plays) as model:
        ran = bench.run(model, "--limit", "1", "--formats", "code")
    assert ran.code == 1
    assert [row.end for row in bench.rows()] == ["broken"]
    assert "no table" in bench.rows()[0].message


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_ends_its_kernels_and_goes_on_with_the_next_call(bench: Bench, number: signal.Signals):
    with ScriptedServer([], fallback=lambda messages: sleeps_in_the_second(messages)) as model:
        process = bench.start(model, "--formats", "code", "--limit", "3")
        eventually(lambda: len(model.requests) == 3 and bench.place.kernels(), "the second task acts", 300)
        eventually(lambda: (bench.place.folder / "asleep").exists(), "its action runs", 300)
        process.send_signal(number)
        stopped = ended(process)
    assert stopped.code == 130
    assert "Stopped" in stopped.err
    assert "Traceback" not in stopped.err
    assert not bench.workers()
    assert not bench.place.kernels()
    assert bench.ends() == [("sum/1", "answered", True)]
    goes_on(bench)


def test_killed_it_leaves_nothing_running_and_goes_on_with_the_next_call(bench: Bench):
    with ScriptedServer([], fallback=lambda messages: sleeps_in_the_second(messages)) as model:
        process = bench.start(model, "--formats", "code", "--limit", "3")
        eventually(lambda: (bench.place.folder / "asleep").exists(), "its action runs", 300)
        process.kill()
        ended(process)
    bench.is_left_alone()
    file = bench.out / "results.jsonl"
    file.write_bytes(file.read_bytes() + b'{"suite":"sums","task":"sum/2","for')
    assert bench.ends() == [("sum/1", "answered", True)]
    goes_on(bench)


def goes_on(bench: Bench) -> None:
    with ScriptedServer([], fallback=plays) as model:
        ran = bench.run(model, "--formats", "code", "--limit", "3")
        assert [body["messages"][1]["content"] for body in model.requests if len(body["messages"]) == 2] != []
        assert all(number(body["messages"]) > 1 for body in model.requests)
    assert (ran.code, len(ran.told)) == (0, 2)
    assert bench.ends() == [(f"sum/{each}", "answered", True) for each in (1, 2, 3)]
    assert all(bench.events(row)[-1]["type"] == "run_finished" for row in bench.rows())


def sleeps_in_the_second(messages: Messages) -> str:
    if number(messages) == 2:
        return code("import time, os\nopen(os.environ['MARK'], 'w').close()\ntime.sleep(100)")
    return plays(messages)


@pytest.fixture(autouse=True)
def mark(bench: Bench) -> None:
    """Where an action says that it runs."""
    bench.place.env["MARK"] = str(bench.place.folder / "asleep")


def test_a_key_is_in_no_file_of_the_results(bench: Bench):
    key = "sk-canary-0123456789abcdef"
    bench.place.env |= {"OPENAI_API_KEY": key}
    with ScriptedServer([], fallback=lambda messages: leaks(messages, key)) as model:
        ran = bench.run(model, "--formats", "code", "--limit", "1", "--workers", "2")
        assert {request.headers["authorization"] for request in model.seen} == {f"Bearer {key}"}
    row = bench.rows()[0]
    assert (ran.code, row.actions) == (0, 1)
    assert "[key hidden]" in (row.answer or "")
    assert key not in ran.out + ran.err
    bench.leaves_no_word_of(key)


def leaks(messages: Messages, key: str) -> str:
    if observed(messages):
        return f"Answer: {number(messages) + 40}, by {key}"
    return code("import os\nprint(os.environ['OPENAI_API_KEY'])")


def test_models_repeats_and_ways_to_tell_errors_are_conditions_of_their_own(bench: Bench):
    with ScriptedServer([], fallback=plays) as model:
        ran = bench.run(
            model, "--model", "n", "--repeat", "2", "--limit", "1", "--formats", "code", "--observation", "full,none", "--workers", "3"
        )
        assert {body["model"] for body in model.requests} == {"m", "n"}
    assert ran.code == 0
    assert {(row.model, row.repeat, row.observation) for row in bench.rows()} == {
        (model, repeat, seen) for model in "mn" for repeat in (1, 2) for seen in ("full", "none")
    }
    assert len({row.events for row in bench.rows()}) == 8
    assert "What is add(1, 40)?" in instruction(model.requests[0]["messages"])


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nosuch", "--out", "out"], "There is no suite 'nosuch'"),
        (["nosuch:load", "--out", "out"], "'nosuch' cannot be imported"),
        (["sums:nosuch", "--out", "out"], "has no function 'nosuch'"),
        (["sums:load", "--out", "out", "--formats", "tool"], "only in code, json, text"),
        (["sums:load", "--out", "out", "--observation", "some"], "no way 'some' to tell errors"),
        (["sums:load", "--out", "sums.py"], "sums.py is no folder"),
        (["sums:load"], "--out"),
        (["sums:load", "--out", "out", "--workers", "0"], "--workers"),
        (["sums:load", "--out", "out", "--seed", "-1"], "--seed"),
        (["sums:load", "--out", "out", "--max-steps", "1001"], "not be greater than 1000"),
        (["sums:load", "--out", "out", "--workers", "2", "--dask", "tcp://127.0.0.1:1"], "not allowed with"),
        (["sums:load", "--out", "out", "--base-url", "http://name:word@127.0.0.1/v1", "--model", "m"], "password"),
    ],
)
def test_what_cannot_be_done_as_written_is_said_and_leaves_nothing(bench: Bench, arguments: list[str], words: str):
    ran = ended(bench.place.start("eval", *arguments))
    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert not bench.out.exists()


def test_another_plan_in_the_same_folder_is_refused(bench: Bench):
    with ScriptedServer([], fallback=plays) as model:
        assert bench.run(model, "--formats", "code", "--limit", "1").code == 0
        refused = bench.run(model, "--formats", "code", "--limit", "1", "--max-steps", "4")
    assert refused.code == 2
    assert "--max-steps 10, not with --max-steps 4" in refused.err
    assert len(bench.rows()) == 1
