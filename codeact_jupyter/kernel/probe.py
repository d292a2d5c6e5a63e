"""What the kernel's namespace holds: an expression that is evaluated there, and how its answer is read."""

import ast
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from codeact_jupyter.ports import Name

# Runs in environments we do not own: standard library only, and nothing of the user's classes is called.
_SURVEY = """
import itertools, json, math, pathlib, re, sys, time, types

FRAMES = {("pandas", "DataFrame"), ("pandas", "Series"), ("pandas", "Index"),
          ("polars", "DataFrame"), ("polars", "Series"), ("numpy", "ndarray")}
SIZED = (list, tuple, dict, set, frozenset, str, bytes)
PATHS = (str, pathlib.PosixPath, pathlib.WindowsPath)
LEADS = re.compile(r"://|[/~]|\\\\|^\\.|@\\w|__")
LARGE = 10_000_000
SHELL = {"In", "Out", "exit", "quit", "get_ipython"}
OF = {key: type.__dict__[key].__get__ for key in ("__name__", "__mro__", "__module__")}

def shape(value, mro):
    for base in mro:
        module = OF["__module__"](base)
        if isinstance(module, str) and (module.partition(".")[0], OF["__name__"](base)) in FRAMES:
            return "x".join(str(size) for size in base.shape.__get__(value, base))
        if any(base is sized for sized in SIZED):
            return str(base.__len__(value))
    return ""

def here():
    # where the kernel began, without the links that may lead there
    try:
        return sys.modules["IPython"].get_ipython().starting_dir
    except Exception:
        return ""

def texts(value, here):
    # texts and paths that lead somewhere: what reads them later is judged by where
    if any(type(value) is kind for kind in (list, tuple, set)):
        given = itertools.islice(value, 50)
    else:
        given = itertools.islice(dict.values(value), 50) if type(value) is dict else [value]
    words = [str(one) for one in given if any(type(one) is kind for kind in PATHS)]
    words = ["." + word[len(here):] if here and (word + "/").startswith(here + "/") else word for word in words]
    return [word for word in words if len(word) <= 300 and LEADS.search(word)][:20]

def inside(values, size):
    # tables and arrays in a container, by some of them
    some = [weight(one, OF["__mro__"](type(one)), False) or 0 for one in itertools.islice(values, 50)]
    return sum(one for one in some if one > 1000) * max(1, size / max(1, len(some)))

def weight(value, mro, deep=True):
    # bytes, roughly and at once: elements of containers are taken for small ones, unless they are tables
    for base in mro:
        module = OF["__module__"](base)
        of = (module.partition(".")[0] if isinstance(module, str) else "", OF["__name__"](base))
        if of in FRAMES and of[0] == "numpy":
            return int(base.nbytes.__get__(value, base))
        if of in FRAMES:
            cells = math.prod(base.shape.__get__(value, base))
            if cells < 100_000:
                return 8 * cells
            if of[0] == "polars":
                return int(base.estimated_size(value))
            kinds = base.dtypes.__get__(value, base) if of[1] == "DataFrame" else [base.dtype.__get__(value, base)]
            texts = sum(str(kind) in ("object", "str", "string") for kind in list(kinds))
            held = base.memory_usage(value, index=False) if of[1] != "Index" else base.memory_usage(value)
            return int(held.sum() if of[1] == "DataFrame" else held) + 48 * texts * base.__len__(value)
        if any(base is sized for sized in SIZED):
            if base in (str, bytes):
                return sys.getsizeof(value)
            size = base.__len__(value)
            inner = inside(dict.values(value) if base is dict else base.__iter__(value), size) if deep else 0
            return sys.getsizeof(value) + int(max(28 * size, inner))
        if base is bytearray:
            return sys.getsizeof(value)
        if of == ("torch", "Tensor"):
            return base.element_size(value) * base.nelement(value)
        if of in {("xarray", "Dataset"), ("xarray", "DataArray")}:
            return int(base.nbytes.__get__(value, base))
    return None

def survey(namespace, limit, seconds):
    begun, found, began_in = time.monotonic(), {}, here()
    for name, value in reversed(list(dict(namespace).items())):
        kind = type(value)
        if not isinstance(name, str) or name.startswith("_") or name in SHELL or issubclass(kind, types.ModuleType):
            continue
        if name == "open" and kind is types.FunctionType and hasattr(value, "__wrapped__"):  # the shell's own
            continue
        try:
            size, bytes_, words = shape(value, OF["__mro__"](kind)), weight(value, OF["__mro__"](kind)), texts(value, began_in)
        except Exception:
            size, bytes_, words = "", None, []
        if len(found) < limit or (bytes_ or 0) > LARGE:
            found[name] = [OF["__name__"](kind), size, bytes_, words]
        if time.monotonic() - begun > seconds:
            break
    return json.dumps(dict(reversed(found.items())))
"""


