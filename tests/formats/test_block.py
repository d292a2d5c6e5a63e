"""A block of code as models really write it, whole and while it streams."""

import time

import pytest

from codeact_jupyter.events import UserAsked
from codeact_jupyter.formats.code import CodeFormat
from codeact_jupyter.ports import Code, Reply

ASKED = UserAsked(text="how many rows?")
TRIPLE = 'page = """\n<p>\n</execute>\n"""\nprint(page)'

BLOCKS = {
    "plain": ("I look.\n<execute>\nprint(1)\nx = 2\n</execute>", "print(1)\nx = 2"),
    "prose behind it": ("<execute>\nprint(1)\n</execute>\nThis prints 1.", "print(1)"),
    "in one line": ("<execute>print(1)</execute>", "print(1)"),
    "in one line, with blanks": ("Go: <execute> print(1) </execute> done", "print(1)"),
    "first line on the tag's line": ("<execute> for i in x:\n    print(i)\n</execute>", "for i in x:\n    print(i)"),
    "unclosed": ("<execute>\nprint(1)\n", "print(1)"),
    "unclosed, with half a tag": ("<execute>\nprint(1)\n</exec", "print(1)"),
    "unclosed, in a fence": ("<execute>\n```python\nprint(1)\n```\n", "print(1)"),
    "unclosed, ended by a fence, then prose": ("<execute>\nprint(1)\n```\nThat prints one.", "print(1)"),
    "fence inside": ("<execute>\n```python\nprint(1)\n```\n</execute>", "print(1)"),
    "fence inside, untagged": ("<execute>\n```\nprint(1)\n```\n</execute>", "print(1)"),
    "fence inside, upper case": ("<execute>\n```Python\nprint(1)\n```\n</execute>", "print(1)"),
    "fence inside, tildes": ("<execute>\n~~~py\nprint(1)\n~~~\n</execute>", "print(1)"),
    "fence inside, on the tag's line": ("<execute>```python\nprint(1)\n```</execute>", "print(1)"),
    "fence inside, all in one line": ("<execute>```python print(1)```</execute>", "print(1)"),
    "fence inside, indented": ("<execute>\n  ```python\n  if x:\n      print(1)\n  ```\n</execute>", "if x:\n    print(1)"),
    "fence not closed": ("<execute>\n```python\nprint(1)\n</execute>", "print(1)"),
    "fence only closed": ("<execute>\nprint(1)\n```\n</execute>", "print(1)"),
    "fence inside a string": ('<execute>\nx = """\n```\nhi\n```\n"""\n</execute>', 'x = """\n```\nhi\n```\n"""'),
    "fence around the tag": ("```python\n<execute>\nprint(1)\n</execute>\n```", "print(1)"),
    "fence around an unclosed tag": ("```\n<execute>\nprint(1)\n```\n", "print(1)"),
    "upper-case tags": ("<EXECUTE>\nprint(1)\n</Execute>", "print(1)"),
    "blanks in the tags": ("<execute >\nprint(1)\n</execute >", "print(1)"),
    "an attribute": ('<execute lang="python">\nprint(1)\n</execute>', "print(1)"),
    "CRLF": ("Look.\r\n<execute>\r\nif x:\r\n    print(1)\r\n</execute>\r\n", "if x:\n    print(1)"),
    "CRLF and a fence": ("<execute>\r\n```python\r\nprint(1)\r\n```\r\n</execute>\r\n", "print(1)"),
    "common indentation": ("<execute>\n    if x:\n        print(1)\n\n    y = 2\n    </execute>", "if x:\n    print(1)\n\ny = 2"),
    "indented by one": ("<execute>\n x = 1\n y = 2\n</execute>", "x = 1\ny = 2"),
    "tabs": ("<execute>\n\tif x:\n\t\tprint(1)\n</execute>", "if x:\n\tprint(1)"),
    "blank lines before it": ("<execute>\n\n  \nprint(1)\n\n</execute>", "print(1)"),
    "opened again instead of closed": ("<execute>\nprint(1)\n<execute>\n", "print(1)"),
    "an empty block first": ("<execute></execute>\n<execute>\nprint(1)\n</execute>", "print(1)"),
    "opened twice": ("<execute>\n<execute>\nprint(1)\n</execute>", "print(1)"),
    "thought before it": ("<thought>Rows first.</thought>\n<execute>\nprint(1)\n</execute>", "print(1)"),
    "thought that names the tag": ("<thought>I use <execute> now</thought><execute>\nprint(1)\n</execute>", "print(1)"),
    "thought with a block of its own": ("<think>\n<execute>\nno()\n</execute>\n</think>\n<execute>\nprint(1)\n</execute>", "print(1)"),
    "thought not closed": ("<thought>Rows first.\n<execute>\nprint(1)\n</execute>", "print(1)"),
    "tag spoken of": ("I put it in `<execute>` tags.\n<execute>\nprint(1)\n</execute>", "print(1)"),
    "tag in a string": ('<execute>\nprint("</execute>")\nx = 1\n</execute>', 'print("</execute>")\nx = 1'),
    "tag in a string, single quotes": ("<execute>\nprint('a </execute> b')\n</execute> ok", "print('a </execute> b')"),
    "tag in a string after an escaped quote": ('<execute>\nprint("\\"</execute>")\n</execute>', 'print("\\"</execute>")'),
    "tag in an f-string": ('<execute>print(f"{x}</execute>")</execute>', 'print(f"{x}</execute>")'),
    "tag in a triple-quoted string": (f"<execute>\n{TRIPLE}\n</execute>", TRIPLE),
    "tag in a triple-quoted string, unclosed block": (f"<execute>\n{TRIPLE}\n", TRIPLE),
    "tag in a triple-quoted string, ended with it": ('<execute>\nx = """\n</execute>\n"""', 'x = """\n</execute>\n"""'),
    "tag in a string, unclosed block": ('<execute>\nprint("</execute>")\n', 'print("</execute>")'),
    "triple quotes never closed": ('<execute>\nx = """abc\ny\n</execute>\n', 'x = """abc\ny'),
    "quote never closed": ("<execute>\nprint('abc)\n</execute>", "print('abc)"),
    "quote never closed, in one line": ("<execute>print('abc)</execute>\nIt prints.", "print('abc)"),
    "bracket never closed": ("<execute>\nprint((1)\n</execute>\nand so on", "print((1)"),
    "bracket never closed, in one line": ("<execute>print((1)</execute> and so on", "print((1)"),
    "syntax error": ("<execute>\ndef f(:\n</execute>", "def f(:"),
    "behind a comment": ("<execute>x  # it's the count</execute>", "x  # it's the count"),
    "apostrophe in a comment": ("<execute>\n# don't\nx = 1\n</execute>\nIt's done.", "# don't\nx = 1"),
    "quotes in a comment": ('<execute>\n# """ not a string\nx\n</execute>', '# """ not a string\nx'),
    "a shell line": ("<execute>\n!echo don't\n!ls\n</execute>\nIt's done.", "!echo don't\n!ls"),
    "a shell line, in one line with an apostrophe behind": ("<execute>!echo don't</execute> It's done", "!echo don't"),
    "a magic": ("<execute>\n%timeit f(1)\n</execute>", "%timeit f(1)"),
    "a cell magic": ("<execute>\n%%bash\necho 'a'\necho it's \"fine\n</execute>", "%%bash\necho 'a'\necho it's \"fine"),
    "a cell magic that writes fences": (
        "<execute>\n%%writefile a.md\n# It's\n```python\nx\n```\n</execute>",
        "%%writefile a.md\n# It's\n```python\nx\n```",
    ),
    "less-than at the end": ("<execute>\na <b\n</execute>", "a <b"),
    "comparison chain": ("<execute>\nlow <execute> high\nx\n</execute>", "low <execute> high\nx"),
    "wait spoken of in code": ('<execute>\nprint("<wait/>")\n</execute>', 'print("<wait/>")'),
    "backslash before the quote": ('<execute>\np = "C:\\\\"\nq = 1\n</execute>', 'p = "C:\\\\"\nq = 1'),
    "docstring": (
        '<execute>\ndef f():\n    """It\'s."""\n    return "</execute>"\n</execute>',
        'def f():\n    """It\'s."""\n    return "</execute>"',
    ),
}


