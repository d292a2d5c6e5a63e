"""What the functions of an action are called with in it: `def load(p): …` and, further down, `load("x.csv")`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codeact_jupyter.policy.scopes import FUNCTIONS, Scopes

FOLLOWED = 16
"""Of a name that is bound more often the rest is not looked at."""

_MAPS = frozenset("map imap imap_unordered".split())  # noqa: SIM905 - a table of words


@dataclass(frozen=True)
class Argument:
    value: ast.expr
    each: bool = False
    """An item of the value at a time."""


class Given:
    """By parameter; made when first asked for."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._found: dict[int, list[Argument]] | None = None

    def of(self, parameter: ast.AST) -> list[Argument]:
        """What a parameter (`ast.arg`) is, as far as it is written in calls of its function."""
        if self._found is None:
            self._found = {}
            for node in self._scopes.nodes:
                if isinstance(node, ast.Call):
                    self._call(node, self._found)
        return self._found.get(id(parameter), [])

    def _call(self, node: ast.Call, found: dict[int, list[Argument]]) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _MAPS and node.args:
            function, values = node.args[0], [Argument(one, each=True) for one in node.args[1:]]
        elif name == "submit" and node.args:
            function, values = node.args[0], [Argument(one) for one in node.args[1:]]
        else:
            function, values = node.func, [Argument(one) for one in node.args]
        for args in self._definitions(function):
            parameters = [*args.posonlyargs, *args.args]
            if parameters and parameters[0].arg in ("self", "cls"):
                parameters = parameters[1:]
            for parameter, value in zip(parameters, values, strict=False):
                found.setdefault(id(parameter), []).append(value)
            by_name = {parameter.arg: parameter for parameter in [*parameters, *args.kwonlyargs]}
            for keyword in node.keywords:
                if keyword.arg in by_name:
                    found.setdefault(id(by_name[keyword.arg]), []).append(Argument(keyword.value))

    def _definitions(self, function: ast.expr) -> Iterator[ast.arguments]:
        if isinstance(function, ast.Lambda):
            yield function.args
        bindings = self._scopes.bindings(function)[0] if isinstance(function, ast.Name) else []
        if isinstance(function, ast.Attribute):
            bindings = self._scopes.module.bound.get(f".{function.attr}", [])
        for binding in bindings[:FOLLOWED]:
            for one in (binding.node, binding.value):
                if isinstance(one, FUNCTIONS):
                    yield one.args
