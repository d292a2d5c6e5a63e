"""The gold actions of a clone's tasks, found by tracing how it makes its expected answers.  A program: `python m3tracing.py FOLDER`.

It runs in a process of its own, since the clone's package is called `tasks`.
"""

import ast
import contextlib
import importlib
import inspect
import io
import json
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from codeact_jupyter.evals.suites.shipped import needed

GIVEN = frozenset({"Task", "ToolType", "register_task_iterator"})
SEEN = """def seen(url, wanted):
    text = click_url(url)
    while wanted not in text and "[Reached" not in text:
        text = scroll_down()
    return wanted in text
"""
COUNTED = """text = part = click_url({page!r})
while "[Reached" not in part:
    part = scroll_down()
    text += part
print(text.count("[Clickable"))
"""


class Trace:
    """Tools that note how they are called."""

    def __init__(self, tools: Mapping[str, Any], repeats: bool = False):
        self.calls: list[list[Any]] = []
        self._repeats = repeats
        self.tools = {name: self._noting(name, tool.function) for name, tool in tools.items()}

    def _noting(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*args: Any, **named: Any) -> Any:
            result = function(*args, **named)
            if not named and _plain(args) and (self._repeats or [name, list(args)] not in [call[:2] for call in self.calls]):
                self.calls.append([name, list(args), str(result)])
            return result

        return noting


def _plain(args: tuple[Any, ...]) -> bool:
    """A call in JSON or text could hold them."""
    return all(isinstance(value, str | int | float) for value in args)


def traced(folder: str) -> dict[str, Any]:
    sys.path.insert(0, folder)
    with contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module("tasks")
    base = importlib.import_module("tasks.base")
    found: dict[str, Any] = {}
    for registered, _ in base.task_iterators:
        module = next(m for n, m in sys.modules.items() if n.startswith("tasks.") and m is not base and registered in vars(m).values())
        if hasattr(module, "METADATA"):
            found |= {task.name: _browsed(task, module) for task in registered}
        elif not hasattr(module, "create_tools"):  # of tools with a state, gold is written by hand
            found |= _computed(registered, module)
    return found


def _computed(registered: Any, module: ModuleType) -> dict[str, Any]:
    """By running the expression of each expected answer."""
    source = inspect.getsource(module)
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Task":
            values = {keyword.arg: keyword.value for keyword in node.keywords}
            name = eval(ast.unparse(values["name"]), vars(module))
            task = next(task for task in registered if task.name == name)
            code = needed(f"{source}\ngold = {ast.unparse(values['expected_output'])}", "gold", GIVEN | task.tools.keys())
            trace = Trace(task.tools)
            exec(code, dict(trace.tools))
            found[name] = {"code": f"{code}\nprint(gold)", "calls": trace.calls, "answer": str(task.expected_output)}
    return found


def _browsed(task: Any, module: Any) -> dict[str, Any]:
    """By going to the pages that hold what is asked for: their addresses are known."""
    trace = Trace(module.create_tools(), repeats=True)
    code = _browsing(task, module)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, dict(trace.tools))
    return {"code": code, "calls": trace.calls, "answer": printed.getvalue().strip()}


def _browsing(task: Any, module: Any) -> str:
    pages = [page.name for page in module.PAGES]
    prices = {item["name"]: item["price"] for item in module.METADATA["item_info"]}
    name, asked = task.name.split("/")[1], task.instruction
    if name.startswith("people_in"):
        return COUNTED.format(page={"sales": "/team/sales", "customer_support": "/team/customer-support"}[name.removeprefix("people_in_")])
    if name.startswith("total"):
        items = asked[asked.index("[") + 1 : asked.index("]")].split(", ")
        total = " + ".join(str(prices[item]) for item in items)
        expression = f"({total}) * 0.9" if "discount" in name else total
        looks = " and ".join(f"seen({_page(pages, item)!r}, {str(prices[item])!r})" for item in items)
        return f"{SEEN}\nprint(calculator({expression!r}) if {looks} else 'not there')"
    if name.startswith("match_phone"):
        person = task.expected_output
        phone = next(one["phone_number"] for one in module.METADATA["person_info"] if one["name"] == person)
        return f"{SEEN}\nprint({person!r} if seen({_page(pages, person)!r}, {phone!r}) else 'not there')"
    subject = asked.split(".")[0].split(" of ")[-1]
    expected = str(task.expected_output)
    return f"{SEEN}\nprint({expected!r} if seen({_page(pages, subject)!r}, {expected!r}) else 'not there')"


def _page(pages: list[str], subject: str) -> str:
    return next(page for page in pages if page.endswith("/" + subject.lower().replace(" ", "_")))


if __name__ == "__main__":
    json.dump(traced(sys.argv[1]), sys.stdout)
