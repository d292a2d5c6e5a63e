"""What is named without being called, or reached by a detour: aliases, imports, attributes that lead anywhere."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import re
from collections.abc import Iterator

from codeact_jupyter.policy.found import Found, Read, shown
from codeact_jupyter.policy.names import UNKNOWN, canonical, is_space
from codeact_jupyter.policy.tables import FUNCTIONS, HANDLES, HARMLESS, KNOWN_AS, MODULES, OPENS, SPECIAL, WRITES_TO, WRITES_WHEN_CALLED

_FETCHES = re.compile(
    r"^(?:sklearn\.datasets\.fetch_\w+|fetch_(?:20newsgroups\w*|california_housing|covtype|kddcup99|lfw_\w+|olivetti_faces|openml|rcv1|species_distributions))$"
)
_LOOKS = frozenset("help dir hasattr type id print isinstance issubclass callable repr str display".split())
_ONLY_CALLED = frozenset("getattr setattr delattr globals locals get_ipython operator.attrgetter operator.methodcaller".split())
_WHOLE = frozenset("pickle dill runpy code signal marshal shelve".split())
_FINDS = frozenset("path modules meta_path path_hooks path_importer_cache".split())
_OF_SHELL = frozenset("user_ns user_global_ns execution_count config __class__ set_next_input".split())


def listed(name: str) -> str | None:
    """The effect of a dotted name in the tables."""
    if (effect := FUNCTIONS.get(name)) is not None:
        return effect
    if HARMLESS.match(name):
        return None
    if _FETCHES.match(name):
        return "network"
    parts = name.split(".")
    for length in range(1, min(len(parts), 4)):
        if (effect := MODULES.get(".".join(parts[:length]))) is not None:
            return effect
    return None


def of_name(node: ast.Name | ast.Attribute, read: Read) -> Iterator[Found]:
    """A name or an attribute that is looked up."""
    if isinstance(node, ast.Attribute) and _leads_anywhere(node, read):
        yield Found("dynamic", shown(node), node.lineno)
    parent = read.parents.get(id(node))
    if isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Call) and parent.func is node) or _only_looked_at(node, parent):
        return
    for name in sorted(read.names.dotted(node)):
        if effect := _handed_on(name, node):
            yield Found(effect, shown(node), node.lineno)


def _leads_anywhere(node: ast.Attribute, read: Read) -> bool:
    of_shell = "get_ipython()" in read.names.dotted(node.value)
    if of_shell:
        return node.attr not in _OF_SHELL
    return node.attr in SPECIAL or (node.attr == "__dict__" and bool(read.names.dotted(node.value) & HANDLES))


def _only_looked_at(node: ast.AST, parent: ast.AST | None) -> bool:
    match parent:
        case ast.Call(func=ast.Name(id=name)) if name in _LOOKS or (name == "getattr" and parent.args[:1] == [node]):
            return True
        case ast.ExceptHandler() | ast.arg():
            return True
        case _:
            return False


def _handed_on(name: str, node: ast.Name | ast.Attribute) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr in WRITES_WHEN_CALLED | {"to_csv", "to_json", "write_csv"}:
        return "write_files"
    if "()" in name:
        return None
    if (effect := listed(name)) is not None:
        return effect
    if (name in OPENS and name.endswith("open")) or name in _ONLY_CALLED or name in HANDLES:
        return "dynamic"
    return "dynamic" if name in ("pandas.eval",) else None


def of_change(node: ast.Attribute | ast.Subscript, base: ast.expr, attr: str, read: Read) -> Iterator[Found]:
    """Modules that are given another part, and the places where modules are found: later actions would not show what runs."""
    names = read.names.dotted(base)
    if "sys" in names and attr in _FINDS:
        yield Found("system", shown(node), node.lineno)
    elif attr in SPECIAL | {"__defaults__", "__kwdefaults__"} or (
        names & (HANDLES - {"sys"}) and attr != "environ" and isinstance(node, ast.Attribute)
    ):
        yield Found("dynamic", shown(node), node.lineno)


def of_import(node: ast.Import | ast.ImportFrom) -> Iterator[Found]:
    """An import that gives a listed function, or a module under another name: later actions would not show what it is."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            effect, words = _from_module(node.module or "", alias), f"from {node.module} import {alias.name}"
        else:
            effect, words = _module(alias), f"import {alias.name} as {alias.asname}"
        if effect:
            yield Found(effect, words, node.lineno)


def _from_module(module: str, alias: ast.alias) -> str | None:
    if alias.name == "*":
        return "dynamic" if canonical(module) in HANDLES | MODULES.keys() | _WHOLE else None
    name = canonical(f"{module}.{alias.name}")
    if (effect := listed(name)) is not None:
        return effect
    hidden = name in HANDLES | _ONLY_CALLED or (name in OPENS and name.endswith("open"))
    return "dynamic" if hidden and alias.asname not in (None, name) else None


def _module(alias: ast.alias) -> str | None:
    if alias.asname in (None, alias.name) or KNOWN_AS.get(alias.asname or "") == alias.name:
        return None
    return "dynamic" if alias.name in HANDLES else listed(f"{alias.name}.function")


def of_item(node: ast.Subscript, read: Read) -> Iterator[Found]:
    """An item of a namespace, by a name that is not written there."""
    for base in sorted(read.names.dotted(node.value)):
        key = read.names.literal(node.slice)
        if is_space(base) and key is None and (base != "?.__dict__" or isinstance(node.ctx, ast.Load)):
            yield Found("dynamic", shown(node), node.lineno)
        elif (
            is_space(base)
            and key is not None
            and isinstance(node.ctx, ast.Load)
            and not isinstance(read.parents.get(id(node)), ast.Attribute)
        ):
            name = canonical(key if not base.endswith(".__dict__") else f"{base.removesuffix('.__dict__')}.{key}")
            last = name.rpartition(".")[2]
            effect = listed(name) or ("dynamic" if name in HANDLES or name in OPENS or last in SPECIAL or name == UNKNOWN else None)
            if effect is None and base.endswith(".__dict__") and last in WRITES_WHEN_CALLED | WRITES_TO.keys():
                effect = "write_files"
            if effect:
                yield Found(effect, shown(node), node.lineno)
