"""Text as a terminal shows it."""

import pytest

from codeact_jupyter.kernel.terminal import Terminal

PLENTY = 1_000_000


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        (["one\n", "two"], "one\ntwo"),
        (["10%\r20%"], "20%"),
        (["\r10%", "\r20%", "\r100%\n", "done"], "100%\ndone"),
        (["long line\rshort"], "shortline"),
        (["50%\r"], "50%"),
        (["50%\r", "60%\r", "\n"], "60%\n"),
        (["a\r\nb\r\r\n"], "a\nb\n"),
        (["a\r", "\nb"], "a\nb"),
        (["12%\b\b\b13%"], "13%"),
        (["12%", "\b\b\b", "13%"], "13%"),
        (["kept\n\b\b"], "kept\n"),
        (["Grüße\rgrü"], "grüße"),
        (["abc\rX", "Y"], "XYc"),
    ],
)
def test_what_was_overwritten_is_gone(chunks, text):
    terminal = Terminal()
    for chunk in chunks:
        terminal.write(chunk, PLENTY)
    assert terminal.text() == text


def test_what_comes_to_the_end_is_told_from_what_changes():
    terminal = Terminal()
    assert terminal.write("a\n", PLENTY) == "a\n"
    assert terminal.write("b", PLENTY) == "b"
    assert terminal.write("\rc", PLENTY) is None
    assert terminal.write("d", PLENTY) == "d"


def test_a_bar_that_is_drawn_a_million_times_stays_small():
    terminal = Terminal()
    for step in range(100):
        terminal.write("".join(f"\r{step:3}% {part}" for part in range(10_000)), PLENTY)
    assert terminal.text() == " 99% 9999"


def test_there_is_no_more_than_room():
    terminal = Terminal()
    assert terminal.write("abcdef", 4) == "abcd"
    terminal.write("\rxyz\nmore\n", 1)
    assert (terminal.text(), terminal.size) == ("xyzd\n", 5)
    assert terminal.dropped == 2 + len("more\n")
