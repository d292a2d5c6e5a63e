"""Code as text."""

import pytest

from codeact_jupyter.source import acts, dedent, error_fingerprint, fingerprint, parses, transform


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("!ls", "get_ipython().system('ls')"),
        ("%time x = 1", "get_ipython().run_line_magic('time', 'x = 1')"),
        ("files = !ls", "files = get_ipython().getoutput('ls')"),
        ("%%bash\nls 'a", "get_ipython().run_cell_magic('bash', '', \"ls 'a"),
        ("  x = 1\n  y = 2", "x = 1\ny = 2"),
        (">>> x = 1", "x = 1"),
        ("df?", "pinfo"),
        ("print((", "print(("),
        ("x = 'abc", "x = 'abc"),
    ],
)
def test_a_cell_is_read_as_ipython_reads_it(source, inside):
    assert inside in transform(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        "!pip list",
        "%matplotlib inline\nx",
        "%%html\n<p>don't",
        "await f()",
        "async for x in y: pass",
        "print('\\d')",
        "  x\n  y",
        "return 1",
    ],
)
def test_what_could_run_parses(source):
    assert parses(source)


@pytest.mark.parametrize("source", ["def f(:", "print((1)", "x = 'abc", "Adelie 3700", "x\n  y", "\x00", "(" * 10_000 + ")" * 10_000])
def test_what_could_not_run_does_not(source):
    assert not parses(source)


def test_reading_code_warns_nobody(recwarn):
    assert parses(r"print('\d', 1 is 1)")
    assert not recwarn.list


@pytest.mark.parametrize(
    "source",
    ["print(1)", "df.shape", "rows[0]", "import os", "for x in y: x", "def f(): pass", "[x for x in y]", "!ls", "%time x", "await x"],
)
def test_code_acts(source):
    assert acts(source)


@pytest.mark.parametrize("source", ["", "42", "'a'", "-1.5", "[1, 'a']", "Adelie", "mean: 3700", "x = 5", "a, b", "# note", "a b", "3 < 4"])
def test_words_and_numbers_do_not(source):
    assert not acts(source)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x=1", "x = 1  # the count"),
        ("x = 1\n\n\ny = 2", "x = 1\ny = 2\n"),
        ("f(a,\n  b)", "f(a, b)"),
        ("print('a')", 'print("a")'),
        ("  x = 1", "x = 1"),
        ("!ls", "!ls "),
        ("def f(:\n  x", "def f(:\n    x\n"),
    ],
)
def test_layout_makes_no_difference(one, other):
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("x = 1", "x = 2"), ("df['a']", "df['b']"), ("if a:\n    b\nc", "if a:\n    b\n    c"), ("!ls", "!pwd"), ("f(:", "g(:"), ("'1'", "1")],
)
def test_other_code_is_other_code(one, other):
    assert fingerprint(one) != fingerprint(other)


FAILED = "[error]\nCell In[3], line 2\n----> 2 z = df['b']\n… 2 frames in pandas\nKeyError: 'b'"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FAILED, FAILED.replace("In[3], line 2", "In[17], line 4").replace("> 2 ", "> 4 ")),
        (FAILED, "loading …\n" + FAILED),
        (FAILED, FAILED + "\n[no input] input() is not available here: put the value into the code."),
        ("ValueError: <A object at 0x7efbf5f1f060>", "ValueError: <A object at 0x7efbf5f1f999>"),
        ("TimeoutError: after 1.23 s", "TimeoutError: after 4.5 s"),
        ("TimeoutError: at 2025-01-02T03:04:05.678Z", "TimeoutError: at 2026-01-02T03:04:09Z"),
        ("TimeoutError: at 10:11:12", "TimeoutError: at 10:12:59"),
        ("OSError: no /tmp/tmpab12/x.csv", "OSError: no /tmp/tmpzz9/x.csv"),
        ("OSError: no /var/folders/1z/abc/T/x.csv", "OSError: no /var/folders/9y/abc/T/y.csv"),
        ("KeyError: '0b8e1a0c-5b0e-4c0a-8f0e-0123456789ab'", "KeyError: 'ffffffff-5b0e-4c0a-8f0e-0123456789ab'"),
        ("SyntaxError: invalid syntax (123.py, line 4)", "SyntaxError: invalid syntax (987.py, line 9)"),
        ("requests.exceptions.HTTPError: no at 0x1", "requests.exceptions.HTTPError: no at 0x2"),
        (
            "  Cell In[1], line 1\n    print((1)\n             ^\nSyntaxError: x",
            "  Cell In[2], line 3\n    print((1)\n             ^\nSyntaxError: x",
        ),
    ],
)
def test_one_failure_is_known_again(one, other):
    assert error_fingerprint(one) == error_fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FAILED, FAILED.replace("'b'", "'c'")),
        (FAILED, FAILED.replace("z = df", "y = df")),
        ("KeyError: 3", "KeyError: 4"),
        ("ValueError: x", "TypeError: x"),
        ("UsageError: `%foo` not found.", "UsageError: `%bar` not found."),
        ("[exit status 1] The last ! command failed.", "[exit status 2] The last ! command failed."),
    ],
)
def test_another_failure_is_not(one, other):
    assert error_fingerprint(one) != error_fingerprint(other)


def test_the_last_error_of_a_chain_counts():
    text = "ZeroDivisionError: division by zero\n\nThe above exception …\n\n----> 4   raise KeyError('x')\nKeyError: 'x'"
    assert error_fingerprint(text) == "KeyError: 'x' | raise KeyError('x')"


@pytest.mark.parametrize(
    ("source", "plain"),
    [("x\ny", "x\ny"), ("  x\n    y\n  z", "x\n  y\nz"), ("\tx\n\t\ty", "x\n\ty"), ("  x\ny", "x\ny"), ("  x\n\n  y", "x\n\ny"), ("", "")],
)
def test_the_first_line_gives_the_indentation(source, plain):
    assert dedent(source) == plain
