"""CSV and TSV, also compressed: separator, encoding, columns, first rows, and how many there are."""

import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeact_jupyter.beside.bounded import COLUMNS, CUT, NotLookedInto, Source, line_count, rows_for
from codeact_jupyter.beside.columns import of_text
from codeact_jupyter.beside.found import DataFile, Table

HEAD = 128_000
"""Bytes that are read for columns and rows."""
LONG_HEAD = 2_000_000
"""The same, if there is not even one whole line in it."""
_MARKS = (",", ";", "\t", "|")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read(source: Source) -> DataFile:
    """What a CSV or TSV file holds."""
    head = source.head(HEAD)
    if len(head) == HEAD and b"\n" not in head:
        head = source.head(LONG_HEAD)
    cut = len(head) < source.size
    found, rows = _look(source, head, cut)
    if not cut or not found.tables:
        return found
    lines, about = line_count(source, head, quotes=True)
    about = about or found.encoding == "utf-16" or b"\0" in head
    return _counted(found, lines - 1, about or rows == 0)


def read_gzip(source: Source) -> DataFile:
    """The same of a file that is compressed; of a large one the rows are estimated."""
    head, used = unzipped(source, HEAD)
    cut = used < source.size
    found, rows = _look(source, head, cut)
    if not found.tables:
        return found
    return _counted(found, round(rows * source.size / used) if cut else rows, cut, kind="gzip")


def unzipped(source: Source, most: int) -> tuple[bytes, int]:
    """The first bytes of a gzip file, and how many of its own bytes they took."""
    inflate, held = zlib.decompressobj(wbits=31), b""
    source.stream.seek(0)
    try:
        while len(held) < most and not inflate.eof and (chunk := inflate.unconsumed_tail or source.stream.read(16_384)):
            held += inflate.decompress(chunk, most - len(held))
    except zlib.error as error:
        raise NotLookedInto("not a gzip file, or a damaged one") from error
    whole = inflate.eof and not inflate.unused_data
    return held, source.size if whole else max(1, source.stream.tell() - len(inflate.unconsumed_tail))


def _counted(found: DataFile, count: int, about: bool, kind: str = "") -> DataFile:
    table = replace(found.tables[0], count=max(0, count), about=about, kind=kind)
    return replace(found, tables=[table])


def _look(source: Source, head: bytes, cut: bool) -> tuple[DataFile, int]:
    """What the head shows, and the rows in it."""
    name = source.path.name
    text, encoding = _text(head)
    if "\0" in text.partition("\n")[0]:
        return DataFile(name, source.size, note="not text"), 0
    text, nul, _ = text.partition("\0")
    if cut or nul:
        text = text[: text.rfind("\n") + 1]
    separator = _separator(text, name)
    rows = [row for row in _rows(text, separator) if row]
    if cut and len(rows) > 2 and text.count('"') % 2:
        del rows[-1]  # the cut fell into its quotes
    if not rows:
        return DataFile(name, source.size, note="its first line is very long" if cut else "empty"), 0
    table, note = _table(rows, separator, cut)
    if nul:
        note = "has NUL bytes; looked at up to the first"
    return DataFile(name, source.size, [table], separator, encoding, note=note), len(rows) - 1


def _text(head: bytes) -> tuple[str, str]:
    """The head as text, and its encoding where that is not UTF-8."""
    if head.startswith(_UTF16):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace"), "utf-16"
    try:
        return head.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:  # the cut fell into a character
            return head[: error.start].decode("utf-8-sig"), ""
        return head.decode("latin-1"), "latin-1"


def _separator(text: str, name: str) -> str:
    """The one that gives the first rows the same number of cells; of several the one that gives most, the usual one first."""
    usual = "\t" if ".tsv" in name.lower() or ".tab" in name.lower() else ","
    begin = text[:20_000] if "\n" in text[:20_000] else text.partition("\n")[0]

    def fits(mark: str) -> tuple[bool, int, int, bool]:
        widths = [len(row) for row, _ in zip(_rows(begin, mark), range(10), strict=False) if row]
        width = widths[0] if widths else 0
        return width > 1, sum(one == width for one in widths), width, mark == usual

    return max(_MARKS, key=fits)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:  # a cell that is longer than the module allows: what stood before it counts
        return


def _table(rows: Sequence[list[str]], separator: str, cut: bool) -> tuple[Table, str]:
    header, body = rows[0], rows[1:]
    sample = body[: rows_for(len(header))]
    uneven = sum(len(row) != len(header) for row in sample)
    columns = [
        of_text(name.strip()[:CUT], [row[index][:CUT] if index < len(row) else "" for row in sample], separator == ",")
        for index, name in enumerate(header[:COLUMNS])
    ]
    table = Table(
        columns,
        len(header),
        len(body),
        about=cut,
        sampled=len(sample) if cut or len(sample) < len(body) else None,
        rows=[[cell[:CUT] for cell in row[:COLUMNS]] for row in body[:2]],
    )
    return table, f"{uneven} of the rows looked at have more or fewer cells than the header" if uneven else ""
