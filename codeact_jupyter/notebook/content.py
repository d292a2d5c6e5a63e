"""Cells, outputs and sources as plain JSON: their two spellings, and what tells one from the other.  Pure."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

Cell = dict[str, Any]
Splice = tuple[int, int, str]
"""Characters from, to (exclusive), and what to put there."""

_LINES_TOO = {"application/javascript", "image/svg+xml"}


def clean(value: Any) -> Any:
    """A deep copy without lone surrogates, which neither a file nor a browser's document can hold."""
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case Mapping():
            return {clean(key): clean(item) for key, item in value.items()}
        case list() | tuple():
            return [clean(item) for item in value]
        case _:
            return value


def joined(cell: Mapping[str, Any]) -> Cell:
    """A deep copy with its texts whole, as we hold cells; files often have them as lists of lines."""
    flat = {key: value if key == "outputs" else copy.deepcopy(value) for key, value in cell.items()}
    flat["source"] = _text(flat.get("source", ""))
    if isinstance(flat.get("outputs"), list):
        flat["outputs"] = [_joined_output(output) for output in flat["outputs"]]
    return flat


def _joined_output(output: Mapping[str, Any]) -> dict[str, Any]:
    flat = copy.deepcopy(dict(output))
    if flat.get("output_type") == "stream":
        flat["text"] = _text(flat.get("text", ""))
    for mime, data in flat.get("data", {}).items():
        if isinstance(data, list) and not (mime == "application/json" or mime.endswith("+json")):
            flat["data"][mime] = _text(data)
    return flat


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def as_lines(cell: Mapping[str, Any]) -> Cell:
    """As Jupyter writes a cell into a file: texts as lists of lines, keys in order."""
    split = copy.deepcopy(dict(cell))
    split["source"] = _lines(split["source"])
    for output in split.get("outputs", []):
        if "text" in output:
            output["text"] = _lines(output["text"])
        for mime, data in output.get("data", {}).items():
            if mime.startswith("text/") or mime in _LINES_TOO:
                output["data"][mime] = _lines(data)
    return dict(_sorted(split))


def on_disk(saved: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Our cells as Jupyter writes them; those of others as they stood."""
    theirs = {id(cell) for cell in read["cells"]}
    # a contents manager marks cells as trusted, distrusts the notebook if one bears no mark, and keeps the marks out of the file
    marked = any("trusted" in cell.get("metadata", {}) for cell in read["cells"])
    cells = [cell if id(cell) in theirs else as_lines(cell) for cell in saved["cells"]]
    for cell in cells if marked else ():
        if id(cell) not in theirs:
            cell["metadata"].setdefault("trusted", True)
    return {**saved, "cells": cells}


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            return {name: _sorted(value[name]) for name in sorted(value)}
        case list():
            return [_sorted(item) for item in value]
        case _:
            return value


def _lines(value: Any) -> Any:
    return value.splitlines(keepends=True) if isinstance(value, str) else value


def kernel_name(content: Mapping[str, Any]) -> str | None:
    """The kernelspec that a notebook names, whatever else its metadata hold."""
    match content:
        case {"metadata": {"kernelspec": {"name": str(name)}}} if name:
            return name
        case _:
            return None


def results(cell: Mapping[str, Any]) -> tuple[Any, Any]:
    """What running a cell left in it."""
    return cell.get("execution_count"), cell.get("outputs")


def grown(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> tuple[int, str, list[Mapping[str, Any]]]:
    """How outputs went on: so many stay, this text is new at the end of the last of those, these follow."""
    kept = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    if kept == len(old) - 1 and kept < len(new):
        a, b = old[kept], new[kept]
        streams = a.get("output_type") == b.get("output_type") == "stream" and a.get("name") == b.get("name")
        if streams and b["text"].startswith(a["text"]):
            return kept + 1, b["text"][len(a["text"]) :], list(new[kept + 1 :])
    return kept, "", list(new[kept:])


def changes(was: str, new: str, now: str) -> list[Splice]:
    """What turns `was` into `new`, for `now`, which somebody made of `was` meanwhile: nothing of theirs is lost.  Last place first."""
    start, end, text = _changed(was, new)
    theirs, theirs_end, typed = _changed(was, now)
    shift = len(typed) - (theirs_end - theirs)
    left = (start, max(start, min(end, theirs)))
    right = (max(start, theirs_end) + shift, max(end, start, theirs_end) + shift)
    splices = [(*right, ""), (*left, text)] if start <= theirs else [(*right, text)]
    return [splice for splice in splices if splice[0] != splice[1] or splice[2]]


def spliced(text: str, splices: Sequence[Splice]) -> str:
    for start, end, new in splices:
        text = text[:start] + new + text[end:]
    return text


def _changed(old: str, new: str) -> Splice:
    """The one stretch of `old` that is another in `new`."""
    shorter = min(len(old), len(new))
    head = _alike(old, new, shorter)
    tail = _alike(old[head:][::-1], new[head:][::-1], shorter - head)
    return head, len(old) - tail, new[head : len(new) - tail]


def _alike(a: str, b: str, most: int) -> int:
    """Length of the common start; by halves, as comparing slices is far quicker than characters."""
    low = 0
    while low < most:
        middle = (low + most + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            most = middle - 1
    return low
