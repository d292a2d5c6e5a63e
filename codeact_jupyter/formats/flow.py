"""A program as action: JSON with variables, loops, branches and calls, which becomes plain Python.  Begin with `Flow`."""

import ast
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.formats.call import Call, Offered, from_json, is_json, is_name, literal, named, python
from codeact_jupyter.ports import Action, Code

STEPS = ("set", "for", "if", "print", "show", "call")
ARITHMETIC: Mapping[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div}
COMPARISONS: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "in": ast.In,
}
LOGIC: Mapping[str, type[ast.boolop]] = {"and": ast.And, "or": ast.Or}
VALUES = ("var", "call", "literal", *ARITHMETIC, *COMPARISONS, *LOGIC, "not", "index", "length")
_ANY_NUMBER = frozenset({"+", "*", *LOGIC})
"""Of operands, from two on."""
_OURS = frozenset({"print", "display", "len", "float"})
"""What the Python of a program is written with."""


class Flow:
    """Reads a program; `tools`: those that may be called, else any."""

    example = """Action: [
  {"set": "total", "value": 0},
  {"for": "word", "in": ["a", "bc"], "do": [
    {"set": "total", "value": {"+": [{"var": "total"}, {"call": "len", "args": [{"var": "word"}]}]}}
  ]},
  {"print": {"var": "total"}}
] End Action"""

    def __init__(self, tools: Sequence[str] = ()):
        self._offered = Offered(tools)

    def ends(self, body: str) -> bool:
        return is_json(body)

    def read(self, body: str) -> Action:
        """Raises `ActionParseError` that names the place of what is wrong, such as `$[2].do[0].value`."""
        if not body.strip():
            raise ActionParseError("The action is empty: it has to be a JSON list of steps.")
        program = from_json(body)
        steps = [program] if isinstance(program, dict) else program
        match steps:
            case [{"call": str(name), **rest}] if self._offered.waits(name) and rest.keys() <= {"args"}:
                given = rest.get("args", [])
                return self._offered.action(Call(name, tuple(given if isinstance(given, list) else [given])))
            case _:
                return Code(python(_Program(self._offered).steps(steps, "$")))


