"""Which large variables of the user's an action binds anew, deletes or empties."""

import ast
import builtins
from collections.abc import Iterator

from codeact_jupyter.policy.found import Found, Read
from codeact_jupyter.policy.names import is_space
from codeact_jupyter.ports import Facts

_EMPTIES = frozenset({"pop", "clear", "popitem", "fill", "resize"})
_SAME_DATA = frozenset({"loc", "iloc", "values", "array", "flat", "T", "data"})

LARGE = 10_000_000
"""Bytes above which a variable is asked for."""


def of(read: Read) -> Iterator[Found]:
    large = {name for name, known in read.facts.names.items() if is_large(name, read.facts) and known is not None}
    if not large:
        return
    for name, line in _bound(read):
        if name in large:
            yield Found("overwrite", name, line)


def is_large(name: str, facts: Facts) -> bool:
    known = facts.names.get(name)
    return known is not None and not known.ours and (known.bytes or 0) > LARGE


def _bound(read: Read) -> Iterator[tuple[str, int]]:
    """Names of the kernel's namespace that get another value, or lose the one that they have."""
    scopes = read.names.scopes
    for name, bindings in scopes.module.bound.items():
        yield from ((name, getattr(binding.node, "lineno", 0)) for binding in bindings)
    for scope in scopes.every:
        for name in scope.elsewhere & scope.bound.keys():
            yield from ((name, getattr(binding.node, "lineno", 0)) for binding in scope.bound[name])
    for node in read.nodes:
        match node:
            case ast.Name(ctx=ast.Del()) | ast.Subscript(value=ast.Name(), ctx=ast.Del()):
                yield _root(node), node.lineno
            case ast.Subscript(ctx=ast.Store() | ast.Del()) if _whole(node.slice):
                yield _root(node), node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name() as base, attr=method)) if method in _EMPTIES or _in_place(node):
                yield base.id, node.lineno
            case ast.Call():
                yield from ((name, node.lineno) for name in _by_call(node, read))
            case ast.Subscript(ctx=ast.Store() | ast.Del(), slice=ast.Constant(value=str() as key)):
                if any(map(is_space, read.names.dotted(node.value))):
                    yield key, node.lineno
            case ast.Attribute(ctx=ast.Store() | ast.Del(), attr=key) if "__main__" in read.names.dotted(node.value):
                yield key, node.lineno
            case _:
                pass


def _by_call(node: ast.Call, read: Read) -> Iterator[str]:
    """`globals().pop("x")`, `setattr(main, "x", …)`, `np.copyto(x, …)`."""
    names, first = read.names.dotted(node.func), node.args[0] if node.args else None
    if any(is_space(name.rpartition(".")[0]) and name.endswith((".pop", ".__delitem__", ".__setitem__")) for name in names):
        yield read.names.literal(first) or ""
    elif names & {"setattr", "delattr"} and first is not None and "__main__" in read.names.dotted(first):
        yield (read.names.literal(node.args[1]) if node.args[1:] else None) or ""
    elif "numpy.copyto" in names and isinstance(first, ast.Name):
        yield first.id


def _whole(part: ast.expr) -> bool:
    """`x[:]`, `x.loc[:, :]`, `x[...]`."""
    match part:
        case ast.Slice(lower=None, upper=None) | ast.Constant(value=builtins.Ellipsis):
            return True
        case ast.Tuple():
            return all(map(_whole, part.elts))
        case _:
            return False


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in _SAME_DATA):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _in_place(node: ast.Call) -> bool:
    return any(one.arg == "inplace" and not (isinstance(one.value, ast.Constant) and not one.value.value) for one in node.keywords)
