"""Code as text: what it is once IPython has read it, and whether two pieces of it, or two failures, are the same.

The one door to IPython outside the kernel: `!ls` and `%time` are code here, as they are in a cell.
"""

import ast
import hashlib
import re
import tokenize
import warnings

_DEEDS = (
    *(ast.Call, ast.Attribute, ast.Subscript, ast.Await, ast.Import, ast.ImportFrom, ast.Delete),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.With, ast.Try, ast.comprehension),
)
_ERROR_LINE = re.compile(
    r"^(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group|NotFound|Timeout)(?::.*)?$", re.MULTILINE
)
_NAMED_LINE = re.compile(r"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*: .*$", re.MULTILINE)
_ARROW = re.compile(r"^-*> *\d+ (.*)$|^ +Cell In\[\d+\], line \d+\n(.*)$", re.MULTILINE)
_VOLATILE = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"0x[0-9a-f]+", re.IGNORECASE), "<address>"),
    (re.compile(r"(?:/private)?(?:/var)?/(?:tmp|var/folders)/[^\s'\":,)]*|[A-Za-z]:\\[^\s'\":,)]*\\Temp\\[^\s'\":,)]*"), "<temporary>"),
    (re.compile(r"\bCell In\[\d+\]"), "Cell In[]"),
    (re.compile(r"\bline \d+"), "line"),
    (re.compile(r"\(\d+\.py\b"), "(py"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?"), "<time>"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:ns|[µμ]s|ms|s|sec|secs|seconds|min|minutes)\b"), "<duration>"),
)


def transform(source: str) -> str:
    """The Python that IPython makes of a cell: magics and `!` lines become calls."""
    from IPython.core.inputtransformer2 import TransformerManager  # heavy: only where code is looked at

    try:
        return str(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]
    except (SyntaxError, tokenize.TokenError):  # what cannot be read stays as it is: the kernel says what is wrong
        return source


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell, or None when it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is the kernel's to mention
            return ast.parse(transform(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last three: null bytes, and nesting too deep for the parser
        return None


def parses(source: str) -> bool:
    """Whether IPython could run this at all."""
    return parse(source) is not None


def acts(source: str) -> bool:
    """Whether this is Python that does or looks at something: not mere words, numbers or `name: value` lines that happen to parse."""
    tree = parse(source)
    return tree is not None and any(isinstance(node, _DEEDS) for node in ast.walk(tree))


def fingerprint(source: str) -> str:
    """The same for code that differs only in comments, blanks and layout."""
    tree = parse(source)
    text = " ".join(source.split()) if tree is None else ast.dump(tree)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def error_fingerprint(text: str) -> str:
    """The same for observations of one failure: its `Name: message` line and the failing line, without what changes by itself."""
    named = list(_ERROR_LINE.finditer(text)) or list(_NAMED_LINE.finditer(text))
    arrows = [found[1] or found[2] for found in _ARROW.finditer(text)]
    last = named[-1][0] if named else "\n".join(text.strip().splitlines()[-3:])
    line = " ".join(arrows[-1].split()) if arrows else ""
    for volatile, instead in _VOLATILE:
        last = volatile.sub(instead, last)
    return f"{last.strip()} | {line}" if line else last.strip()


def dedent(source: str) -> str:
    """Without the first line's indentation: the rule IPython has, and one that holds for code still being written."""
    if not (indent := re.match(r"[ \t]*", source)[0]):  # type: ignore[index]
        return source
    return re.sub(rf"^{indent}", "", source, flags=re.MULTILINE)
