"""What an expression stands for: dotted names, as far as they can be told from the code and the kernel's names."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import re
from collections.abc import Iterable, Mapping

from codeact_jupyter.policy.scopes import FUNCTIONS, Binding, Scopes
from codeact_jupyter.policy.tables import DISTINCT, FROM_THE_SYSTEM, HANDLES, KNOWN_AS
from codeact_jupyter.ports import Name

UNKNOWN = "?"
MANY = 64
"""No more possibilities than these are followed."""
DEEP = 40

_SPACES = frozenset({"globals()", "locals()", "vars()", "sys.modules", "get_ipython().user_ns", "get_ipython().user_global_ns"})
_SAME = frozenset(
    {
        "functools.partial",
        "functools.wraps()",
        "staticmethod",
        "classmethod",
        "property",
        "copy.copy",
        "copy.deepcopy",
        "joblib.delayed",
        "dask.delayed",
        "delayed",
    }
)
_TYPES = {
    **dict.fromkeys(("Path", "PosixPath", "WindowsPath"), "pathlib.Path()"),
    **dict.fromkeys(("ZMQInteractiveShell", "InteractiveShell"), "get_ipython()"),
    **dict.fromkeys(("ZipFile",), "zipfile.ZipFile()"),
    **dict.fromkeys(("TarFile",), "tarfile.open()"),
    **dict.fromkeys(("Session", "HTTPSession"), "requests.Session()"),
    **dict.fromkeys(("Connection", "Cursor"), "sqlite3.connect()"),
    **dict.fromkeys(("DuckDBPyConnection",), "duckdb.connect()"),
    **dict.fromkeys(("Engine",), "sqlalchemy.create_engine()"),
    **dict.fromkeys(("StringIO", "BytesIO"), "io.StringIO()"),
}
"""What the kernel says that a name is, in the words used here: `f()` is what `f` gives."""
_OF_PATHS = frozenset(
    """parent parents[] glob()[] rglob()[] iterdir()[] with_suffix with_name with_stem joinpath resolve absolute expanduser rename replace
    readlink relative_to cwd home""".split()
)
"""What of a path is one again."""
_PATH = re.compile(r"^pathlib\.(?:Posix|Windows)?Path(?:\(\))?")
_SHELLS = ("IPython.get_ipython()", "InteractiveShell.instance()", "ZMQInteractiveShell.instance()", "getipython.get_ipython()")


class Names:
    """Resolves the expressions of one action."""

    def __init__(self, scopes: Scopes, known: Mapping[str, Name]) -> None:
        self.scopes, self._known = scopes, known
        self._found: dict[int, frozenset[str]] = {}
        self._unions: dict[int, frozenset[str]] = {}
        self._kept: list[ast.AST] = []
        self._lists: list[list[Binding]] = []
        self._deep = 0

    def dotted(self, node: ast.expr) -> frozenset[str]:
        """All that it may stand for: `os.path.join`, `pathlib.Path().open`, `?`."""
        if (found := self._found.get(id(node))) is not None:
            return found
        if self._deep > DEEP:
            return frozenset({UNKNOWN})
        self._found[id(node)] = frozenset()  # what leads back to itself adds nothing
        self._kept.append(node)  # an id is one node's only while that lives
        self._deep += 1
        found = frozenset(sorted({canonical(name) for name in self._dotted(node)})[:MANY])
        self._deep -= 1
        self._found[id(node)] = found
        return found

    def literal(self, node: ast.expr | None) -> str | None:
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    def _dotted(self, node: ast.expr) -> Iterable[str]:  # noqa: C901 - a case for each kind of expression
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                own = self._bound(self.scopes.module.bound.get(f".{node.attr}", []))
                return [*(f"{base}.{node.attr}" for base in self.dotted(node.value)), *own]
            case ast.Call():
                return self._call(node)
            case ast.Subscript():
                return self._item(node)
            case ast.IfExp():
                return self.dotted(node.body) | self.dotted(node.orelse)
            case ast.BoolOp():
                return frozenset().union(*map(self.dotted, node.values))
            case ast.NamedExpr() | ast.Await() | ast.Starred():
                return self.dotted(node.value)
            case ast.BinOp(op=ast.Div()):
                sides = self.dotted(node.left) | self.dotted(node.right)
                return ["pathlib.Path()"] if any(is_path(side) for side in sides) else [UNKNOWN]
            case ast.Constant(value=None):
                return ["None"]
            case ast.Constant(value=str()) | ast.JoinedStr():
                return ["str()"]
            case ast.List() | ast.Tuple() | ast.Set() | ast.ListComp():
                return ["list()"]
            case ast.Dict() | ast.DictComp():
                return ["dict()"]
            case ast.Lambda():
                return ["lambda"]
            case _:
                return [UNKNOWN]

    def _name(self, node: ast.Name) -> Iterable[str]:
        bindings, as_before = self.scopes.bindings(node)
        if (found := self._unions.get(id(bindings))) is None:
            self._unions[id(bindings)] = frozenset()
            self._lists.append(bindings)
            found = self._unions[id(bindings)] = frozenset(self._bound(bindings))
        return found | {self._before(node.id)} if as_before else found or {UNKNOWN}

    def _before(self, name: str) -> str:
        """What it was before the action."""
        known = self._known.get(name)
        if known is None or known.type == "module":
            return f"{DISTINCT[name]}.{name}" if name in DISTINCT else KNOWN_AS.get(name, name)
        if known.type in ("builtin_function_or_method", "builtin") and name in FROM_THE_SYSTEM:
            return f"os.{name}"
        if known.type in ("function", "type", "builtin_function_or_method", "ABCMeta", "method"):
            return f"{DISTINCT[name]}.{name}" if name in DISTINCT else KNOWN_AS.get(name, f"<{name}>")
        return _TYPES.get(known.type, f"<{known.type}>()")

    def _bound(self, bindings: Iterable[Binding]) -> Iterable[str]:
        for binding in bindings:
            match binding.how:
                case "import":
                    yield binding.dotted
                case "is" if binding.value is not None:
                    yield from self.dotted(binding.value)
                case "item" if binding.value is not None:
                    yield from self._items(binding.value)
                case "typed" if binding.value is not None:
                    yield from (f"{name}()" for name in self.dotted(binding.value))
                case _:
                    yield "def" if isinstance(binding.node, FUNCTIONS) else UNKNOWN

    def _items(self, node: ast.expr) -> Iterable[str]:
        """What `for x in node` may give."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return frozenset().union(*map(self.dotted, node.elts)) if node.elts else [UNKNOWN]
        if isinstance(node, ast.Dict):
            return frozenset().union(*(self.dotted(value) for value in node.values)) | {UNKNOWN}
        return [f"{name}[]" for name in self._through(node)]

    def _through(self, node: ast.expr) -> frozenset[str]:
        """What is iterated over: `sorted`, `list`, `enumerate` and the like give the items of what they are given."""
        while (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("sorted", "list", "tqdm", "enumerate", "reversed")
        ):
            if not node.args:
                break
            node = node.args[0]
        return self.dotted(node)

    def _call(self, node: ast.Call) -> Iterable[str]:
        found: set[str] = set()
        for name in self.dotted(node.func):
            first = node.args[0] if node.args else None
            second = node.args[1] if len(node.args) > 1 else None
            if name == "getattr" and first is not None and (attribute := self.literal(second)) is not None:
                found |= {f"{base}.{attribute}" for base in self.dotted(first)}
            elif name in ("__import__", "importlib.import_module", "pkgutil.resolve_name") and (module := self.literal(first)) is not None:
                found.add(module.replace(":", "."))
            elif name in _SAME and first is not None:
                found |= self.dotted(first)
            elif name == "vars" and first is not None:
                found |= {f"{base}.__dict__" for base in self.dotted(first)}
            elif name.removesuffix(".get") in _SPACES and (key := self.literal(first)) is not None:
                found.add(key)
            else:
                found.add(UNKNOWN if name == UNKNOWN else f"{name}()")
        return found

    def _item(self, node: ast.Subscript) -> Iterable[str]:
        key = self.literal(node.slice)
        found: set[str] = set()
        if isinstance(node.value, ast.List | ast.Tuple | ast.Dict):
            found |= set(self._items(node.value))
        for base in self.dotted(node.value):
            if key is not None and base in _SPACES:
                found.add(key)
            elif key is not None and base.endswith(".__dict__"):
                found.add(f"{base.removesuffix('.__dict__')}.{key}")
            else:
                found.add(f"{base}[]")
        return found


