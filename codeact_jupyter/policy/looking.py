"""An action looked at as a whole."""

import ast
import re
from collections.abc import Iterator

from codeact_jupyter import source
from codeact_jupyter.policy import calls, detours, magics, overwrites, pages, references, unread
from codeact_jupyter.policy.found import Found, Read
from codeact_jupyter.policy.names import Names
from codeact_jupyter.policy.scopes import Scopes
from codeact_jupyter.policy.texts import Texts
from codeact_jupyter.ports import Facts

_MAGIC = re.compile(r"[%!?]|get_ipython")
_NESTED = 8
"""Magics within magics that are followed."""


def look(text: str, facts: Facts) -> Iterator[Found]:
    """What of an action has an effect that is listed."""
    found: list[Found] = []
    tree = _whole(text, facts, found)
    yield from found
    if tree is not None:
        yield from _tree(tree, facts)


def binds(text: str) -> frozenset[str]:
    """The names that an action gives to the kernel, as far as its code says; `*`: those of a module too."""
    tree = _whole(text, Facts(), [])
    scopes = Scopes(tree or ast.Module([], []))
    own = {name for name in scopes.module.bound if not name.startswith(".")}
    return frozenset(own.union(*(scope.elsewhere for scope in scopes.every)))


def _whole(text: str, facts: Facts, found: list[Found]) -> ast.Module | None:
    """With what its magics run."""
    tree = _body(magics.Body(text, 1), facts, found)
    if tree is not None and _MAGIC.search(text):
        _inline(tree, facts, found)
    return tree


def _body(body: magics.Body, facts: Facts, found: list[Found], deep: int = 0) -> ast.Module | None:
    """The tree of a cell, or of what a magic runs; a single line of either may be a magic without its `%`."""
    skipped = len(body.source) - len(body.source.lstrip("\n"))  # IPython drops the empty lines above
    tree = source.parse(body.source)
    if tree is not None:
        for node in ast.walk(tree):
            if hasattr(node, "lineno"):
                node.lineno += body.line - 1 + skipped
    if len(body.source.strip().splitlines()) == 1 and not _shadowed(line := source.transform(body.source), facts):
        for one in magics.automatic(line, body.line + skipped):
            if isinstance(one, Found):
                found.append(one)
            elif tree is None:
                if deep < _NESTED:
                    return _body(one, facts, found, deep + 1)
                found.append(Found("dynamic", "magics within magics", one.line))
    if tree is None:
        found.extend(Found(one.effect, one.what, one.line + body.line - 1) for one in unread.of(body.source))
    return tree


def _shadowed(line: str, facts: Facts) -> bool:
    head = line.strip().partition(" ")[0].partition(".")[0]
    name = "".join(letter for letter in head if letter.isidentifier() or letter.isdigit())
    return name in facts.names


def _inline(tree: ast.Module, facts: Facts, found: list[Found]) -> None:
    """Put what magics run beside the action's own code, as something that may happen."""
    left: list[tuple[ast.AST, int]] = [(tree, 0)]
    while left:
        looked, deep = left.pop()
        for call in [node for node in ast.walk(looked) if isinstance(node, ast.Call)]:
            if (given := magics.of(call)) is None:
                continue
            parts = list(given)
            call.func, call.args = ast.copy_location(ast.Name("print", ast.Load()), call), []
            for part in parts:
                if isinstance(part, Found):
                    found.append(part)
                elif deep == _NESTED:
                    found.append(Found("dynamic", "magics within magics", part.line))
                elif (body := _body(part, facts, found)) is not None:
                    tree.body.append(ast.copy_location(ast.If(ast.Constant(True), body.body or [ast.Pass()], []), call))
                    left.append((body, deep + 1))


def _tree(tree: ast.Module, facts: Facts) -> Iterator[Found]:
    scopes = Scopes(tree)
    names = Names(scopes, facts.names)
    read = Read(scopes.nodes, names, Texts(names, facts.names), facts, scopes.parents)
    for node in read.nodes:
        yield from _node(node, read)
    yield from overwrites.of(read)
    for inner in [one for node in read.nodes if isinstance(node, ast.Call) for one in _in_strings(node, read)]:
        if isinstance(inner, Found):
            yield inner
            continue
        for node in scopes.add(inner):
            yield from _node(node, read)


def _node(node: ast.AST, read: Read) -> Iterator[Found]:
    match node:
        case ast.Call():
            yield from calls.of_call(node, read)
            yield from detours.of_call(node, read)
        case ast.Attribute(ctx=ast.Load()) | ast.Name(ctx=ast.Load()):
            yield from references.of_name(node, read)
            yield from detours.of_environ(node, read)
        case ast.Attribute():
            yield from detours.of_environ(node, read)
            yield from references.of_change(node, node.value, node.attr, read)
        case ast.Subscript(ctx=ast.Store() | ast.Del(), value=ast.Attribute() as changed):
            yield from references.of_item(node, read)
            yield from references.of_change(node, changed.value, changed.attr, read)
        case ast.FunctionDef():
            yield from pages.of_function(node)
        case ast.Subscript():
            yield from references.of_item(node, read)
        case ast.Import() | ast.ImportFrom():
            yield from references.of_import(node)
        case _:
            pass


def _in_strings(node: ast.Call, read: Read) -> Iterator[ast.Module | Found]:
    for text in detours.code_in_strings(node, read):
        inner = source.parse(text.strip()) if text is not None else None
        if text is None:
            yield Found("dynamic", "code in a string", node.lineno)
        elif inner is None:
            yield from (Found(one.effect, one.what, node.lineno) for one in unread.of(text))
        else:
            for part in ast.walk(inner):
                if hasattr(part, "lineno"):
                    part.lineno = node.lineno
            yield inner