@pytest.mark.parametrize(("text", "source"), BLOCKS.values(), ids=BLOCKS)
def test_a_block_is_read_as_it_was_meant(text, source):
    assert CodeFormat().parse(Reply(text), [ASKED]) == Code(source)


@pytest.mark.parametrize("step", [1, 2, 3, 7])
@pytest.mark.parametrize(("text", "source"), BLOCKS.values(), ids=BLOCKS)
def test_what_is_drafted_grows_into_what_runs(text, source, step):
    form, last = CodeFormat(), ""
    for end in [*range(step, len(text), step), len(text)]:
        draft = form.draft(text[:end])
        if draft:
            assert draft.code.source.startswith(last)
            last = draft.code.source
            if draft.complete:  # the stream is closed here: what was read must already be the action
                assert form.parse(Reply(text[:end]), [ASKED]).source == last == source
                return
    assert source.startswith(last)


@pytest.mark.parametrize(
    "text",
    [
        "<execute>\nprint(1)\n</execute>",
        "<execute>print(1)</execute>",
        "<execute>\n```python\nprint(1)\n```\n</execute>",
        '<execute>\nprint("</execute>")\n</execute>',
        f"<execute>\n{TRIPLE}\n</execute>",
        "<execute>\nprint((1)\n</execute>",
        "<thought>x</thought><EXECUTE>\r\nprint(1)\r\n</EXECUTE>",
    ],
)
def test_reading_stops_at_the_closing_tag_and_not_before(text):
    form = CodeFormat()
    complete = [bool((draft := form.draft(text[:end])) and draft.complete) for end in range(len(text) + 1)]
    assert complete == [False] * len(text) + [True]


