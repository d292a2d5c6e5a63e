"""What a call reads: from the network, or from outside of the notebook's folder."""

import ast
import re
from collections.abc import Iterator

from codeact_jupyter.policy.found import Read
from codeact_jupyter.policy.made import HOLE
from codeact_jupyter.policy.names import is_path
from codeact_jupyter.policy.paths import place
from codeact_jupyter.policy.tables import READS

_DATABASE = re.compile(r"^(?:sqlalchemy|sqlite3|duckdb)\b")
_URL_NAME = re.compile(r"^(?:\w+_)?(?:url|uri|URL|URI)s?$")


def of_call(node: ast.Call, last: str, names: frozenset[str], read: Read) -> Iterator[str]:
    """Its effects; `last`, `names`: what is called."""
    if last == "connect" and not any(map(_DATABASE.match, names)):
        return
    if not reads(last, names) and not any(reads(name.rpartition(".")[2], names) for name in names) and not _hands_on(node, read):
        return
    for arg in _places(node, read):
        if isinstance(arg, ast.Name) and _URL_NAME.match(arg.id) and read.texts.of(arg) <= {HOLE}:
            yield "network"
        for text in read.texts.of(arg) | _within(arg, read):
            where = place(text.removeprefix("sqlite://"), read.facts)
            if where == "network":
                yield "network"
            elif where in ("outside", "secret"):
                yield "read_outside"


def reads(last: str, names: frozenset[str]) -> bool:
    """Whether its arguments may be paths."""
    return bool(READS.match(last)) and not any(name.startswith(("re.", "json.loads")) for name in names)


def _hands_on(node: ast.Call, read: Read) -> bool:
    """`map(pd.read_csv, files)`: a function that reads is among the arguments."""
    for arg in node.args[:2]:
        if isinstance(arg, ast.Name | ast.Attribute):
            for name in read.names.dotted(arg):
                base, _, last = name.rpartition(".")
                if (base and "()" not in name and reads(last, frozenset({name}))) or name == "open":
                    return True
    return False


def _places(node: ast.Call, read: Read) -> Iterator[ast.expr]:
    yield from node.args
    yield from (keyword.value for keyword in node.keywords)
    if isinstance(node.func, ast.Attribute) and any(map(is_path, read.names.dotted(node.func.value))):
        yield node.func.value


def _within(arg: ast.expr, read: Read) -> frozenset[str]:
    """Paths in a list, or in the keywords that are handed on with stars."""
    parent = read.parents.get(id(arg))
    starred = isinstance(parent, ast.keyword) and parent.arg is None
    if isinstance(arg, ast.Dict) and not starred:  # of columns, types, options
        return frozenset()
    return read.texts.items(arg)
