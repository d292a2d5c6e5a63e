"""What a run's first request carries besides the words: outline, active cell, last error, kernel's names, files beside the notebook; pure.

The session fills `Context`, the data files are read by `beside`.  The text is bounded: what matters most is put in first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from codeact_jupyter.beside import DataFile
from codeact_jupyter.beside.telling import told
from codeact_jupyter.ports import Name


@dataclass(frozen=True)
class Context:
    """What is known of notebook, kernel and folder when a run starts."""

    notebook: str
    cells: Sequence[Mapping[str, Any]] = ()
    """As nbformat has them."""
    anchor: str | None = None
    """Id of the active cell: given whole."""
    names: Mapping[str, Name] = field(default_factory=dict)
    files: Sequence[DataFile] = ()
    more_files: int = 0
    """Files beside the notebook that are not listed."""


def render(context: Context, chars: int = 8000) -> str:
    """The context as the model reads it, within `chars` characters."""
    head = f"Notebook: {context.notebook} ({_count(len(context.cells), 'cell')})"
    sections = (
        ("## Files beside the notebook", told(context.files, context.more_files, int(chars * 0.35) - 60), 0.35),
        ("## Active cell", _active(context), 0.5),
        ("## Last error", _last_error(context.cells), 0.1),
        ("## Names in the kernel", [f"- {name}: {_name(held)}" for name, held in context.names.items()], 0.3),
        ("## Outline", _outline(context), 1.0),
    )
    room, parts = chars - len(head), [head]
    for title, lines, share in sections:
        kept = _fit(lines, min(room, int(chars * share)) - len(title) - 20)
        if kept:
            parts.append("\n".join([title, *kept]))
            room -= len(parts[-1]) + 2
    return "<context>\n" + "\n\n".join(parts) + "\n</context>"


def source_of(cell: Mapping[str, Any]) -> str:
    """A cell's source as one string: files may hold it as lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _fit(lines: Sequence[str], room: int) -> list[str]:
    """Whole lines while they fit; the first one is cut rather than left out."""
    kept: list[str] = []
    for index, text in enumerate(lines):
        if len(text) + 1 > room:
            if not kept and room > 40:
                return [f"{text[:room]} …"]
            return [*kept, f"- … and {len(lines) - index} more"] if kept else []
        room -= len(text) + 1
        kept.append(text)
    return kept


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def _name(held: Name) -> str:
    return f"{held.type} {held.shape}".strip()


def _last_error(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of the cell that was run last, if it failed."""
    failed = [
        (cell.get("execution_count") or 0, cell, output)
        for cell in cells
        for output in cell.get("outputs", ())
        if output.get("output_type") == "error"
    ]
    if not failed:
        return []
    count, cell, output = max(failed, key=lambda found: found[0])
    return [f"In cell [{count or ' '}] (id {cell.get('id', '')}): {output.get('ename', '')}: {str(output.get('evalue', ''))[:300]}"]


def _active(context: Context) -> list[str]:
    cell = next((cell for cell in context.cells if context.anchor and cell.get("id") == context.anchor), None)
    if cell is None or not source_of(cell).strip():
        return []
    language = "python" if cell.get("cell_type") == "code" else ""
    return [f"id {context.anchor}\n```{language}\n{source_of(cell)}\n```"]


def _outline(context: Context) -> list[str]:
    lines = []
    for cell in context.cells:
        first = next((text.strip() for text in source_of(cell).splitlines() if text.strip()), "")
        if not first:
            continue
        kind = f"[{cell.get('execution_count') or ' '}]" if cell.get("cell_type") == "code" else str(cell.get("cell_type"))
        by = " (yours)" if "codeact" in cell.get("metadata", {}) else ""
        lines.append(f"- {kind} {cell.get('id', '')}{by}: {first[:100]}")
    return lines[-80:]