def test_the_code_is_seen_while_it_is_written():
    form, seen = CodeFormat(), []
    for end in range(len(text := "Look.\n<execute>\nx = 1\nprint(x < 2)\n</execute>")):
        if draft := form.draft(text[:end]):
            seen.append(draft.code.source)
    assert seen[0] == "x"
    assert "x = 1\nprint(x <" not in seen  # it may be the closing tag
    assert "x = 1\nprint(x < 2" in seen
    assert seen[-1] == "x = 1\nprint(x < 2)"


def test_a_new_try_is_drafted_anew():
    form = CodeFormat()
    assert form.draft("<execute>\nold(").code.source == "old("
    assert form.draft("Hm") is None
    assert form.draft("Hm <execute>\nnew(").code.source == "new("


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just words, a < b",
        "<exec",
        "<execute>",
        "<execute>\n  \n",
        "<execute>\n```pyth",
        "<execute></execute>",
        '<wait seconds="60"/>',
        "<interrupt/>",
        "<solution>Use <execute>x</execute></solution>",
        "<thought>I could <execute>x()</execute>",
        "```python\nprint(1)\n```",
        "Write `<execute>` around it",
    ],
)
def test_no_cell_is_opened_for_what_is_no_code(text):
    assert CodeFormat().draft(text) is None


@pytest.mark.parametrize("line", ["x = 1  # some line of code\n", "page = '<p></execute>'\n", '"""a\n</execute> b"""\n'])
def test_a_long_reply_costs_little_however_many_chunks_it_comes_in(line):
    text = "Some words.\n" * 500 + "<execute>\n" + line * (50_000 // len(line))
    form, began = CodeFormat(), time.process_time()
    for end in range(0, len(text), 5):
        form.draft(text[:end])
    assert time.process_time() - began < 5
