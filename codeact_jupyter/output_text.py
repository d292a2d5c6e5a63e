"""What a cell puts out, as plain text: terminal streams, results, images, frames.  Pure."""

import base64
import binascii
import json
import re
import struct
import zlib
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

_ERASE_LINE = re.compile(r"\x1b\[[12]K")
_ERASE_REST = re.compile(r"\x1b\[0?K")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]|\x1b$")
_ERASED = "\x00"
_CONTROL = re.compile(r"[\x00\x01-\x07\x0b\x0e-\x1f\x7f]")
_BARE = re.compile(r"<(?:IPython\.core\.display\.\w+ object|[\w.]+ object at 0x[0-9a-fA-F]+)>")
_PICTURE = re.compile(r"<[^\n]*>")
_CHART = re.compile(r"application/vnd\.(?:plotly|vega(?:lite)?)\.v\d[\w.]*\+json")
_BLOCK_TAGS = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "section",
    "details",
    "summary",
}
_HIDDEN_TAGS = {"style", "script", "head", "title"}

_PLAIN_SHAPE = re.compile(r"\n\n\[\d+ rows x \d+ columns\]\s*\Z")
_MOST_ROWS = 12
_HEAD_ROWS = _TAIL_ROWS = 5


def text_of(value: object) -> str:
    """nbformat's text: a string, or a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def terminal(text: str) -> str:
    """As a terminal would leave it: without colours, with `\\r` and backspaces carried out."""
    text = text.replace(_ERASED, "")
    if "\x1b" in text or "\x9b" in text:
        text = _ERASE_REST.sub(_ERASED, _ERASE_LINE.sub("\r" + _ERASED, text))
        text = _ANSI.sub("", text)
    if _ERASED in text or "\r" in text or "\b" in text:
        text = "\n".join(_line(line.rstrip("\r")) for line in text.split("\n"))
    return _CONTROL.sub("", text)


def _line(line: str) -> str:
    if "\b" in line:
        return _typed(line)
    shown = ""
    for part in line.split("\r"):
        written = part.replace(_ERASED, "")
        shown = written if _ERASED in part else written + shown[len(written) :]
    return shown


def _typed(line: str) -> str:
    """The slow way, a character at a time: spinners and percentages that step back."""
    cells: list[str] = []
    at = 0
    for char in line:
        match char:
            case "\r":
                at = 0
            case "\b":
                at = max(0, at - 1)
            case "\x00":
                del cells[at:]
            case _:
                cells[at : at + 1] = [char]
                at += 1
    return "".join(cells)


def image(data: Mapping[str, Any]) -> str:
    """One line for an image in this bundle, or ""."""
    mime = next((mime for mime in data if mime.startswith("image/")), None)
    if mime is None:
        return ""
    content = text_of(data[mime])
    if mime.startswith("image/svg"):
        return f"[{mime}, {size(len(content.encode()))}]"
    try:
        raw = base64.b64decode(content)
    except (binascii.Error, ValueError):  # not as nbformat has it, but still an image for the user
        return f"[{mime}]"
    measured = pixels(raw)
    return f"[{mime}, {size(len(raw))}" + (f", {measured[0]}x{measured[1]} px]" if measured else "]")


def image_keys(data: Mapping[str, Any]) -> list[str]:
    """Of a bundle's images: the same for the same image, however its base64 is broken into lines."""
    texts = ["".join(text_of(data[mime]).split()) for mime in data if mime.startswith("image/")]
    return [f"{zlib.crc32(text.encode()):08x}-{len(text)}" for text in texts]