def own_namespace(source: str, call: str) -> str:
    """An expression that runs `source` where it leaves nothing behind, and is worth `call` in there; `user` is the user's namespace."""
    return f"(lambda space: __import__('builtins').exec({source!r}, space) or eval({call!r}, space))({{'user': globals()}})"


def kept_namespace(source: str, call: str) -> str:
    """The same, for what is asked with each action: `source` is compiled once in a kernel's process, out of the user's sight."""
    name = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()[:12]
    made = f"(lambda space: __import__('builtins').exec({source!r}, space) or held.setdefault({name!r}, space))({{}})"
    asked = f"(lambda held: eval({call!r}, held.get({name!r}) or {made}, {{'user': globals()}}))"
    return f"{asked}(__import__('sys').__dict__.setdefault('_codeact', {{}}))"


NAMES = kept_namespace(_SURVEY, "survey(user, 200, 1.0)")

_DTYPES = """
import json

def dtypes(value):
    for base in type.__dict__["__mro__"].__get__(type(value)):
        if base.__name__ == "DataFrame" and base.__module__.partition(".")[0] == "pandas":
            held = base.dtypes.__get__(value, base)
            return json.dumps({str(name)[:80]: str(kind) for name, kind in list(held.items())[:60]})
    return "{}"
"""
DTYPES = kept_namespace(_DTYPES, "dtypes(user.get('_'))")
"""The column types of the last result, if that is a data frame."""

_CANCEL = """
import asyncio

def cancel(namespace):
    loop = namespace["get_ipython"]().kernel.io_loop.asyncio_loop
    stuck = [task for task in asyncio.all_tasks(loop) if task.get_coro().__qualname__.endswith("run_cell_async")]
    for task in stuck:
        loop.call_soon_threadsafe(task.cancel)
    return len(stuck)
"""
CANCEL = own_namespace(_CANCEL, "cancel(user)")
"""Ends a cell that awaits, from another thread of the kernel."""


def parse(text_plain: str) -> dict[str, Name]:
    """The names in the probe's answer; empty when it is none."""
    try:
        found = json.loads(ast.literal_eval(text_plain))
        return {name: Name(kind, shape, weight, texts=tuple(texts)) for name, (kind, shape, weight, texts) in found.items()}
    except (ValueError, SyntaxError, TypeError, AttributeError):
        return {}


def parse_dtypes(text_plain: str) -> dict[str, str]:
    """Column -> type, from the answer to `DTYPES`; empty when it is none."""
    try:
        return dict(json.loads(ast.literal_eval(text_plain)))
    except (ValueError, SyntaxError, TypeError):
        return {}


def value(content: Mapping[str, Any], key: str) -> str:
    """The text of a user expression in an `execute_reply`'s content; empty when it was not or could not be evaluated."""
    answer = content.get("user_expressions", {}).get(key, {})
    return str(answer.get("data", {}).get("text/plain", ""))
