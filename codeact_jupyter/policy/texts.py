"""What a string or a path in the code may be, as far as it is written there."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import itertools
import re
from collections.abc import Iterable

from codeact_jupyter.policy.names import DEEP, MANY, Names, is_path

HOLE = "\0"
"""Stands for what cannot be told."""
FOLLOWED = 16
"""Of a name that is bound more often the rest is not looked at."""
LONG = 4000
"""Of a text that is longer the rest is not looked at."""

_JOINS = frozenset({"os.path.join", "posixpath.join", "ntpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})
_KEEPS = frozenset(
    """str os.fspath os.path.expanduser os.path.abspath os.path.normpath os.path.realpath os.path.expandvars bytes sqlalchemy.text
    sqlalchemy.sql.text""".split()
)
_KEEPING = frozenset("expanduser resolve absolute as_posix strip rstrip lstrip encode decode lower __str__ __fspath__".split())
_HERE = frozenset({"pathlib.Path.cwd", "os.getcwd"})
_HOME = frozenset({"pathlib.Path.home"})
_PERCENT = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d.*]*[a-zA-Z]")
_BRACES = re.compile(r"\{[^{}]*\}")


class Texts:
    """Puts the strings of one action together."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._found: dict[int, frozenset[str]] = {}
        self._kept: list[ast.AST] = []
        self._deep = 0

    def of(self, node: ast.expr | None) -> frozenset[str]:
        """All that it may be; with holes where it cannot be told."""
        if node is None:
            return frozenset({HOLE})
        if (found := self._found.get(id(node))) is not None:
            return found
        if self._deep > DEEP:
            return frozenset({HOLE})
        self._found[id(node)] = frozenset()
        self._kept.append(node)
        self._deep += 1
        found = frozenset(text if len(text) <= LONG else text[:LONG] + HOLE for text in itertools.islice(self._of(node), MANY))
        self._deep -= 1
        self._found[id(node)] = found
        return found

    def whole(self, node: ast.expr | None) -> frozenset[str] | None:
        """All that it may be, or None when any of it cannot be told."""
        found = self.of(node)
        return None if not found or any(HOLE in text for text in found) else found

    def _of(self, node: ast.expr) -> Iterable[str]:  # noqa: C901 - a case for each kind of expression
        match node:
            case ast.Constant(value=str() as text):
                return [text]
            case ast.Constant(value=bytes() as raw):
                return [raw.decode("utf-8", "replace")]
            case ast.Constant(value=value):
                return [HOLE if value is None else repr(value)]
            case ast.JoinedStr():
                return _products([self.of(part) for part in node.values])
            case ast.FormattedValue() | ast.NamedExpr() | ast.Await():
                return self.of(node.value)
            case ast.BinOp(op=ast.Add()):
                return _products([self.of(node.left), self.of(node.right)])
            case ast.BinOp(op=ast.Div()):
                return _joined([self.of(node.left), self.of(node.right)])
            case ast.BinOp(op=ast.Mod()):
                return [_PERCENT.sub(HOLE, text) for text in self.of(node.left)]
            case ast.IfExp():
                return self.of(node.body) | self.of(node.orelse)
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript():
                return self._item(node)
            case ast.Call():
                return self._call(node)
            case _:
                return [HOLE]

    def _name(self, node: ast.Name) -> Iterable[str]:
        bindings, as_before = self._names.scopes.bindings(node)
        if len(bindings) > FOLLOWED:
            yield HOLE
        for binding in bindings[:FOLLOWED]:
            if binding.how == "is" and binding.value is not None:
                yield from self.of(binding.value)
            elif binding.how == "item" and binding.value is not None:
                yield from self._items(binding.value)
            else:
                yield HOLE
        if as_before:
            yield HOLE

    def _items(self, node: ast.expr) -> Iterable[str]:
        match node:
            case ast.List() | ast.Tuple() | ast.Set():
                return itertools.chain.from_iterable(map(self.of, node.elts))
            case ast.Dict():
                return itertools.chain.from_iterable(self.of(one) for one in [*node.keys, *node.values] if one is not None)
            case ast.Name():
                bindings, _ = self._names.scopes.bindings(node)
                values = [
                    one.value for one in bindings if one.how == "is" and isinstance(one.value, ast.List | ast.Tuple | ast.Set | ast.Dict)
                ]
                return itertools.chain.from_iterable(map(self._items, values)) if values else [HOLE]
            case _:
                return [HOLE]

    def _attribute(self, node: ast.Attribute) -> Iterable[str]:
        match node.attr:
            case "parent":
                return [f"{text}/.." for text in self.of(node.value)]
            case "devnull":
                return ["/dev/null"]
            case "sep":
                return ["/"]
            case _:
                bindings = self._names.scopes.module.bound.get(f".{node.attr}", [])
                values = [one.value for one in bindings if one.how == "is" and one.value is not None]
                return itertools.chain([HOLE], *map(self.of, values)) if values else [HOLE]

    def _item(self, node: ast.Subscript) -> Iterable[str]:
        if "os.environ" in self._names.dotted(node.value):
            return ["~" if self._names.literal(node.slice) in ("HOME", "USERPROFILE") else HOLE]
        return self._items(node.value)

    def _call(self, node: ast.Call) -> Iterable[str]:
        functions = self._names.dotted(node.func)
        first = node.args[0] if node.args else None
        if functions & _JOINS:
            return _joined([self.of(arg) for arg in node.args]) if node.args else ["."]
        if functions & _HERE:
            return ["."]
        if functions & _HOME or (functions & {"os.getenv", "os.environ.get"} and self._names.literal(first) == "HOME"):
            return ["~"]
        if functions & _KEEPS and first is not None:
            return self.of(first)
        if functions & {"os.path.dirname"} and first is not None:
            return [f"{text}/.." for text in self.of(first)]
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        return [HOLE]

    def _method(self, node: ast.Call, func: ast.Attribute) -> Iterable[str]:
        match func.attr:
            case "joinpath":
                return _joined([self.of(func.value), *map(self.of, node.args)])
            case "with_suffix" | "with_name" | "with_stem":
                return [f"{text}/../{HOLE}" for text in self.of(func.value)]
            case "glob" | "rglob" if any(map(is_path, self._names.dotted(func.value))):
                return _joined([self.of(func.value), *map(self.of, node.args)])
            case "format":
                return [_BRACES.sub(HOLE, text) for text in self.of(func.value)]
            case "join" if len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
                between = next(iter(self.of(func.value)), HOLE)
                parts = [self.of(one) for one in node.args[0].elts]
                return [between.join(chosen) for chosen in itertools.islice(itertools.product(*parts), MANY)]
            case name if name in _KEEPING:
                return self.of(func.value)
            case _:
                return [HOLE]


def _products(parts: list[frozenset[str]]) -> Iterable[str]:
    return ("".join(chosen) for chosen in itertools.islice(itertools.product(*parts), MANY))


def _joined(parts: list[frozenset[str]]) -> Iterable[str]:
    """As `os.path.join` has it: what is absolute begins anew."""
    for chosen in itertools.islice(itertools.product(*parts), MANY):
        path = ""
        for part in chosen:
            path = part if part.startswith("/") or not path else f"{path.rstrip('/')}/{part}"
        yield path