def size(count: int) -> str:
    """Bytes, for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 999_950 else f"{count / 1_000_000:.1f} MB"


def pixels(raw: bytes) -> tuple[int, int] | None:
    """Width and height, as the header of a PNG, GIF or JPEG has them."""
    if raw[:8] == b"\x89PNG\r\n\x1a\n" and len(raw) >= 24:
        width, height = struct.unpack(">II", raw[16:24])
        return width, height
    if raw[:3] == b"GIF" and len(raw) >= 10:
        width, height = struct.unpack("<HH", raw[6:10])
        return width, height
    if raw[:2] == b"\xff\xd8":
        return _jpeg_pixels(raw)
    return None


def _jpeg_pixels(raw: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        marker = raw[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # a start of frame
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return width, height
        at += 1 if marker == 0xFF else 2 + struct.unpack(">H", raw[at + 2 : at + 4])[0]
    return None


def shown(data: Mapping[str, Any]) -> str:
    """The text of a bundle that is no image: plain text first, HTML only where nothing plainer says it."""
    if chart := next((mime for mime in data if _CHART.match(mime)), None):
        return f"[{chart}, {size(len(json.dumps(data[chart], default=str)))}] {chart_words(data[chart])}".rstrip()
    plain = terminal(text_of(data.get("text/plain", "")))
    if plain and not _BARE.fullmatch(plain.strip()):
        return frame(plain, text_of(data.get("text/html", "")))
    for mime in ("text/markdown", "text/latex"):
        if mime in data:
            return text_of(data[mime])
    if "application/json" in data:
        return json.dumps(data["application/json"], ensure_ascii=False)
    if words := html_text(text_of(data.get("text/html", ""))):
        return words
    other = next((mime for mime in data if mime not in {"text/plain", "text/html"}), None)
    return plain if other is None else f"[{other}, {size(len(json.dumps(data[other], default=str)))}]"


def chart_words(chart: object) -> str:
    """What a chart of plotly's or Vega-Lite's JSON shows: title, axes, and how much of what."""
    match chart:
        case {"data": [*traces], "layout": Mapping() as layout}:
            axes = {name: _title(layout.get(f"{name}axis")) for name in ("x", "y")}
            drawn = [f"{trace.get('type', 'scatter')}{_said(trace.get('name'))}" for trace in traces[:8] if isinstance(trace, Mapping)]
            drawn += [f"and {len(traces) - 8} more"] if len(traces) > 8 else []
            words = [
                f"title{_said(_title(layout))}" if _title(layout) else "",
                *(f"{name}{_said(axis)}" for name, axis in axes.items() if axis),
            ]
            return "; ".join(filter(None, [*words, ", ".join(drawn)]))
        case {"mark": {"type": mark} | mark, "encoding": Mapping() as channels}:
            encoded = [
                f"{name}{_said(held.get('field') or held.get('aggregate'))}" for name, held in channels.items() if isinstance(held, Mapping)
            ]
            return "; ".join(filter(None, [f"title{_said(_title(chart))}" if _title(chart) else "", *encoded, str(mark)]))
        case {"title": _} if _title(chart):
            return f"title{_said(_title(chart))}"
        case _:
            return ""


def _title(holder: object) -> str:
    match holder:
        case {"title": str(title)} | {"title": {"text": str(title)}}:
            return title
        case _:
            return ""


def _said(text: object) -> str:
    return f" {json.dumps(str(text)[:80], ensure_ascii=False)}" if text else ""


def picture_words(data: Mapping[str, Any]) -> str:
    """What a bundle says beside its image: not the `<Figure …>` that stands for it."""
    plain = terminal(text_of(data.get("text/plain", ""))).strip()
    return "" if _PICTURE.fullmatch(plain) else plain


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN_TAGS
        if tag in _BLOCK_TAGS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN_TAGS and self._hidden > 0
        if tag in _BLOCK_TAGS - {"br"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def html_text(source: str) -> str:
    """The words of HTML, a line for each block and table row."""
    words = _Words()
    words.feed(source)
    words.close()
    lines = (re.sub(r" *\t[ \t]*", "\t", line).strip() for line in "".join(words.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def frame(plain: str, markup: str) -> str:
    """A data frame's text with few rows and its shape; any other text as it stands."""
    if 'class="dataframe"' not in markup or "shape: (" in plain:
        return plain
    rows, columns = _shape(markup)
    body = _PLAIN_SHAPE.sub("", plain)
    lines_shown = markup.count("<tr", max(0, markup.find("<tbody")))
    blocks = [_few_rows(block.split("\n"), lines_shown) for block in body.split("\n\n")]
    return "\n\n".join(blocks) + f"\n\n[{rows} rows x {columns} columns]"


def _shape(markup: str) -> tuple[int, int]:
    if found := re.search(r"(\d+) rows (?:x|×|&times;) (\d+) columns", markup):
        return int(found[1]), int(found[2])
    body = markup[max(0, markup.find("<tbody")) :]
    rows = body.split("<tr")[1:]
    return len(rows), max((row.count("<td") for row in rows), default=markup.count("<th>") - 1)


def _few_rows(lines: list[str], rows: int) -> str:
    heading = len(lines) - rows
    if rows <= _MOST_ROWS or heading < 1:
        return "\n".join(lines)
    return "\n".join([*lines[: heading + _HEAD_ROWS], "...", *lines[-_TAIL_ROWS:]])
