"""Source of others, cut down to what one name of it needs: what goes into a kernel, without the tasks and answers beside it."""

import ast
import symtable
from collections.abc import Iterator, Set


def needed(source: str, entry: str, given: Set[str] = frozenset()) -> str:
    """The top-level statements that `entry` depends on, in their order; empty: there is no such name.

    Imports of the package that the source comes from are left out, and what they bring has to be among `given`; so are statements that
    bind nothing, which is where tasks are registered.
    """
    statements = [(statement, *_names(statement)) for statement in ast.parse(source).body if not _of_package(statement, given)]
    wanted, size = {entry}, 0
    while size != len(wanted):
        size = len(wanted)
        for _, bound, used in statements:
            if bound & wanted:
                wanted |= used - given
    return "\n".join(ast.unparse(statement) for statement, bound, _ in statements if bound & wanted)


def outside(source: str, known: Set[str]) -> set[str]:
    """The packages that it imports, but for those that are known."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - known


def strings(source: str) -> set[str]:
    """The texts that stand in it."""
    return {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _of_package(statement: ast.stmt, given: Set[str]) -> bool:
    if not isinstance(statement, ast.ImportFrom):
        return False
    return statement.level > 0 or {alias.name for alias in statement.names} <= given


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """What it binds at the top level, and which of the top level's names it uses anywhere."""
    top = symtable.symtable(ast.unparse(statement), "<statement>", "exec")
    symbols = top.get_symbols()
    bound = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()}
    used = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    used |= {name for inner in top.get_children() for name in _globals(inner)}
    return bound, used - _own(statement)


def _own(statement: ast.stmt) -> set[str]:
    """What `with … as` or `for` binds for its own body: another statement that binds the same name is not what it uses."""
    match statement:
        case ast.With():
            targets: list[ast.expr] = [item.optional_vars for item in statement.items if item.optional_vars]
        case ast.For():
            targets = [statement.target]
        case _:
            targets = []
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_referenced():
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _globals(inner)
