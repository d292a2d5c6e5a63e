"""Lists the tasks of a clone of M3ToolEval.  A program: it runs in a process of its own, `python -I listing.py FOLDER`.

The clone's package has the generic name `tasks`, and prints every answer when it is imported: neither is wanted in the harness.
"""

import ast
import contextlib
import importlib
import inspect
import io
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def listed(folder: str) -> dict[str, Any]:
    """All of it as plain JSON; `expected` is Python's notation of a literal."""
    sys.path.insert(0, folder)
    with contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module("tasks")
        base = importlib.import_module("tasks.base")
    modules = [module for name, module in sys.modules.items() if name.startswith("tasks.") and module is not base]
    tasks: list[dict[str, Any]] = []
    sources: dict[str, Any] = {}
    for registered, _ in base.task_iterators:
        module = next(module for module in modules if any(value is registered for value in vars(module).values()))
        sources[module.__name__] = _source(module)
        tasks += [_task(task, module.__name__) for task in registered]
    return {"tasks": tasks, "modules": sources}


def _task(task: Any, module: str) -> dict[str, Any]:
    tools = [[tool.name, tool.description, tool.fn_signature] for tool in task.tools.values()]
    return {
        "name": task.name,
        "module": module,
        "instruction": task.instruction,
        "expected": _notation(task.expected_output),
        "tools": tools,
    }


def _notation(expected: object) -> str:
    written = repr(expected)
    if ast.literal_eval(written) != expected:
        raise ValueError(f"{written[:80]} is not a literal")
    return written


def _source(module: ModuleType) -> dict[str, Any]:
    """With the name under which its tasks are given their tools, and the files beside it."""
    source = inspect.getsource(module)
    entries = {
        keyword.value.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Task"
        for keyword in node.keywords
        if keyword.arg == "tools" and isinstance(keyword.value, ast.Name)
    }
    if len(entries) != 1:
        raise ValueError(f"{module.__name__} gives its tasks tools under {len(entries)} names, not one")
    place = Path(inspect.getfile(module)).parent
    files = [path.name for path in place.iterdir() if path.is_file() and path.suffix in (".json", ".jsonl", ".txt", ".csv")]
    return {"source": source, "entry": entries.pop(), "folder": str(place), "files": files}


if __name__ == "__main__":
    json.dump(listed(sys.argv[1]), sys.stdout)
