"""What a string or a path in the code may be, as far as it is written there."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from codeact_jupyter.policy import made
from codeact_jupyter.policy.given import FOLLOWED, Given
from codeact_jupyter.policy.made import HOLE
from codeact_jupyter.policy.names import DEEP, MANY, Names, is_path
from codeact_jupyter.ports import Name

LONG = 4000
"""Of a text that is longer the rest is not looked at."""

_JOINS = frozenset({"os.path.join", "posixpath.join", "ntpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})
_KEEPS = frozenset(
    """str os.fspath os.path.expanduser os.path.abspath os.path.normpath os.path.realpath bytes sqlalchemy.text
    sqlalchemy.sql.text""".split()
)
_KEEPING = frozenset("expanduser resolve absolute as_posix strip rstrip lstrip encode decode __str__ __fspath__".split())
_HERE = frozenset({"pathlib.Path.cwd", "os.getcwd"})
_HOME = frozenset({"pathlib.Path.home"})
_WRITTEN = {"devnull": "/dev/null", "sep": "/", "pardir": "..", "curdir": "."}
_GIVES_ITS_ITEMS = frozenset("sorted list tuple set reversed enumerate zip iter tqdm dict frozenset".split())
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-#0 +]*[\d.*]*[a-zA-Z]")
_BRACES = re.compile(r"\{(\w*)[^{}]*\}")


class Texts:
    """Puts the strings of one action together."""

    def __init__(self, names: Names, known: Mapping[str, Name]) -> None:
        """`known`: the kernel's names."""
        self._names, self._known = names, known
        self._given = Given(names.scopes)
        self._found: dict[int, frozenset[str]] = {}
        self._found_items: dict[int, frozenset[str]] = {}
        self._kept: list[ast.AST] = []
        self._deep = 0

    def of(self, node: ast.expr | None) -> frozenset[str]:
        """All that it may be; with holes where it cannot be told."""
        return frozenset({HOLE}) if node is None else self._once(node, self._found, self._of)

    def items(self, node: ast.expr) -> frozenset[str]:
        """All that what is in it may be."""
        return self._once(node, self._found_items, self._items)

    def whole(self, node: ast.expr | None) -> frozenset[str] | None:
        """All that it may be, or None when any of it cannot be told."""
        found = self.of(node)
        return None if not found or any(HOLE in text for text in found) else found

    def _once(self, node: ast.expr, known: dict[int, frozenset[str]], look: Callable[[ast.expr], Iterable[str]]) -> frozenset[str]:
        if (found := known.get(id(node))) is not None:
            return found
        if self._deep > DEEP:
            return frozenset({HOLE})
        known[id(node)] = frozenset()  # what leads back to itself adds nothing
        self._kept.append(node)
        self._deep += 1
        found = frozenset(text if len(text) <= LONG else text[:LONG] + HOLE for text in itertools.islice(look(node), MANY))
        self._deep -= 1
        known[id(node)] = found
        return found

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
            case ast.Starred():
                return self.items(node.value)
            case ast.BinOp():
                return self._operation(node)
            case ast.IfExp():
                return self.of(node.body) | self.of(node.orelse)
            case ast.BoolOp():
                return frozenset().union(*map(self.of, node.values))
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

    def _operation(self, node: ast.BinOp) -> Iterable[str]:
        match node.op:
            case ast.Add():
                return _products([self.of(node.left), self.of(node.right)])
            case ast.Div():
                return _joined([self.of(node.left), self.of(node.right)])
            case ast.Mod():
                given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
                return itertools.chain.from_iterable(self._filled(_PERCENT, text, given, []) for text in self.of(node.left))
            case ast.Mult():
                return [made.repeated(text, node.right) for text in self.of(node.left)]
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
                yield from self.items(binding.value)
            else:
                yield HOLE
                for one in self._given.of(binding.node)[:FOLLOWED]:
                    yield from self.items(one.value) if one.each else self.of(one.value)
        if as_before:
            yield HOLE
            yield from self._before(node.id)

    def _before(self, name: str) -> Sequence[str]:
        known = self._known.get(name)
        return known.texts if known else ()

    def _items(self, node: ast.expr) -> Iterable[str]:
        match node:
            case ast.List() | ast.Tuple() | ast.Set():
                return self._flat(node.elts)
            case ast.Dict():
                return self._flat([one for one in [*node.keys, *node.values] if one is not None])
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._flat([node.elt])
            case ast.DictComp():
                return self._flat([node.key, node.value])
            case ast.BinOp(op=ast.Add()):
                return self.items(node.left) | self.items(node.right)
            case ast.Starred() | ast.Subscript():
                return self.items(node.value)
            case ast.Name():
                return self._items_of_name(node)
            case ast.Call():
                return self._items_of_call(node)
            case _:
                return [HOLE]

    def _flat(self, nodes: Sequence[ast.expr]) -> Iterable[str]:
        for node in nodes[:MANY]:
            yield from self.of(node)
            if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Starred):
                yield from self.items(node)

    def _items_of_name(self, node: ast.Name) -> Iterable[str]:
        bindings, as_before = self._names.scopes.bindings(node)
        for binding in bindings[:FOLLOWED]:
            if binding.how in ("is", "item") and binding.value is not None:
                yield from self.items(binding.value)
            else:
                yield HOLE
                for one in self._given.of(binding.node)[:FOLLOWED]:
                    yield from self.items(one.value)
        if as_before:
            yield HOLE
            yield from self._before(node.id)

    def _items_of_call(self, node: ast.Call) -> Iterable[str]:
        match node.func:
            case ast.Attribute(attr="items" | "values" | "keys" | "copy"):
                return self.items(node.func.value)
            case ast.Attribute(attr="split" | "splitlines"):
                return itertools.chain.from_iterable(text.split() for text in self.of(node.func.value))
            case ast.Name(id=name) if name in _GIVES_ITS_ITEMS:
                return itertools.chain(*map(self.items, node.args), *(self.of(keyword.value) for keyword in node.keywords))
            case _:
                return [HOLE]

    def _attribute(self, node: ast.Attribute) -> Iterable[str]:
        if node.attr == "parent":
            return [f"{text}/.." for text in self.of(node.value)]
        if node.attr in _WRITTEN:
            return [_WRITTEN[node.attr]]
        bindings = self._names.scopes.module.bound.get(f".{node.attr}", [])
        values = [one.value for one in bindings if one.how == "is" and one.value is not None]
        return itertools.chain([HOLE], *map(self.of, values)) if values else [HOLE]

    def _item(self, node: ast.Subscript) -> Iterable[str]:
        if "os.environ" in self._names.dotted(node.value):
            return ["~" if self._names.literal(node.slice) in ("HOME", "USERPROFILE") else HOLE]
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            return [f"{text}/..{made.repeated('/..', node.slice)}" for text in self.of(node.value.value)]
        if (texts := self.whole(node.value)) is not None:
            return [made.sliced(text, node.slice) for text in texts]
        return self.items(node.value)

    def _call(self, node: ast.Call) -> Iterable[str]:
        functions = self._names.dotted(node.func)
        first = node.args[0] if node.args else None
        if functions & _JOINS:
            return _joined(self._sequence(ast.Tuple(node.args))) if node.args else ["."]
        if functions & _HERE:
            return ["."]
        if functions & _HOME or (functions & {"os.getenv", "os.environ.get"} and self._names.literal(first) == "HOME"):
            return ["~"]
        if first is not None:
            for name in functions & made.DECODES:
                return [made.decoded(name, text, min(self.of(node.args[-1]), default=HOLE)) for text in self.of(first)]
            if functions & _KEEPS:
                return self.of(first)
            if "chr" in functions:
                return [made.character(first)]
            if "os.path.expandvars" in functions:
                return map(made.expanded, self.of(first))
            if functions & {"os.path.dirname"}:
                return [f"{text}/.." for text in self.of(first)]
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        return [HOLE]

    def _method(self, node: ast.Call, func: ast.Attribute) -> Iterable[str]:
        match func.attr:
            case "joinpath":
                return _joined([self.of(func.value), *self._sequence(ast.Tuple(node.args))])
            case "with_suffix" | "with_name" | "with_stem":
                return [f"{text}/../{HOLE}" for text in self.of(func.value)]
            case "glob" | "rglob" if any(map(is_path, self._names.dotted(func.value))):
                return _joined([self.of(func.value), *map(self.of, node.args)])
            case "format":
                filled = (self._filled(_BRACES, text, node.args, node.keywords) for text in self.of(func.value))
                return itertools.chain.from_iterable(filled)
            case "join" if len(node.args) == 1:
                between = next(iter(self.of(func.value)), HOLE)
                return (between.join(chosen) for chosen in itertools.islice(itertools.product(*self._sequence(node.args[0])), MANY))
            case name if name in _KEEPING:
                return self.of(func.value)
            case _:
                given = [min(self.of(one), default=HOLE) for one in node.args]
                return [made.of_string(text, func.attr, given) or HOLE for text in self.of(func.value)]

    def _filled(self, fields: re.Pattern[str], text: str, given: Sequence[ast.expr], named: Sequence[ast.keyword]) -> Iterable[str]:
        """A template with what it is given, in order or by name."""
        by_name = {**{str(index): one for index, one in enumerate(given)}, **{one.arg: one.value for one in named if one.arg}}
        parts, end, count = [], 0, 0
        for found in itertools.islice(fields.finditer(text), MANY):
            parts += [frozenset({text[end : found.start()]}), self.of(by_name.get(found[1] or str(count)))]
            end, count = found.end(), count + 1
        return _products([*parts, frozenset({fields.sub(HOLE, text[end:])})])

    def _sequence(self, node: ast.expr) -> list[frozenset[str]]:
        """What is joined, in order; a hole for what cannot be told."""
        match node:
            case ast.List() | ast.Tuple():
                parts = [self._sequence(one.value) if isinstance(one, ast.Starred) else [self.of(one)] for one in node.elts[:MANY]]
                return list(itertools.chain.from_iterable(parts))
            case ast.BinOp(op=ast.Add()):
                return [*self._sequence(node.left), *self._sequence(node.right)]
            case ast.BinOp(left=ast.List() | ast.Tuple() as left, op=ast.Mult(), right=ast.Constant(value=int() as times)):
                return self._sequence(left) * min(times, MANY)
            case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="chr"), ast.List() | ast.Tuple() as numbers]):
                return [frozenset({made.character(one)}) for one in numbers.elts]
            case ast.GeneratorExp(generators=[part]) | ast.ListComp(generators=[part]) if isinstance(part.iter, ast.List | ast.Tuple) and (
                isinstance(node.elt, ast.Call) and "chr" in self._names.dotted(node.elt.func)
            ):
                return [frozenset({made.character(one)}) for one in part.iter.elts]
            case _:
                return [frozenset({HOLE})]


def _products(parts: list[frozenset[str]]) -> Iterable[str]:
    return ("".join(chosen) for chosen in itertools.islice(itertools.product(*parts), MANY))


def _joined(parts: list[frozenset[str]]) -> Iterable[str]:
    """As `os.path.join` has it: what is absolute begins anew."""
    for chosen in itertools.islice(itertools.product(*parts), MANY):
        path = ""
        for part in chosen:
            path = part if part.startswith("/") or not path else f"{path.rstrip('/')}/{part}"
        yield path
