"""Calls that reach things by a string: attributes by name, code in strings, namespaces, pages with scripts, the environment."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import re
from collections.abc import Iterator

from codeact_jupyter.policy.calls import argument
from codeact_jupyter.policy.found import Found, Read, shown
from codeact_jupyter.policy.names import canonical, is_space
from codeact_jupyter.policy.paths import place
from codeact_jupyter.policy.references import listed
from codeact_jupyter.policy.tables import HANDLES, OPENS, SPECIAL, WRITES_TO, WRITES_WHEN_CALLED
from codeact_jupyter.policy.texts import HOLE

_BY_NAME = frozenset("getattr setattr delattr operator.attrgetter operator.methodcaller object.__getattribute__".split())
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH|PRIVATE|COOKIE|CONNECTION_STRING|DSN|DATABASE_URL", re.IGNORECASE)
_SCRIPT = re.compile(r"<\s*(?:script|iframe|object|embed|meta|form|base|link)\b|javascript:|\bon\w+\s*=|\bsrcdoc\s*=", re.IGNORECASE)
_REMOTE = re.compile(
    r"(?:src|href|action|data|poster|srcset|background)\s*=\s*[\"']?\s*(?:https?:)?//|url\(\s*[\"']?\s*(?:https?:)?//"
    r"|!\[[^\]\n]{0,300}\]\(\s*<?\s*(?:https?:)?//",
    re.IGNORECASE,
)
_CALLED = re.compile(r"@?[\w.]*\w\s*\(|__|\blambda\b")
_PAGES = frozenset(
    "IPython.display.HTML IPython.core.display.HTML IPython.display.display_html IPython.display.Markdown IPython.display.SVG".split()
)
_FRAMES = frozenset("IPython.display.IFrame IPython.display.YouTubeVideo".split())
_DISPLAYS = frozenset("display IPython.display.display".split())
_IMAGES = frozenset("IPython.display.Image IPython.display.Audio IPython.display.Video".split())


def of_call(node: ast.Call, read: Read) -> Iterator[Found]:
    names = read.names.dotted(node.func)
    for effect in sorted(set(_effects(node, names, read))):
        yield Found(effect, shown(node.func), node.lineno)
    for effect in sorted(set(_in_page(node, names, read))):
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


def _in_page(node: ast.Call, names: frozenset[str], read: Read) -> Iterator[str]:
    """What the browser does that shows it."""
    if names & _FRAMES:
        yield "network"
    if names & _PAGES:
        yield from page("".join(sorted(read.texts.of(argument(node, 0, "data")))))
    if names & _IMAGES:
        given = [argument(node, 0, "data"), argument(node, 99, "url"), argument(node, 99, "filename")]
        wheres = {place(text, read.facts) for one in given if one is not None for text in read.texts.of(one)}
        if "network" in wheres or any(keyword.arg == "url" for keyword in node.keywords):
            yield "network"
    if "IPython.display.publish_display_data" in names or (names & _DISPLAYS and _raw(node)):
        for bundle in (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in ("data", None))):
            yield from _bundle(bundle, read)


def _raw(node: ast.Call) -> bool:
    """`display` is told to take what it is given for an output."""
    return any(
        keyword.arg in ("raw", None) and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
        for keyword in node.keywords
    )


def _bundle(given: ast.expr, read: Read) -> Iterator[str]:
    """An output as the browser is sent it: a text for each of its types."""
    if not isinstance(given, ast.Dict):
        yield "dynamic"
        return
    for key, value in zip(given.keys, given.values, strict=True):
        match read.names.literal(key):
            case "application/javascript" | None:
                yield "dynamic"
            case "text/html" | "text/markdown" | "image/svg+xml":
                yield from page("".join(sorted(read.texts.of(value))))
            case _:
                pass


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


def page(text: str) -> Iterator[str]:
    """Of HTML that the browser will show: scripts run there with the user's rights, and what is remote is fetched."""
    if _SCRIPT.search(text):
        yield "dynamic"
    if _REMOTE.search(text):
        yield "network"


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
    elif last in ("query", "eval") and not any(name.startswith(("duckdb", "sqlite3", "sqlalchemy")) for name in names):
        for text in read.texts.of(argument(node, 0, "expr")):
            if _CALLED.search(text):
                yield text.replace("@", "").replace(HOLE, "0").replace("`", "")


def _python(arg: ast.expr, read: Read) -> Iterator[str | None]:
    """A statement for `timeit`, which takes functions as well."""
    known = read.facts.names.get(arg.id) if isinstance(arg, ast.Name) else None
    if (texts := read.texts.whole(arg)) is not None:
        yield from texts
    elif not read.names.dotted(arg) & {"def", "lambda"} and not (known and known.type == "function"):
        yield None
