"""Cells as nbformat has them, made of what stands in somebody's file.  Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from codeact_jupyter.notebook.content import Cell


def readable(cell: Mapping[str, Any]) -> Cell:
    """To be told of: what is not as nbformat has it is left out."""
    count, outputs = cell.get("execution_count"), cell.get("outputs")
    return {
        **cell,
        "metadata": cell["metadata"] if isinstance(cell.get("metadata"), dict) else {},
        "source": cell["source"] if _is_text(cell.get("source")) else "",
        "execution_count": count if isinstance(count, int) else None,
        "outputs": [output for output in outputs if _is_output(output)] if isinstance(outputs, list) else [],
    }


def is_valid(cell: Mapping[str, Any]) -> bool:
    """All of it is as nbformat has it."""
    return readable(cell) == {"execution_count": None, "outputs": [], **cell}


def tags_of(cell: Mapping[str, Any]) -> Collection[str]:
    """That its user, or a program of theirs, gave it."""
    match cell:
        case {"metadata": {"tags": [*tags]}}:
            return [tag for tag in tags if isinstance(tag, str)]
        case _:
            return ()


def _is_output(output: Any) -> bool:
    match output:
        case {"output_type": "stream", "name": str(), "text": text}:
            return _is_text(text)
        case {"output_type": "error", "ename": str(), "evalue": str(), "traceback": [*lines]}:
            return all(isinstance(line, str) for line in lines)
        case {"output_type": "display_data" | "execute_result", "data": dict(data)}:
            return all(_is_text(value) for mime, value in data.items() if mime.startswith(("text/", "image/")))
        case _:
            return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))
