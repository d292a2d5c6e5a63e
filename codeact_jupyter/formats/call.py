"""A call of one tool, as JSON and text actions have it, and the line of Python that it becomes."""

import ast
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.formats.code import LONGEST_WAIT
from codeact_jupyter.ports import Action, Code, Interrupt, Wait

DEEPEST = 90
"""Lists and objects in one another: Python takes 200 brackets, and 100 levels of indentation."""
_DEEP = "The action is nested too deep: do it in several."
_WAIT = 60.0
_SHOWN_NAME = 60


@dataclass(frozen=True)
class Call:
    """A tool and its arguments, which are JSON values."""

    tool: str
    args: tuple[Any, ...] = ()

    def line(self, printed: bool = False) -> str:
        """One line of Python, whose value the cell shows; `printed`: as text, where Python's spelling of it would hide line ends."""
        call = ast.Call(named(self.tool), [literal(value) for value in self.args], [])
        return python([ast.Expr(ast.Call(ast.Name("print"), [call], []) if printed else call)])


class Offered:
    """The names that may be called; none given: any that Python could call."""

    def __init__(self, names: Sequence[str] = ()):
        self.names = tuple(names)

    def action(self, call: Call, note: str = "") -> Action:
        """What a call means: `wait` and `interrupt` are no code, unless tools have these names.  Raises `ActionParseError`."""
        if self.waits(call.tool):
            return Wait(_seconds(call.args)) if call.tool == "wait" else Interrupt()
        # a task's tools answer in text, as M3ToolEval's are told: code prints it too
        return Code(self.checked(call).line(printed=bool(self.names)), note=note)

    def waits(self, name: str) -> bool:
        """Whether it is one of the two that are about an action that still runs."""
        return name in ("wait", "interrupt") and name not in self.names

    def checked(self, call: Call) -> Call:
        """The same call.  Raises `ActionParseError`, with words that name what there is."""
        shown = json.dumps(call.tool[:_SHOWN_NAME], ensure_ascii=False)
        if self.names and call.tool not in self.names:
            raise ActionParseError(f"There is no tool {shown}: there {_listed(self.names)}.")
        if not is_name(call.tool):
            raise ActionParseError(
                f'{shown} is no name of a function: write it without arguments and brackets, such as "len" or "df.head".'
            )
        return call


def is_name(text: str) -> bool:
    """Whether it is a name in Python, dotted or not."""
    return all(part.isidentifier() and not iskeyword(part) for part in text.split("."))


def named(name: str) -> ast.expr:
    """A dotted name as Python has it."""
    first, *others = name.split(".")
    found: ast.expr = ast.Name(first)
    for attribute in others:
        found = ast.Attribute(found, attribute)
    return found


def literal(value: Any) -> ast.expr:
    """A JSON value as Python has it."""
    match value:
        case float() if math.isnan(value):  # the one number without a literal
            return ast.Call(ast.Name("float"), [ast.Constant("nan")], [])
        case list():
            return ast.List([literal(item) for item in value])
        case dict():
            return ast.Dict([ast.Constant(key) for key in value], [literal(item) for item in value.values()])
        case _:
            return ast.Constant(value)


def python(steps: Sequence[ast.stmt]) -> str:
    """The source of these."""
    return ast.unparse(ast.fix_missing_locations(ast.Module(list(steps), [])))


def from_json(body: str) -> Any:
    """What an action in JSON holds.  Raises `ActionParseError` that says where it is none."""
    try:
        held = json.loads(body)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ActionParseError(f"The action is not valid JSON: {error.msg} ({where}).") from error
    except RecursionError as error:
        raise ActionParseError(_DEEP) from error
    except ValueError as error:
        raise ActionParseError("The action holds a number of too many digits.") from error
    level = [held]
    for _ in range(DEEPEST):
        level = [inner for item in level for inner in _inside(item)]
    if level:
        raise ActionParseError(_DEEP)
    return held


def is_json(body: str) -> bool:
    """Whether it could be read as JSON."""
    try:
        from_json(body)
    except ActionParseError:
        return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    match value:
        case list():
            return value
        case dict():
            return value.values()
        case _:
            return ()


def _listed(names: Sequence[str]) -> str:
    return f"is only {names[0]}" if len(names) == 1 else f"are {', '.join(names[:-1])} and {names[-1]}"


def _seconds(args: Sequence[Any]) -> float:
    said = next((value for value in args if isinstance(value, int | float) and not isinstance(value, bool)), _WAIT)
    return _WAIT if math.isnan(said) else float(min(max(said, 1), LONGEST_WAIT))
