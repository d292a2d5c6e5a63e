"""What a call does, by its function and its arguments."""

import ast
import re
from collections.abc import Iterator

from codeact_jupyter.policy import readings, sql
from codeact_jupyter.policy.found import Found, Read, shown
from codeact_jupyter.policy.made import HOLE
from codeact_jupyter.policy.names import is_path
from codeact_jupyter.policy.paths import place
from codeact_jupyter.policy.references import listed
from codeact_jupyter.policy.shell import command
from codeact_jupyter.policy.tables import IN_MEMORY, METHODS, OPENS, UNPICKLES, WRITERS, WRITES_TO, WRITES_WHEN_CALLED

_MODE = re.compile(r"^(?:[rbtU]|[rU]?[:|](?:\*|gz|bz2|xz|zst)?)*$")
_WRITES = re.compile(r"[wax+c]")
_ENGINES = re.compile(
    r"^(?:sqlalchemy\.(?:create_engine|engine\.create_engine)|sqlite3\.connect|sqlite3\.dbapi2\.connect|duckdb\.connect|duckdb)\(\)"
)
_DATABASE = re.compile(r"^(?:sqlalchemy|sqlite3|duckdb|polars\.SQLContext)\b")
_WRITING = re.compile(r"^(?=.*[wax+])[rwaxbtU+]{1,3}$")
_FILE = re.compile(r"^[^\s\0<>]+\.\w{2,5}$")
_ARCHIVE = ("zipfile.", "tarfile.", "py7zr.", "rarfile.", "shutil.")
_STRING_FUNCTIONS = frozenset({"apply", "agg", "aggregate", "transform", "map", "pipe"})
_NOTHING = ast.Constant(None)


def argument(node: ast.Call, index: int, *keywords: str) -> ast.expr | None:
    """One of the arguments; what is handed on with a star may be any of them."""
    for keyword in node.keywords:
        if keyword.arg in keywords:
            return keyword.value
    for at, arg in enumerate(node.args):
        if isinstance(arg, ast.Starred):
            return arg
        if at == index:
            return arg
    return next((keyword.value for keyword in node.keywords if keyword.arg is None and keywords), None)


def of_call(node: ast.Call, read: Read) -> Iterator[Found]:
    """Its effects, as classes with the place."""
    names = read.names.dotted(node.func)
    last = node.func.attr if isinstance(node.func, ast.Attribute) else min(names, default="").rpartition(".")[2]
    what, line = shown(node.func), node.lineno
    effects = {effect for name in names for effect in _by_name(node, name, read)}
    effects |= {effect for effect in _by_method(node, last, read)}
    effects |= {effect for effect in _database(node, last, names, read)}
    if not effects & {"write_files", "pickle"}:
        effects |= {effect for effect in readings.of_call(node, last, names, read)}
    for effect in sorted(effects):
        yield Found(effect, what, line)


def _by_name(node: ast.Call, name: str, read: Read) -> Iterator[str]:
    effect = listed(name)
    if effect == "shell":
        yield from command(" ".join(sorted(_words(node, read))))
    elif effect is not None and not _harmless(node, name, read):
        yield effect
    if name in OPENS or (name.endswith(".open") and is_path(name.removesuffix(".open"))):
        yield from _opening(node, OPENS.get(name, 0), read)
    match name:
        case "numpy.load" if len(node.args) > 2 and not _is(node.args[2], False):
            yield "pickle"
        case "numpy.load" if any(keyword.arg is None for keyword in node.keywords):
            yield "pickle"
        case "logging.basicConfig" if any(keyword.arg in ("filename", None) for keyword in node.keywords):
            yield "write_files"
        case "fileinput.input" if not _is(argument(node, 1, "inplace"), False, None, absent=True):
            yield "write_files"
        case "pandas.ExcelWriter" if not _in_memory(argument(node, 0, "path"), read):
            yield "write_files"
        case _ if WRITERS.match(name):
            yield "write_files"
        case _ if UNPICKLES.match(name) and node.args:
            yield "pickle"
        case _:
            pass


