"""Calls that reach things by a string: attributes by name, code in strings, namespaces, the environment."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import re
from collections.abc import Iterator

from codeact_jupyter.policy import pages
from codeact_jupyter.policy.calls import argument
from codeact_jupyter.policy.found import Found, Read, shown
from codeact_jupyter.policy.made import HOLE
from codeact_jupyter.policy.names import canonical, is_space
from codeact_jupyter.policy.paths import place
from codeact_jupyter.policy.references import listed
from codeact_jupyter.policy.tables import HANDLES, OPENS, SPECIAL, WRITES_TO, WRITES_WHEN_CALLED

_BY_NAME = frozenset("getattr setattr delattr operator.attrgetter operator.methodcaller object.__getattribute__".split())
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH|PRIVATE|COOKIE|CONNECTION_STRING|DSN|DATABASE_URL", re.IGNORECASE)
_CALLED = re.compile(r"@?[\w.]*\w\s*\(|__|\blambda\b")
_CALLS_UNKNOWN = re.compile(rf"@\w*{HOLE}[\w.]*\s*\(")
_EVALUATE = frozenset("numexpr.evaluate sympy.sympify sympy.parsing.sympy_parser.parse_expr".split())
"""Functions that evaluate an expression."""


def of_call(node: ast.Call, read: Read) -> Iterator[Found]:
    names = read.names.dotted(node.func)
    for effect in sorted(set(_effects(node, names, read))):
        yield Found(effect, shown(node.func), node.lineno)
    for effect in sorted(set(pages.of_call(node, names, read))):
        yield Found(effect, shown(node.func), node.lineno, in_page=True)


def _effects(node: ast.Call, names: frozenset[str], read: Read) -> Iterator[str]:
    first = argument(node, 0, "")
    if names & _BY_NAME:
        yield from _attribute(node, names, read)
    for name in names:
        space, _, method = name.rpartition(".")
        if is_space(space) and method in ("get", "pop", "__getitem__", "setdefault"):
            yield from _by_key(space, read.names.literal(first))
        elif (is_space(space) and method in ("update", "__setitem__", "clear", "popitem")) or (
            name.endswith("[]")
            and (is_space(name.removesuffix("[]")) or (".items()[]" in name and is_space(name.partition(".items()")[0])))
        ):
            yield "dynamic"
    match node.func:
        case ast.Attribute(ast.Name("self" | "cls"), "__class__"):
            pass
        case ast.Attribute(attr="__class__"):
            yield "dynamic"
        case _:
            pass
    yield from _environment(node, names, read)


def _attribute(node: ast.Call, names: frozenset[str], read: Read) -> Iterator[str]:
    """`getattr(x, name)`: as `x.name`, when it is known what the name is."""
    by_itself = bool(names & {"operator.attrgetter", "operator.methodcaller"})
    keys = node.args if "operator.attrgetter" in names else node.args[:1] if by_itself else node.args[1:2]
    bases = frozenset({"?"}) if by_itself or not node.args else read.names.dotted(node.args[0])
    for key in keys or [ast.Name("?")]:
        texts = read.texts.whole(key)
        if texts is None:
            yield "dynamic"
            continue
        for text in texts:
            yield from _named(text, bases, read, node)


def _named(text: str, bases: frozenset[str], read: Read, node: ast.Call) -> Iterator[str]:
    last = text.rpartition(".")[2]
    called = isinstance(parent := read.parents.get(id(node)), ast.Call) and parent.func is node
    if SPECIAL & set(text.split(".")) or ("get_ipython()" in bases and last != "config"):
        yield "dynamic"
    for base in bases:
        name = canonical(f"{base}.{text}")
        if (effect := listed(name)) is not None:
            yield effect if not called or effect != "shell" else "shell"
        elif name in HANDLES or (not called and name in OPENS):
            yield "dynamic"
    if not called or len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
        if last in WRITES_WHEN_CALLED or last in WRITES_TO.keys() - {"save"}:
            yield "write_files"
        elif last in ("system", "popen"):
            yield "shell"
    elif last in WRITES_WHEN_CALLED or (last in WRITES_TO and isinstance(parent, ast.Call) and parent.args):
        yield "write_files"


def _by_key(space: str, key: str | None) -> Iterator[str]:
    if key is None:
        yield "dynamic"
        return
    name = canonical(key if not space.endswith(".__dict__") else f"{space.removesuffix('.__dict__')}.{key}")
    if (effect := listed(name)) is not None:
        yield effect
    elif name in HANDLES or name in OPENS:
        yield "dynamic"


def _environment(node: ast.Call, names: frozenset[str], read: Read) -> Iterator[str]:
    for name in names:
        match name:
            case "os.getenv" | "os.environ.get" | "os.getenvb" | "os.environb.get":
                if secret(read.texts.of(argument(node, 0, "key"))):
                    yield "system"
            case "os.environ.update" | "os.environ.setdefault" | "os.environ.pop" | "os.environ.clear" | "os.environ.popitem":
                yield "system"
            case "os.path.expandvars":
                if any("$" in text and _SECRET.search(text) for text in read.texts.of(argument(node, 0, "path"))):
                    yield "system"
            case "sys.path.append" | "sys.path.insert" | "sys.path.extend":
                added = node.args[-1] if node.args else None
                if any(place(text, read.facts) != "inside" for text in read.texts.of(added)):
                    yield "system"
            case _:
                pass


def of_environ(node: ast.Attribute | ast.Name, read: Read) -> Iterator[Found]:
    """`os.environ` as a whole, an entry that holds a secret, or a change."""
    if not read.names.dotted(node) & {"os.environ", "os.environb"}:
        return
    parent = read.parents.get(id(node))
    match parent:
        case _ if not isinstance(node.ctx, ast.Load):
            asks = True
        case ast.Subscript(ctx=ast.Load()):
            asks = secret(read.texts.of(parent.slice))
        case ast.Attribute(attr="get" | "update" | "setdefault" | "pop" | "clear" | "popitem") if isinstance(
            read.parents.get(id(parent)), ast.Call
        ):
            asks = False  # judged as a call
        case ast.Attribute(attr="keys") | ast.Compare() | ast.ImportFrom():
            asks = False
        case _:
            asks = True
    if asks:
        yield Found("system", shown(parent if isinstance(parent, ast.Subscript | ast.Attribute) else node), node.lineno)


def secret(names: frozenset[str]) -> bool:
    """Whether an entry of the environment is unknown, or one of those that hold keys."""
    return any(HOLE in name or _SECRET.search(name) for name in names)


def code_in_strings(node: ast.Call, read: Read) -> Iterator[str | None]:
    """Python that a call is given as a string and runs; None: it cannot be told what it is."""
    names = read.names.dotted(node.func)
    last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if names & {"timeit.timeit", "timeit.repeat", "timeit.Timer", "timeit.main"}:
        for arg in [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg in ("stmt", "setup"))]:
            yield from _python(arg, read)
    elif names & _EVALUATE or (
        last in ("query", "eval") and not any(name.startswith(("duckdb", "sqlite3", "sqlalchemy")) for name in names)
    ):
        for text in read.texts.of(argument(node, 0, "expr", "ex", "a", "s")):
            if _CALLS_UNKNOWN.search(text):
                yield None
            elif _CALLED.search(text):
                yield text.replace("@", "").replace(HOLE, "0").replace("`", "")


def _python(arg: ast.expr, read: Read) -> Iterator[str | None]:
    """A statement for `timeit`, which takes functions as well."""
    known = read.facts.names.get(arg.id) if isinstance(arg, ast.Name) else None
    if (texts := read.texts.whole(arg)) is not None:
        yield from texts
    elif not read.names.dotted(arg) & {"def", "lambda"} and not (known and known.type == "function"):
        yield None
