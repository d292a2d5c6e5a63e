"""Tracebacks as IPython writes them, each from a real kernel, and what is kept of them."""

from collections.abc import Callable, Iterator

import pytest
from jupyter_client.manager import start_new_kernel

from codeact_jupyter.output_text import terminal
from codeact_jupyter.traceback_text import shorten

Fail = Callable[[str], str]


@pytest.fixture(scope="module")
def fail(tmp_path_factory) -> Iterator[Fail]:
    """Runs code that fails, and gives its traceback shortened."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "mine.py").write_text("def look(frame):\n    return frame['nope']\n")
    (folder / "broken.py").write_text("def f(:\n")
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder))

    def run(code: str) -> str:
        found: list[str] = []
        client.execute_interactive(
            code,
            allow_stdin=False,
            timeout=60,
            output_hook=lambda message: found.extend(message["content"]["traceback"]) if message["msg_type"] == "error" else None,
        )
        return shorten(terminal("\n".join(found)))

    run("import pandas as pd\nframe = pd.DataFrame({'a': [1, 2]})")
    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("1/0", ["----> 1 1/0", "ZeroDivisionError: division by zero"]),
        ("x = 1\ny = frame['b']\nz = 3", ["----> 2 y = frame['b']", "… 2 frames in pandas", "KeyError: 'b'"]),
        ("frame.assign(c=lambda d: d['q'])", ["----> 1 frame.assign", "in <lambda>(d)", "KeyError: 'q'"]),
        ("frame.merge(frame, on='zz')", ["----> 1 frame.merge(frame, on='zz')", "in pandas", "KeyError: 'zz'"]),
        (
            "import mine\nmine.look(frame)",
            ["----> 2 mine.look(frame)", "mine.py:2, in look(frame)", "----> 2     return frame['nope']", "KeyError: 'nope'"],
        ),
        (
            "pd.read_csv('no.csv')",
            ["----> 1 pd.read_csv('no.csv')", "frames in pandas", "FileNotFoundError: [Errno 2] No such file or directory: 'no.csv'"],
        ),
        ("import json\njson.loads('{')", ["----> 2 json.loads('{')", "… 3 frames in json", "JSONDecodeError: Expecting property name"]),
        ("import nomod", ["----> 1 import nomod", "ModuleNotFoundError: No module named 'nomod'"]),
        ("import importlib\nimportlib.import_module('no.such')", ["frames in importlib", "ModuleNotFoundError: No module named 'no'"]),
        (
            "def g():\n    return bad(\n        1,\n        2)\ng()",
            ["----> 5 g()", "in g()", "----> 2     return bad(", "NameError: name 'bad' is not defined"],
        ),
        (
            "async def k():\n    raise OSError(2, 'no')\nawait k()",
            ["----> 3 await k()", "----> 2     raise OSError(2, 'no')", "FileNotFoundError: [Errno 2] no"],
        ),
        ("exec('1/0')", ["----> 1 exec('1/0')", "File <string>:1", "ZeroDivisionError: division by zero"]),
        ("%timeit -n1 -r1 1/0", ["'-n1 -r1 1/0'", "ZeroDivisionError: division by zero"]),
        ("%%time\ny = 1\n1/0", ["'y = 1\\n1/0", "ZeroDivisionError: division by zero"]),
        ("input('x')", ["----> 1 input('x')", "… 1 frame in ipykernel", "StdinNotImplementedError: raw_input was called"]),
        ("e = ValueError('m')\ne.add_note('a note')\nraise e", ["----> 3 raise e", "ValueError: m\na note"]),
        ("raise ValueError('bad\\nsecond line')", ["ValueError: bad\nsecond line"]),
        ("assert False", ["----> 1 assert False", "\nAssertionError"]),
        ("raise SystemExit(2)", ["SystemExit: 2"]),
        ("raise KeyboardInterrupt", ["----> 1 raise KeyboardInterrupt", "\nKeyboardInterrupt"]),
        ("print((1)", ["line 1", "    print((1)", "         ^", "SyntaxError: incomplete input"]),
        ("x = 'abc", ["    x = 'abc", "SyntaxError: unterminated string literal"]),
        ("if x:\npass", ["    pass", "IndentationError: expected an indented block"]),
        ("import broken", ["import broken", "broken.py:1", "    def f(:", "SyntaxError: invalid syntax"]),
        ("eval('1+')", ["    eval('1+')", "File <string>:1", "SyntaxError: invalid syntax"]),
        ("%run nofile.py", ["nofile.py", "not found"]),
    ],
)
def test_the_users_lines_and_the_message_are_kept(fail, code, kept):
    text = fail(code)
    at = 0
    for part in kept:
        assert part in text[at:], text
        at = text.index(part, at)
    assert kept[-1].strip().splitlines()[-1] in text.splitlines()[-1]
    assert "\x1b" not in text
    assert "Traceback (most recent call last)" not in text
    assert "site-packages" not in text
    assert "Could not get source" not in text
    assert len(text) < 1000


def test_a_cause_in_the_users_code_is_kept(fail):
    text = fail("def g():\n    try:\n        1/0\n    except ZeroDivisionError as e:\n        raise ValueError('bad') from e\ng()")
    assert text.index("ZeroDivisionError: division by zero") < text.index("direct cause") < text.index("> 6 g()")
    assert text.endswith("ValueError: bad")


def test_a_cause_in_a_library_that_says_the_same_is_not(fail):
    assert "direct cause" not in fail("frame['b']")
    assert fail("frame['b']").count("KeyError") == 1


def test_recursion_is_told_in_a_few_lines(fail):
    text = fail("def f(n):\n    return f(n+1)\nf(1)")
    assert "times more" in text
    assert len(text.splitlines()) < 10
    assert text.endswith("RecursionError: maximum recursion depth exceeded")


def test_recursion_of_two_is_told_in_few(fail):
    text = fail("def a(n):\n    return b(n)\ndef b(n):\n    return a(n)\na(1)")
    assert "frames left out" in text
    assert "> 5 a(1)" in text
    assert len(text.splitlines()) < 45


def test_an_endless_message_keeps_both_ends(fail):
    text = fail("raise ValueError('begins' + 'x' * 50_000 + 'ends')")
    assert "ValueError: begins" in text
    assert text.endswith("ends")
    assert "characters left out" in text
    assert len(text) < 2500


def test_an_endless_line_is_shortened(fail):
    assert len(fail("1/0 # " + "x" * 50_000)) < 1000


def test_what_is_no_traceback_stands_as_it_is():
    assert shorten("KeyError: 'a'") == "KeyError: 'a'"
    assert shorten("") == ""
    assert shorten("Error in foo(): object 'x' not found\nTraceback:") == "Error in foo(): object 'x' not found\nTraceback"


def test_older_headings_are_known_too():
    text = "KeyError      Traceback (most recent call last)\nInput In [3], in <cell line: 2>()\n      1 x\n----> 2 d['a']\n\nKeyError: 'a'"
    assert shorten(text) == "Input In [3], in <cell line: 2>()\n----> 2 d['a']\nKeyError: 'a'"
