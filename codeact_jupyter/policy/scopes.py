"""Where each name of an action is bound, and to what: scopes as Python has them, without regard to order inside a function."""

import ast
import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Way = Literal["is", "item", "typed"]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
NEVER = (1 << 60, 0)
NESTED = 8
"""Blocks in blocks that bind one name and are looked at."""
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Binding:
    """One place that gives a name a value."""

    how: Literal["is", "item", "import", "typed", "other"]
    """It is the value; an item of the value; what was imported; an instance of the value; or nothing that can be said."""
    node: ast.AST
    value: ast.expr | None = None
    dotted: str = ""
    sure: bool = False
    """Nothing decides whether it happens: it stands in the action's own body."""
    within: ast.AST | None = None
    """The block in which it surely holds: of a loop, or a `with`."""


@dataclass(eq=False)
class Scope:
    kind: Literal["module", "class", "function"]
    parent: "Scope | None" = None
    bound: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    """Declared `global` or `nonlocal`."""
    comprehension: bool = False


class Scopes:
    """Of one action, with what else turns out to be run by it (`add`)."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope("module")
        self.every = [self.module]
        self.deleted: set[str] = set()
        self.parents: dict[int, ast.AST] = {}
        """By the id of a node, what it is a part of."""
        self._of: dict[int, Scope] = {}
        self._spans: dict[int, tuple[tuple[int, int], list[tuple[tuple[int, int], tuple[int, int]]]]] = {}
        self._sure = {id(node) for node in tree.body}
        self._sure |= {id(target) for node in tree.body if isinstance(node, ast.Assign) for target in node.targets}
        self.nodes = self.add(tree)

    def add(self, tree: ast.AST) -> list[ast.AST]:
        """Code that runs beside the action's own; all its nodes."""
        nodes: list[ast.AST] = []
        left: list[tuple[ast.AST, Scope]] = [(tree, self.module)]
        while left:
            node, scope = left.pop()
            nodes.append(node)
            self._of[id(node)] = scope
            self._bind(node, scope)
            for child, inner in self._inside(node, scope):
                self.parents[id(child)] = node
                left.append((child, inner))
        return nodes

    def of(self, node: ast.AST) -> Scope:
        return self._of.get(id(node), self.module)

    def bindings(self, name: ast.Name) -> tuple[list[Binding], bool]:
        """What it may be bound to where it stands, and whether it may as well be what it was before the action."""
        found: list[Binding] = []
        start = self.of(name)
        scope: Scope | None = start
        while scope is not None:
            if name.id in scope.elsewhere:
                scope = self.module
            here = scope.bound.get(name.id, []) if scope is start or scope.kind != "class" else []
            found = found + here if found else here  # mostly the one list of the scope, which can be told again
            if here and scope.kind == "function":
                return found, False
            if scope is self.module:
                return found, name.id in self.deleted or not self._holds(here, name)
            scope = scope.parent
        return found, True

    def _holds(self, bindings: list[Binding], name: ast.Name) -> bool:
        """Whether the name surely has one of these values where it stands."""
        if not bindings:
            return False
        if (spans := self._spans.get(id(bindings))) is None:
            sure = min((_position(one.node) for one in bindings if one.sure), default=NEVER)
            within = sorted((_position(one.node), _end(one.within)) for one in bindings if one.within is not None)
            spans = self._spans[id(bindings)] = (sure, within)
        sure, within = spans
        at = _position(name)
        nearest = bisect.bisect(within, (at, NEVER))
        return sure < at or any(at <= end for _, end in within[max(0, nearest - NESTED) : nearest])

    def _inside(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        """The children, each with the scope that it is in."""
        if isinstance(node, FUNCTIONS):
            inner = self._new("function", scope)
            self._parameters(node.args, inner)
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            own = {id(child) for child in body}
            yield from ((child, inner if id(child) in own else scope) for child in ast.iter_child_nodes(node))
        elif isinstance(node, ast.ClassDef):
            inner = self._new("class", scope)
            own = {id(child) for child in node.body}
            yield from ((child, inner if id(child) in own else scope) for child in ast.iter_child_nodes(node))
        elif isinstance(node, COMPREHENSIONS):
            inner = self._new("function", scope)
            inner.comprehension = True
            for part in node.generators:
                self._target(part.target, "item", part.iter, inner)
            yield from ((child, inner) for child in ast.iter_child_nodes(node))
        else:
            yield from ((child, scope) for child in ast.iter_child_nodes(node))

    def _parameters(self, args: ast.arguments, scope: Scope) -> None:
        positional = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(args.defaults)), *args.defaults, *args.kw_defaults]
        for arg, default in zip([*positional, *args.kwonlyargs], defaults, strict=True):
            self._put(arg.arg, Binding("typed", arg, arg.annotation), scope)
            if default is not None:
                self._put(arg.arg, Binding("is", arg, default), scope)
        for rest in filter(None, (args.vararg, args.kwarg)):
            self._put(rest.arg, Binding("other", rest), scope)

    def _bind(self, node: ast.AST, scope: Scope) -> None:  # noqa: C901 - one case for each way Python has to bind a name
        match node:
            case ast.Assign():
                for target in node.targets:
                    self._target(target, "is", node.value, scope)
            case ast.AnnAssign():
                self._target(node.target, "is" if node.value else "typed", node.value or node.annotation, scope)
            case ast.AugAssign():
                self._target(node.target, "is", _sum(node), scope)
            case ast.NamedExpr():
                self._target(node.target, "is", node.value, _real(scope))
            case ast.For() | ast.AsyncFor():
                self._target(node.target, "item", node.iter, scope, node)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    if item.optional_vars is not None:
                        self._target(item.optional_vars, "is", item.context_expr, scope, node)
            case ast.Import():
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._put(alias.asname or whole, Binding("import", node, None, whole, id(node) in self._sure), scope)
            case ast.ImportFrom():
                for alias in node.names:
                    dotted = f"{node.module or ''}.{alias.name}".strip(".")
                    self._put(alias.asname or alias.name, Binding("import", node, None, dotted, id(node) in self._sure), scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._put(node.name, Binding("other", node, None, "", id(node) in self._sure), scope)
            case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                self._put(name, Binding("other", node), scope)
            case ast.MatchMapping(rest=str() as name):
                self._put(name, Binding("other", node), scope)
            case ast.Global() | ast.Nonlocal():
                scope.elsewhere.update(node.names)
            case ast.Name(ctx=ast.Del()):
                self.deleted.add(node.id)
            case _:
                pass

    def _target(self, target: ast.expr, how: Way, value: ast.expr, scope: Scope, within: ast.AST | None = None) -> None:
        left: list[tuple[ast.expr, Way, ast.expr]] = [(target, how, value)]
        while left:
            one, way, worth = left.pop()
            match one:
                case ast.Name():
                    self._put(one.id, Binding(way, one, worth, "", id(one) in self._sure, within), scope)
                case ast.Attribute():
                    self._put(f".{one.attr}", Binding(way, one, worth), self.module)
                case ast.Starred():
                    left.append((one.value, "item", worth))
                case ast.Tuple() | ast.List():
                    left.extend(_unpacked(one.elts, way, worth))
                case _:
                    pass

    def _new(self, kind: Literal["class", "function"], parent: Scope) -> Scope:
        self.every.append(made := Scope(kind, parent))
        return made

    def _put(self, name: str, binding: Binding, scope: Scope) -> None:
        scope.bound.setdefault(name, []).append(binding)
        if scope.kind == "class":
            self.module.bound.setdefault(f".{name}", []).append(binding)


def _real(scope: Scope) -> Scope:
    while scope.comprehension and scope.parent is not None:
        scope = scope.parent
    return scope


def _end(node: ast.AST | None) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _sum(node: ast.AugAssign) -> ast.expr:
    if not isinstance(node.target, ast.Name):
        return node.value
    before = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
    return ast.copy_location(ast.BinOp(before, node.op, node.value), node)


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _unpacked(targets: list[ast.expr], how: Way, value: ast.expr) -> Iterator[tuple[ast.expr, Way, ast.expr]]:
    """`a, b = x, y` pair by pair; anything else gives items of the value."""
    alike = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(targets) and how == "is"
    plain = alike and not any(isinstance(one, ast.Starred) for one in [*targets, *value.elts])  # type: ignore[attr-defined]
    for index, target in enumerate(targets):
        if plain:
            yield target, "is", value.elts[index]  # type: ignore[attr-defined]
        else:
            yield target, "item", value