def is_space(name: str) -> bool:
    """A namespace in the shape of a dictionary."""
    return name in _SPACES or name.endswith(".__dict__")


def is_path(name: str) -> bool:
    """A `pathlib.Path`, or something that one gives."""
    if not name.startswith(("pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath")):
        return False
    return all(part.removesuffix("()") in _OF_PATHS for part in _PATH.sub("", name).split(".") if part)


def canonical(name: str) -> str:
    """The one way to write a dotted name, whatever way led to it."""
    if len(name) > 300:  # an endless chain is nothing we list
        return UNKNOWN
    for shell in _SHELLS:
        _, found, rest = name.partition(shell)
        if found:
            name = f"get_ipython(){rest}"
    parts = name.replace(".__call__", "").split(".")
    if parts[0].lstrip("_") in HANDLES:
        parts[0] = parts[0].lstrip("_")
    for index in range(len(parts) - 1, 0, -1):
        if parts[index] == "__builtins__":
            parts = parts[index:]
            break
        if parts[index].lstrip("_") in HANDLES and parts[index] != parts[index - 1]:  # `random._os.system`, but not `socket.socket`
            parts = [parts[index].lstrip("_"), *parts[index + 1 :]]
            break
    if parts[0] in ("posix", "nt"):
        parts[0] = "os"
    if parts[0] in ("builtins", "__builtins__", "__builtin__") and len(parts) > 1:
        parts = parts[1:]
    if parts[0] in ("pathlib.PosixPath", "pathlib.WindowsPath"):
        parts[0] = "pathlib.Path"
    return ".".join(parts)
