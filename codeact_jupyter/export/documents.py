"""A trajectory to read and to run: a notebook, a script.  Pure; a page is `page`'s."""

import ast
import base64
import inspect
import json
import re
import warnings
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any

from codeact_jupyter.export.trajectory import Step, Trajectory
from codeact_jupyter.output_text import text_of
from codeact_jupyter.source import transform

_PARTS = re.compile(
    r"<(execute|thought|thinking|think|solution)\b[^<>]*>|</(?:execute|thought|thinking|think|solution)[ \t]*>", re.IGNORECASE
)
_BLOCK = re.compile(r"<execute\b[^<>]*>.*?(?:</execute>|\Z)", re.DOTALL | re.IGNORECASE)
_LABELLED = re.compile(r"(?:^|(?<=\s))\**Action\**[ \t]*:.*?(?:End Action\**|\Z)", re.DOTALL)
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(trajectory: Trajectory) -> str:
    """Request and answer as prose, what succeeded as cells with their outputs; failed attempts are left out."""
    outputs = trajectory.outputs()
    kept = kept_steps(trajectory)
    cells = [_prose(f"## Request\n\n{trajectory.asked.text}")]
    cells += [_cell(step, number, outputs.get((step.cell, step.code)), trajectory) for number, step in enumerate(kept, 1)]
    cells.append(_prose(ending(trajectory)))
    numbered = [{"id": f"codeact-{number}", **cell} for number, cell in enumerate(cells, 1)]
    content = {"cells": numbered, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return _json(content)


def script(trajectory: Trajectory) -> str:
    """What succeeded, with what was said of each step as comments; of failed attempts, that they were made."""
    kept = {id(step) for step in kept_steps(trajectory)}
    ahead: dict[str, None] = {}
    parts = []
    for number, step in enumerate(trajectory.steps, 1):
        if not step.code:
            continue
        said = prose(step.reply.text)
        if id(step) in kept:
            code, future = _without_future(_runnable(step.code))
            ahead |= dict.fromkeys(future)
            parts.append(f"{_comment(f'Step {number}. {said}')}\n{code}")
        else:
            parts.append(_comment(f"Step {number}, left out ({why(step)}). {said}"))
    parts.append(_comment(ending(trajectory).removeprefix("## ")))
    return "\n\n".join([_comment(trajectory.asked.text), *ahead, *parts]) + "\n"


def kept_steps(trajectory: Trajectory) -> list[Step]:
    """Those that succeeded; of those that wrote one cell again, the last, in the place of the first."""
    kept: dict[str, Step] = {}
    for step in trajectory.steps:
        if step.code and step.status == "ok":
            kept[step.cell or step.proposed] = step
    return list(kept.values())


def why(step: Step) -> str:
    """Why a step is left out, in a word or two."""
    if step.status == "ok":
        return "its cell was written again"
    named = re.findall(r"^\w*(?:Error|Exception|Interrupt|Exit)\b", step.text, re.MULTILINE)
    return named[-1] if named else (step.status or "not observed")


def prose(reply: str) -> str:
    """What a reply with an action says besides it."""
    said = _BLOCK.sub("", reply)
    if said == reply:  # no tags: labels
        said = _LABELLED.sub("", reply)
    return _PARTS.sub("", said).strip()


def ending(trajectory: Trajectory) -> str:
    """The answer; without one, how it ended."""
    end = trajectory.end
    if end is None:
        return "## No answer\n\nThe run was cut off."
    answer = (end.answer or "").strip()
    if answer:
        return f"## Answer\n\n{answer}" if end.reason == "answered" else f"## Last words ({end.reason})\n\n{answer}"
    return f"## No answer ({end.reason})\n\n{end.message}".rstrip()


def shown(step: Step, recorded: Sequence[Mapping[str, Any]] | None, trajectory: Trajectory) -> list[dict[str, Any]]:
    """What a cell has put out: as it is recorded, or as the model was told it, with its figures."""
    if recorded:
        return [dict(output) for output in recorded]
    found: list[dict[str, Any]] = []
    if step.text.strip():
        found.append({"output_type": "stream", "name": "stdout", "text": step.text.rstrip() + "\n"})
    for key in step.images:
        if picture := trajectory.picture(key):
            content, kind = picture
            found.append({"output_type": "display_data", "data": {kind: base64.b64encode(content).decode()}, "metadata": {}})
    return found


def _prose(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _cell(step: Step, number: int, recorded: Sequence[Mapping[str, Any]] | None, trajectory: Trajectory) -> dict[str, Any]:
    outputs = [_valid(output, number) for output in shown(step, recorded, trajectory)]
    return {"cell_type": "code", "execution_count": number, "metadata": {}, "outputs": outputs, "source": step.code}


def _valid(output: Mapping[str, Any], number: int) -> dict[str, Any]:
    """As the format of notebooks has it, counted as the cells are here."""
    match output["output_type"]:
        case "stream":
            return {"output_type": "stream", "name": output["name"], "text": text_of(output["text"])}
        case "error":
            return {name: output[name] for name in ("output_type", "ename", "evalue", "traceback")}
        case "execute_result":
            return {
                "output_type": "execute_result",
                "data": output["data"],
                "metadata": output.get("metadata", {}),
                "execution_count": number,
            }
        case _:
            return {"output_type": "display_data", "data": output["data"], "metadata": output.get("metadata", {})}


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.strip().splitlines())


def _runnable(code: str) -> str:
    """As Python reads it; magics become the calls that IPython makes of them, and a cell that awaits one for IPython to run."""
    source = code if _compiled(code) else transform(code)
    made = _compiled(source)
    awaits = made is not None and made.co_flags & inspect.CO_COROUTINE  # outside of functions a script cannot
    return f"get_ipython().run_cell({code!r})" if awaits else source.rstrip()


def _without_future(source: str) -> tuple[str, list[str]]:
    """Without the imports that only a file's beginning may have, and those imports."""
    if "__future__" not in source or _compiled(source) is None:
        return source, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    lines = source.encode().splitlines(keepends=True)  # columns are counted in bytes
    for node in reversed(found):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        lines[first : last + 1] = [lines[first][: node.col_offset] + b"pass" + lines[last][node.end_col_offset :]]
    return b"".join(lines).decode(), [ast.unparse(node) for node in found]


def _compiled(source: str) -> CodeType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape was the kernel's to mention
            made: CodeType = compile(source, "step", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return None
    return made


def _json(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: JSON may hold it, but only spelt out
        return json.dumps(content, indent=1) + "\n"
    return text