class _Program:
    """Makes Python of steps and values; `at` is the place of each in the program."""

    def __init__(self, offered: Offered):
        self._offered = offered

    def steps(self, steps: Any, at: str) -> list[ast.stmt]:
        if not isinstance(steps, list) or not steps:
            raise _wrong(at, "there has to be a list of steps, at least one")
        return [self._step(step, f"{at}[{number}]") for number, step in enumerate(steps)]

    def _step(self, step: Any, at: str) -> ast.stmt:
        if not isinstance(step, dict):
            raise _wrong(at, f"a step has to be an object, not {_kind(step)}")
        match next((name for name in STEPS if name in step), None):
            case "set":
                return ast.Assign([ast.Name(self._variable(step["set"], f"{at}.set"))], self._assigned(step, at))
            case "for":
                _fields(step, at, needs=("for", "in", "do"))
                variable, values = ast.Name(self._variable(step["for"], f"{at}.for")), self.value(step["in"], f"{at}.in")
                return ast.For(variable, values, self.steps(step["do"], f"{at}.do"), [])
            case "if":
                _fields(step, at, needs=("if", "then"), may=("else",))
                others = self.steps(step["else"], f"{at}.else") if "else" in step else []
                return ast.If(self.value(step["if"], f"{at}.if"), self.steps(step["then"], f"{at}.then"), others)
            case "print" | "show" as how:
                _fields(step, at, needs=(how,))
                shown = self.value(step[how], f"{at}.{how}")
                return ast.Expr(ast.Call(ast.Name("print" if how == "print" else "display"), [shown], []))
            case "call":
                return ast.Expr(self._call(step, at))
            case _:
                raise _wrong(at, f"{_named(step)}; a step has one of {', '.join(STEPS)}")

    def _assigned(self, step: Mapping[str, Any], at: str) -> ast.expr:
        if "call" in step:
            return self._call({name: held for name, held in step.items() if name != "set"}, at)
        _fields(step, at, needs=("set", "value"))
        return self.value(step["value"], f"{at}.value")

    def _call(self, call: Mapping[str, Any], at: str) -> ast.expr:
        _fields(call, at, needs=("call",), may=("args",))
        name, given = call["call"], call.get("args", [])
        if not isinstance(name, str):
            raise _wrong(f"{at}.call", f"the name of a function has to be a string, not {_kind(name)}")
        if self._offered.waits(name):
            raise _wrong(f"{at}.call", f"{_short(name)} has to be the only step of an action")
        try:
            self._offered.checked(Call(name))
        except ActionParseError as error:
            raise ActionParseError(f"At {at}.call: {error}") from error
        args = given if isinstance(given, list) else [given]
        return ast.Call(named(name), [self.value(arg, f"{at}.args[{number}]") for number, arg in enumerate(args)], [])

    def _variable(self, name: Any, at: str) -> str:
        if not isinstance(name, str) or "." in name or not is_name(name):
            raise _wrong(at, f"{_short(name)} is no name of a variable")
        if name in _OURS or name in self._offered.names:
            raise _wrong(at, f"{_short(name)} is the name of a function: take another")
        return str(name)

    def value(self, value: Any, at: str) -> ast.expr:
        """A value: JSON as it stands, or an object that says how it is had."""
        match value:
            case list():
                return ast.List([self.value(item, f"{at}[{number}]") for number, item in enumerate(value)])
            case {"var": name}:
                _fields(value, at, needs=("var",))
                if not isinstance(name, str) or not is_name(name):
                    raise _wrong(f"{at}.var", f"{_short(name)} is no name of a variable")
                return named(name)
            case {"call": _}:
                return self._call(value, at)
            case {"literal": held}:
                _fields(value, at, needs=("literal",))
                return literal(held)
            case dict():
                return self._operation(value, at)
            case _:
                return literal(value)

    def _operation(self, value: Mapping[str, Any], at: str) -> ast.expr:
        if len(value) != 1 or (name := next(iter(value))) not in VALUES:
            raise _wrong(
                at, f'{_named(value)}; a value that is an object has one of {", ".join(VALUES)} ("literal" takes an object as it stands)'
            )
        given, inside = value[name], _into(at, name)
        if name in ("not", "length"):
            operand = given[0] if isinstance(given, list) and len(given) == 1 else given
            made = self.value(operand, inside)
            return ast.UnaryOp(ast.Not(), made) if name == "not" else ast.Call(ast.Name("len"), [made], [])
        if not isinstance(given, list) or len(given) < 2 or (len(given) > 2 and name not in _ANY_NUMBER):
            raise _wrong(inside, f"{json.dumps(name)} takes a list of {'two or more' if name in _ANY_NUMBER else 'two'} values")
        made_of = [self.value(operand, f"{inside}[{number}]") for number, operand in enumerate(given)]
        return _operated(name, made_of)


def _operated(name: str, operands: list[ast.expr]) -> ast.expr:
    left, *others = operands
    if name == "index":
        return ast.Subscript(left, others[0])
    if name in LOGIC:
        return ast.BoolOp(LOGIC[name](), operands)
    if name in COMPARISONS:
        return ast.Compare(left, [COMPARISONS[name]()], others)
    for right in others:
        left = ast.BinOp(left, ARITHMETIC[name](), right)
    return left


def _fields(held: Mapping[str, Any], at: str, needs: Sequence[str], may: Collection[str] = ()) -> None:
    for name in needs:
        if name not in held:
            also = ' or "call"' if name == "value" else ""
            raise _wrong(at, f'beside "{needs[0]}" there has to be "{name}"{also}')
    for name in held:
        if name not in needs and name not in may:
            raise _wrong(at, f'{_short(name)} does not belong beside "{needs[0]}"')


def _wrong(at: str, words: str) -> ActionParseError:
    return ActionParseError(f"At {at}: {words}.")


def _into(at: str, name: str) -> str:
    return f"{at}.{name}" if name.isidentifier() else f"{at}[{json.dumps(name)}]"


def _named(held: Mapping[str, Any]) -> str:
    return f"there is {', '.join(_short(name) for name in list(held)[:5])}" if held else "there is an empty object"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:58]} …"


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"