def _harmless(node: ast.Call, name: str, read: Read) -> bool:
    """Listed, but not with these arguments."""
    match name:
        case "compile" | "eval" | "exec" | "getattr":
            return False
        case "os.open":
            return any(read.names.dotted(arg) == {"os.O_RDONLY"} for arg in node.args[1:2])
        case "os.fdopen":
            return all(_MODE.match(mode) for mode in read.texts.of(argument(node, 1, "mode"))) if len(node.args) > 1 else True
        case "yaml.load" | "yaml.load_all":
            return any("Safe" in one for one in read.names.dotted(argument(node, 1, "Loader") or _NOTHING))
        case "joblib.Memory" | "joblib.memory.Memory":
            return _is(argument(node, 0, "location", "cachedir"), None, absent=True)
        case "torch.load":
            return _is(argument(node, 9, "weights_only"), True)
        case "imageio.mimwrite" | "numpy.save" | "numpy.savez" | "numpy.savetxt" | "numpy.savez_compressed" | "torch.save" | "joblib.dump":
            at = 1 if name in ("torch.save", "joblib.dump") else 0
            return _in_memory(argument(node, at, "file", "fname", "f", "filename"), read)
        case "matplotlib.pyplot.savefig":
            return _in_memory(argument(node, 0, "fname"), read)
        case _:
            return False


def _opening(node: ast.Call, index: int, read: Read) -> Iterator[str]:
    mode = argument(node, index, "mode", "flag")
    if mode is None:
        return
    path = node.args[0] if node.args and index else None
    if path is not None and read.texts.of(path) == {"/dev/null"}:
        return
    modes = read.texts.of(mode)
    if any(HOLE in one or _WRITES.search(one) or not _MODE.match(one) for one in modes):
        yield "write_files"


def _by_method(node: ast.Call, last: str, read: Read) -> Iterator[str]:
    """Of methods that are told by their name alone, of whatever object, and of options that say it."""
    yield from (effect for keyword in node.keywords for effect in _by_option(keyword))
    if not isinstance(node.func, ast.Attribute):
        return
    base = read.names.dotted(node.func.value)
    if _writes(node, last, base, read):
        yield "write_files"
    elif last in METHODS and (node.args or node.keywords) and "platform" not in base:
        yield METHODS[last]
    elif (last in ("kill", "terminate", "send_signal") and not node.args[1:]) or (
        last == "Process" and any(name.startswith("multiprocessing.get_context") for name in base)
    ):
        yield "system"
    elif last == "from_pretrained" or (last == "load_data" and any(".datasets" in name for name in base)):
        yield "network"


def _by_option(keyword: ast.keyword) -> Iterator[str]:
    """`np.load(…, allow_pickle=True)`, `MNIST(".", download=True)`: whatever is called."""
    if (
        (keyword.arg == "allow_pickle" and not _is(keyword.value, False))
        or (keyword.arg == "safe_mode" and _is(keyword.value, False))
        or (keyword.arg == "trusted" and _is(keyword.value, True))
    ):
        yield "pickle"
    elif keyword.arg == "download" and _is(keyword.value, True):
        yield "network"


def _writes(node: ast.Call, last: str, base: frozenset[str], read: Read) -> bool:
    if last in WRITES_TO:
        target = argument(node, *WRITES_TO[last])
        return target is not None and not _in_memory(target, read)
    if last in WRITES_WHEN_CALLED or last.startswith("save_"):
        return not (node.args and _in_memory(node.args[0], read))
    match last:
        case "rename" | "replace":
            return _moves(node, last, base, read)
        case "extract" | "extractall":
            return any(name.startswith(_ARCHIVE) for name in base) or (last == "extractall" and not node.args and not node.keywords)
        case "open" | "_builtin_open" | "FileIO":
            modes = [argument(node, 0, "mode"), argument(node, 1, "mode")]
            return any(_WRITING.match(text) for mode in modes if mode is not None for text in read.texts.of(mode))
        case "write" | "output" | "export":  # of a tree of elements or a document, not of what is open
            texts = {text for one in [*node.args, *(keyword.value for keyword in node.keywords)] for text in read.texts.of(one)}
            return any(map(_FILE.match, texts)) and not any(name.startswith(("sys.", "io.")) for name in base)
        case "backup":
            return any(map(_DATABASE.match, base))
        case "dump":  # of an array: to a file
            return len(node.args) == 1 and "yaml" not in base and any(text.strip(HOLE) for text in read.texts.of(node.args[0]))
        case "render":
            return any(name.startswith("graphviz.") for name in base)
        case _ if last in _STRING_FUNCTIONS:
            return any(read.texts.of(arg) & (WRITES_WHEN_CALLED | WRITES_TO.keys()) for arg in node.args)
        case _:
            return False


