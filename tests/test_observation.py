"""What the model is told of an action's outcome."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_output, output_from_msg

from codeact_jupyter.events import Observed
from codeact_jupyter.observation import Budget, Observation, cut
from codeact_jupyter.ports import Finished

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TRACEBACK = [
    "\x1b[31m---------------------------------------------------------------------------\x1b[39m",
    "\x1b[31mKeyError\x1b[39m                                  Traceback (most recent call last)",
    "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m\x1b[32m, line 2\x1b[39m\n      1 x = 1\n"
    "\x1b[32m----> \x1b[39m\x1b[32m2\x1b[39m d['a']",
    "\x1b[31mKeyError\x1b[39m: 'a'",
]


def out(text: str) -> Mapping[str, Any]:
    return new_output("stream", name="stdout", text=text)


def err(text: str) -> Mapping[str, Any]:
    return new_output("stream", name="stderr", text=text)


def result(**data: Any) -> Mapping[str, Any]:
    return new_output("execute_result", data={key.replace("_", "/"): value for key, value in data.items()}, execution_count=1)


def display(**data: Any) -> Mapping[str, Any]:
    return new_output("display_data", data={key.replace("_", "/"): value for key, value in data.items()})


def error(name: str = "KeyError", value: str = "'a'", traceback: list[str] = TRACEBACK) -> Mapping[str, Any]:
    return new_output("error", ename=name, evalue=value, traceback=traceback)


def text(*outputs: Mapping[str, Any], status: Any = "ok", budget: Budget | None = None, **more: Any) -> str:
    return Observation(budget or Budget())("a1", Finished(status, outputs, **more)).text


@pytest.mark.parametrize(
    ("outputs", "seen"),
    [
        ([out("a\n"), out("b\n")], "a\nb"),
        ([out("1"), out("\n")], "1"),
        ([out("  indented\n")], "  indented"),
        ([out("10%\r"), out("100%\n")], "100%"),
        ([err("warned\n")], "[stderr]\nwarned"),
        ([out("a\n"), err("w\n")], "a\n[stderr]\nw"),
        ([err("w\n"), out("a\n")], "[stderr]\nw\n[stdout]\na"),
        ([result(text_plain="42")], "[result]\n42"),
        ([out("a\n"), result(text_plain="42", text_html="<b>42</b>")], "a\n[result]\n42"),
        ([display(text_plain="x")], "[display]\nx"),
        ([display(text_html="<b>x</b>")], "[display]\nx"),
        ([display(image_png=PNG, text_plain="<Figure size 640x480 with 1 Axes>")], "[image/png, 70 B, 1x1 px]"),
        ([display(image_png=PNG, text_plain="a plot of sales")], "[display]\na plot of sales\n[image/png, 70 B, 1x1 px]"),
        ([out("\n  \n"), result(text_plain="1")], "[result]\n1"),
        ([display(text_plain="")], "[no output]\nOnly what is printed, or stands last in the cell, is seen."),
        ([], "[no output]\nOnly what is printed, or stands last in the cell, is seen."),
    ],
)
def test_outputs_stand_in_their_order(outputs, seen):
    assert Observation()("a1", Finished("ok", outputs)) == Observed(action_id="a1", status="ok", text=seen)


def test_an_error_ends_with_its_name_and_message():
    assert text(out("so far\n"), error(), status="error") == "so far\n[error]\nCell In[3], line 2\n----> 2 d['a']\nKeyError: 'a'"


@pytest.mark.parametrize(
    ("name", "value", "end"), [("ValueError", "bad", "[error]\nValueError: bad"), ("AssertionError", "", "[error]\nAssertionError")]
)
def test_an_error_without_a_traceback_has_its_name(name, value, end):
    assert text(error(name, value, []), status="error") == end


def test_a_failure_without_a_word_is_no_success():
    assert text(status="error") == "[error]\nThe code failed without a word."


@pytest.mark.parametrize(
    ("finished", "words"),
    [
        (Finished("ok", [out("x")], exit_code=2), ["x\n[exit status 2]"]),
        (Finished("ok", [], exit_code=127), ["[exit status 127]"]),
        (
            Finished("ok", [result(text_plain="<coroutine object load at 0x7efbf5f1f060>")]),
            ["<coroutine object load", "[never awaited]", "`await load(…)`"],
        ),
        (Finished("ok", [result(text_plain="<async_generator object rows at 0x7e>")]), ["[never awaited]", "`async for item in rows(…):`"]),
        (
            Finished("ok", [err("/tmp/1.py:1: RuntimeWarning: coroutine 'A.load' was never awaited\n  co()\n")]),
            ["[never awaited]", "`await A.load(…)`"],
        ),
        (Finished("ok", [out("bye")], kernel_exits=True), ["bye\n[kernel ended]", "All variables are lost"]),
        (Finished("died", [], kernel_exits=True, restarted=True), ["[kernel ended]", "All variables are lost; the kernel runs again"]),
        (Finished("died", [out("x")]), ["x\n[kernel died]", "All variables are lost; the kernel runs again"]),
        (Finished("died", [], restarted=True), ["[kernel died]", "All variables are lost; the kernel runs again"]),
        (
            Finished("interrupted", [out("x")], restarted=True),
            ["[interrupted]", "[kernel restarted]", "All variables are lost; the kernel runs again"],
        ),
        (Finished("unresponsive", []), ["[unresponsive]", "only a restart"]),
        (Finished("unresponsive", [], restarted=True), ["[unresponsive]", "[kernel restarted]"]),
        (Finished("interrupted", [out("x\n"), error("KeyboardInterrupt", "")]), ["x\n[error]", "[interrupted]"]),
        (Finished("error", [error("StdinNotImplementedError", "raw_input was called")]), ["[no input] input() is not available"]),
    ],
)
def test_what_the_outputs_do_not_say_is_said(finished, words):
    seen = Observation()("a1", finished)
    at = 0
    for word in words:
        assert word in seen.text[at:], seen.text
        at = seen.text.index(word, at)
    assert seen.status == finished.status
    assert seen.text.count("All variables are lost") <= 1
    assert "[no output]" not in seen.text


@pytest.mark.parametrize(
    "finished",
    [
        Finished("ok", [out("x")], exit_code=0),
        Finished("ok", [out("x")]),
        Finished("error", [error()], exit_code=3),
        Finished("ok", [out("RuntimeWarning: coroutine 'x' was never awaited, said the book")]),
        Finished("ok", [result(text_plain="'<coroutine object'")]),
    ],
)
def test_a_success_is_not_talked_down(finished):
    seen = Observation()("a1", finished).text
    assert "[exit status" not in seen
    assert "[never awaited]" not in seen


def test_an_action_that_goes_on_shows_its_last_lines():
    seen = Observation()("a1", None, [out("".join(f"line {n}\n" for n in range(10_000)))])
    assert seen.status == "running"
    assert "line 9999\n[still running]" in seen.text
    head, tail = seen.text.split("characters left out …]")
    assert len(tail) > 2 * len(head)


def test_what_runs_in_silence_is_still_running():
    assert Observation()("a1", None).text.startswith("[still running]")


def test_head_and_tail_of_a_long_output_are_kept_and_the_rest_is_counted():
    whole = "".join(f"line {n}\n" for n in range(5_000))
    seen = text(out(whole))
    assert seen.startswith("line 0\n")
    assert seen.endswith("line 4999")
    left = int(seen.split("[… ")[1].split(" ")[0].replace(",", ""))
    assert left == len(whole.rstrip()) - len(seen.split("\n[… ")[0]) - len(seen.split("left out …]\n")[1])
    assert len(seen) <= Budget().stdout


def test_of_an_error_the_end_weighs_more():
    whole = "".join(f"line {n}\n" for n in range(5_000))
    head, tail = text(out(whole), error(), status="error").split("characters left out …]")
    assert len(tail) > 2 * len(head)
    head, tail = text(out(whole)).split("characters left out …]")
    assert len(tail) < 2 * len(head)


def long_outputs(size: int) -> list[Mapping[str, Any]]:
    line = "0123456789 abcdefgh\n" * (size // 20)
    return [out(line), err(line), display(text_plain=line), display(image_png=PNG), result(text_plain="x" * size), error(value=line)]


@pytest.mark.parametrize("size", [0, 1_000, 5_000, 100_000])
@pytest.mark.parametrize("budget", [Budget(), Budget(total=2_000), Budget(total=600, error=300), Budget(total=20_000, stdout=100)])
@pytest.mark.parametrize("status", ["ok", "error", "interrupted", "died"])
def test_the_budget_is_never_exceeded(size, budget, status):
    seen = text(*long_outputs(size), status=status, budget=budget)
    assert len(seen) <= budget.total
    assert "KeyError: 'a'" in seen


def test_hundreds_of_outputs_stay_within_it_too():
    seen = text(*(display(text_plain=f"frame {n} " + "y" * 500) for n in range(700)))
    assert len(seen) <= Budget().total
    assert "[… 660 outputs left out …]" in seen
    assert "frame 0 " in seen
    assert "[display]\nframe 699" in seen


def test_a_short_part_is_not_cut_for_a_long_one():
    seen = text(err("take care\n"), out("x\n" * 50_000), result(text_plain="42"))
    assert seen.startswith("[stderr]\ntake care\n[stdout]\nx\n")
    assert seen.endswith("[result]\n42")


def test_a_short_part_between_long_ones_is_kept():
    seen = text(out("x\n" * 4_000), display(text_plain="keep me"), err("w\n" * 1_500), result(text_plain="y\n" * 3_000))
    assert "\n[display]\nkeep me\n[stderr]\n" in seen
    assert seen.count("left out") == 2
    assert len(seen) <= Budget().total


def test_the_failing_line_survives_a_flood():
    flood = ["\n\nFile /x/site-packages/lib/a.py:1, in f()\n----> 1 y"] * 500
    seen = text(out("x" * 100_000), error(traceback=[*TRACEBACK[:3], *flood, "\n" + TRACEBACK[3]]), status="error")
    assert "----> 2 d['a']" in seen
    assert "… 500 frames in lib" in seen
    assert seen.endswith("KeyError: 'a'")


@pytest.mark.parametrize(
    ("whole", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abc", 2, "[… 3 characters left out …]"),
        ("a" * 10_000 + "b" * 10_000, 48 + 10, "aaaaa\n[… 19,990 characters left out …]\nbbbbb"),
        ("one\ntwo\n" + "x" * 500 + "\nyes\nno", 48 + 16, "one\ntwo\n[… 502 characters left out …]\nyes\nno"),
    ],
)
def test_a_cut_says_how_much_is_gone(whole, limit, kept):
    assert cut(whole, limit, 0.5) == kept


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[str], str]]:
    """Runs code in a real kernel, and gives what is observed of it."""
    manager, client = start_new_kernel(kernel_name="python3")

    def observe(code: str) -> str:
        outputs: list[Mapping[str, Any]] = []
        kinds = {"stream", "display_data", "execute_result", "error"}
        reply = client.execute_interactive(
            code,
            allow_stdin=False,
            timeout=60,
            output_hook=lambda message: outputs.append(output_from_msg(message)) if message["msg_type"] in kinds else None,
        )
        return text(*outputs, status=reply["content"]["status"])

    yield observe
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("print('hi')\n1 + 1", ["hi\n[result]\n2"]),
        ("import pandas as pd\npd.DataFrame({'a': range(90)})", ["[result]\n     a\n0    0", "\n\n[90 rows x 1 columns]"]),
        ("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);", ["[image/png, ", " kB, ", " px]"]),
        ("from IPython.display import Markdown, display\ndisplay(Markdown('# Hi'))", ["[display]\n# Hi"]),
        ("async def load(): pass\nload()", ["[never awaited] load(…)"]),
        ("load(); None", ["[stderr]", "[never awaited] load(…)"]),
        ("input('how many?')", ["StdinNotImplementedError", "[no input]"]),
        ("raise ExceptionGroup('two', [ValueError('a'), KeyError('b')])", ["[stderr]", "ExceptionGroup: two", "KeyError: 'b'"]),
        ("%nosuch", ["[stderr]\nUsageError: Line magic function `%nosuch` not found."]),
        ("x = {}\nx['a']", ["[error]\nCell In[", "----> 2 x['a']\nKeyError: 'a'"]),
        ("print((1)", ["[error]\n", "SyntaxError: "]),
        ("import sys, time\nfor n in range(3): print(f'\\r{n}', end='')", ["2"]),
        ("x = 1", ["[no output]"]),
    ],
)
def test_a_real_kernels_outputs_are_understood(run, code, parts):
    seen = run(code)
    at = 0
    for part in parts:
        assert part in seen[at:], seen
        at = seen.index(part, at) + len(part)
    assert "\x1b" not in seen


def test_a_frames_column_types_are_said_only_where_the_result_is_a_frame():
    html = '<table border="1" class="dataframe"></table>'
    frame = {
        "output_type": "execute_result",
        "data": {"text/plain": "  a b\n0 1 x", "text/html": html},
        "metadata": {},
        "execution_count": 1,
    }
    dtypes = {"a": "int64", "b": "str"}
    assert Observation()("a", Finished("ok", [frame], dtypes=dtypes)).text.splitlines()[-1] == "[dtypes] a int64, b str"
    assert (
        "dtypes" not in Observation()("a", Finished("ok", [{"output_type": "stream", "name": "stdout", "text": "1"}], dtypes=dtypes)).text
    )
