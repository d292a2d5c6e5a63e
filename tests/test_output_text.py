"""Outputs as a kernel sends them, and the plain text they become."""

import base64
import io

import pandas as pd
import pytest
from matplotlib.figure import Figure

from codeact_jupyter.output_text import html_text, image, shown, size, terminal, text_of


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain\ntext", "plain\ntext"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;5;241;43mx\x1b[39;49m", "x"),
        ("\x1b]8;;https://a.b\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b(Bx\x1b7y", "xy"),
        ("cut\x1b", "cut"),
        ("10%\r50%\r100%", "100%"),
        ("100%\rab", "ab0%"),
        ("long line\r\x1b[Kshort", "short"),
        ("long line\x1b[2K\rshort", "short"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\r\r\nb", "a\nb"),
        ("one\rtwo\nthree\rfour", "two\nfoure"),
        ("50%\b\b\b99%", "99%"),
        ("ab\b \bc", "ac"),
        ("|\b/\b-\bdone", "done"),
        ("\b\bx", "x"),
        ("abc\rx\by", "ybc"),
        ("bell\x07", "bell"),
        ("nul\x00", "nul"),
        ("\tindented", "\tindented"),
        ("", ""),
    ],
)
def test_a_stream_is_read_as_a_terminal_would_show_it(text, plain):
    assert terminal(text) == plain
    assert terminal(plain) == plain


def test_ten_thousand_steps_of_a_progress_bar_are_one_line():
    assert terminal("".join(f"\r{n:5d}/10000 [{'#' * (n // 200)}]" for n in range(10_001))).count("\n") == 0


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def drawn(kind: str) -> str:
    figure, file = Figure(figsize=(6.4, 4.8), dpi=100), io.BytesIO()
    figure.subplots().plot([1, 2])
    figure.savefig(file, format=kind)
    return encoded(file.getvalue())


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif"])
def test_an_image_is_a_line_with_its_size(kind):
    payload = drawn(kind)
    raw = len(base64.b64decode(payload))
    assert (
        image({f"image/{kind}": payload, "text/plain": "<Figure size 640x480 with 1 Axes>"})
        == f"[image/{kind}, {raw / 1000:.1f} kB, 640x480 px]"
    )


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"image/svg+xml": "<svg/>"}, "[image/svg+xml, 6 B]"),
        ({"image/svg+xml": ["<svg>\n", "</svg>"]}, "[image/svg+xml, 12 B]"),
        ({"image/webp": encoded(b"RIFFxxxx")}, "[image/webp, 8 B]"),
        ({"image/png": "%%%not base64"}, "[image/png"),
        ({"image/png": "A"}, "[image/png]"),
        ({"image/png": encoded(b"\x89PNG\r\n\x1a\n")}, "[image/png, 8 B]"),
        ({"image/jpeg": encoded(b"\xff\xd8\xff\xe0\x00\x00")}, "[image/jpeg, 6 B]"),
        ({"image/jpeg": encoded(b"\xff\xd8\xff\xe0\x00\x04ab")}, "[image/jpeg, 8 B]"),
        ({"image/jpeg": encoded(b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08\x00\x10\x00\x20")}, "[image/jpeg, 18 B, 32x16 px]"),
        ({"text/plain": "x"}, ""),
    ],
)
def test_an_odd_image_is_a_line_too(data, line):
    assert image(data).startswith(line)
    assert bool(image(data)) == bool(line)


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_340, "12.3 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"), (5_250_000, "5.2 MB")],
)
def test_sizes_are_for_people(count, words):
    assert size(count) == words


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"text/plain": "42"}, "42"),
        ({"text/plain": ["a\n", "b"]}, "a\nb"),
        ({"text/plain": "\x1b[1mbold\x1b[0m"}, "bold"),
        ({"text/plain": "Model()", "text/html": "<b>a long story</b>"}, "Model()"),
        ({"text/html": "<p>a <b>bold</b> word</p><p>next</p>"}, "a bold word\nnext"),
        ({"text/plain": "<IPython.core.display.HTML object>", "text/html": "<h1>Sales</h1>"}, "Sales"),
        ({"text/plain": "<IPython.core.display.Markdown object>", "text/markdown": "# Sales"}, "# Sales"),
        ({"text/plain": "<IPython.core.display.Latex object>", "text/latex": "$x$"}, "$x$"),
        ({"text/plain": "<IPython.core.display.JSON object>", "application/json": {"a": 1}}, '{"a": 1}'),
        ({"text/plain": "<mine.Thing object at 0x7f12>", "text/html": "<i>thing</i>"}, "thing"),
        ({"text/plain": "<mine.Thing object at 0x7f12>"}, "<mine.Thing object at 0x7f12>"),
        ({"text/plain": "<IPython.core.display.Javascript object>", "application/javascript": "x()"}, "[application/javascript, 5 B]"),
        (
            {"application/vnd.plotly.v1+json": {"data": []}, "text/html": "<div><script>lots()</script></div>"},
            "[application/vnd.plotly.v1+json, 12 B]",
        ),
        ({}, ""),
    ],
)
def test_the_plainest_form_that_says_something_is_taken(data, text):
    assert shown(data) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<style>p {}</style><p>x</p><script>no()</script>", "x"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><th>n</th><th>m</th></tr><tr><td>1</td><td> 2 </td></tr></table>", "n\tm\n1\t2"),
        ("a&nbsp;&lt; b<br>c", "a < b\nc"),
        ("<p>unclosed", "unclosed"),
        ("", ""),
    ],
)
def test_the_words_of_html_are_left(markup, text):
    assert html_text(markup) == text