def _moves(node: ast.Call, last: str, base: frozenset[str], read: Read) -> bool:
    """Whether this is a path's `rename` or `replace`: strings, tables and dates have such methods too."""
    if any(map(is_path, base)):
        return True
    if len(node.args) != 1 or node.keywords:
        return False
    if any(map(is_path, read.names.dotted(node.args[0]))):
        return True
    texts = read.texts.of(node.args[0])
    written = any(text.strip(HOLE) for text in texts)
    return written and (last == "replace" or any("/" in text for text in texts)) and not base & {"str()"}


def _in_memory(target: ast.expr | None, read: Read) -> bool:
    names = read.names.dotted(target) if target is not None else frozenset({"None"})
    return bool(names) and all(IN_MEMORY.match(name) for name in names)


def _is(node: ast.expr | None, *values: object, absent: bool = False) -> bool:
    if node is None:
        return absent
    return isinstance(node, ast.Constant) and any(node.value is value for value in values)


def _words(node: ast.Call, read: Read) -> Iterator[str]:
    """The strings of a command, one list or many arguments."""
    for arg in node.args:
        parts = arg.elts if isinstance(arg, ast.List | ast.Tuple) else [arg]
        yield " ".join(min(read.texts.of(part), default="").replace(HOLE, "…") for part in parts)


def _database(node: ast.Call, last: str, names: frozenset[str], read: Read) -> Iterator[str]:
    if last in ("create_engine", "connect") and any(map(_DATABASE.match, names)):
        yield from _connecting(node, names, read)
    base = read.names.dotted(node.func.value) if isinstance(node.func, ast.Attribute) else frozenset()
    at_database = any(map(_DATABASE.match, base))
    if last in ("execute", "executemany", "executescript", "sql", "query", "read_sql", "read_sql_query") and (
        at_database or last != "query"
    ):
        duck = any(name.startswith("duckdb") for name in names)
        memory = (duck and base == {"duckdb"}) or _is_in_memory(node, read)
        for text in read.texts.of(argument(node, 0, "sql", "query", "statement")):
            known = text.strip(HOLE + " ")
            if known and (at_database or last != "sql"):
                yield from sql.effects(text, memory, duck or not at_database, read.facts)
            elif at_database and last.startswith("execute") and not memory and text == HOLE:
                yield "write_files"
    if last == "to_sql":
        target = argument(node, 1, "con")
        yield from ["write_files"] if target is None or not _memory_database(target, read, 0) else []


def _connecting(node: ast.Call, names: frozenset[str], read: Read) -> Iterator[str]:
    for text in read.texts.of(argument(node, 0, "database", "url")):
        remote = re.match(r"^(?!sqlite|duckdb|file)[\w+\0]+://|^md:|^motherduck:", text)
        if remote and any("create_engine" in name or name.startswith("duckdb") for name in names):
            yield "network"
        elif text.startswith("sqlite:///") and place(text.removeprefix("sqlite:///"), read.facts) in ("outside", "secret"):
            yield "read_outside"


def _is_in_memory(node: ast.Call, read: Read) -> bool:
    """Whether all that this statement may go to is a database in memory."""
    targets = [node.func.value] if isinstance(node.func, ast.Attribute) else []
    targets += [
        target
        for target in (argument(node, 1, "con", "connection"),)
        if target is not None and not isinstance(target, ast.List | ast.Tuple)
    ]
    return any(_memory_database(target, read, 0) for target in targets)


def _memory_database(node: ast.expr, read: Read, deep: int) -> bool:
    """Follows cursors and names back to the call that connected."""
    if deep > 8:
        return False
    match node:
        case ast.Name():
            bindings, as_before = read.names.scopes.bindings(node)
            values = [one.value for one in bindings if one.how == "is" and one.value is not None]
            return not as_before and bool(values) and all(_memory_database(value, read, deep + 1) for value in values)
        case ast.Call(func=ast.Attribute(attr="cursor" | "connect" | "begin" | "execute" | "raw_connection") as func) if any(
            map(_ENGINES.match, read.names.dotted(func.value))
        ):
            return _memory_database(func.value, read, deep + 1)
        case ast.Call():
            functions = read.names.dotted(node.func)
            place_of = read.texts.of(argument(node, 0, "database", "url")) if node.args or node.keywords else frozenset({":memory:"})
            opens = all(name.endswith((".connect", ".create_engine")) and _DATABASE.match(name) for name in functions)
            return opens and all(text in (":memory:", "", "sqlite://", "sqlite:///:memory:", "duckdb:///:memory:") for text in place_of)
        case _:
            return False