def bundle(value: pd.DataFrame) -> dict[str, str]:
    return {"text/plain": repr(value), "text/html": value._repr_html_()}


def test_a_long_frame_is_its_shape_and_few_rows():
    text = shown(bundle(pd.DataFrame({"n": range(40), "m": "x"})))
    assert text.splitlines()[0].split() == ["n", "m"]
    assert text.splitlines()[1].split() == ["0", "0", "x"]
    assert text.endswith("39  39  x\n\n[40 rows x 2 columns]")
    assert len(text.splitlines()) == 1 + 5 + 1 + 5 + 2


def test_a_frame_that_pandas_cut_keeps_the_shape_that_it_gave():
    text = shown(bundle(pd.DataFrame({"n": range(344)})))
    assert text.endswith("343  343\n\n[344 rows x 1 columns]")
    assert text.count("rows x") == 1


def test_a_wide_frame_has_few_rows_in_each_of_its_parts():
    wide = pd.DataFrame({f"a_rather_long_name_{n}": range(30) for n in range(12)})
    text = shown({"text/plain": wide.to_string(line_width=80), "text/html": wide._repr_html_()})
    assert text.count("\n...\n") >= 2
    assert text.endswith("[30 rows x 12 columns]")
    assert "a_rather_long_name_11" in text
    assert len(text.splitlines()) < 90


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (pd.DataFrame({"a": [1, 2]}), "[2 rows x 1 columns]"),
        (pd.DataFrame({"g": list("aab"), "v": [1, 2, 3]}).groupby("g").agg(["sum", "mean"]), "[2 rows x 2 columns]"),
        (pd.MultiIndex.from_product([[1, 2], [3, 4]], names=["p", "q"]).to_frame(index=True).rename(columns=str), "[4 rows x 2 columns]"),
        (pd.DataFrame({"a": []}), ""),
    ],
)
def test_a_short_frame_is_whole_with_its_shape(value, end):
    assert shown(bundle(value)).startswith(repr(value))
    assert shown(bundle(value)).endswith(end)


def test_a_frame_that_says_its_shape_itself_stands_as_it_is():
    text = "shape: (2, 1)\n┌─────┐\n│ a   │\n│ i64 │\n└─────┘"
    assert shown({"text/plain": text, "text/html": '<table class="dataframe"><tbody><tr><td>1</td></tr></tbody></table>'}) == text


def test_text_in_lines_is_joined():
    assert text_of(["a\n", "b"]) == "a\nb"
