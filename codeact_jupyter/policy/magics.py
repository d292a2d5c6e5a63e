"""Magics and shell lines, as IPython has turned them into calls: the ones that run code give that code, the others are judged by name."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from codeact_jupyter.policy.detours import secret
from codeact_jupyter.policy.found import Found
from codeact_jupyter.policy.pages import page
from codeact_jupyter.policy.shell import command

_HARMLESS = frozenset(
    """matplotlib pylab who who_ls whos precision pwd pinfo pinfo2 pdoc psource pfile pdef psearch lsmagic quickref xmode pdb colors gui
    doctest_mode autoawait automagic page pprint tb dhist dirs autoreload aimport magic logstate latex
    unload_ext""".split()
)
_SHELL = frozenset(
    """sx system ! sc bash sh script perl ruby python python2 python3 pypy cmd ls ll lf lk lx ldir cat cp mv rm rmdir mkdir more less man
    clear killbgscripts""".split()
)
_INSTALLS = frozenset("pip conda mamba micromamba uv".split())
_SYSTEM = frozenset("cd pushd popd bookmark set_env env killbgscripts".split())
_WRITES = frozenset("writefile file save logstart notebook".split())
_BY_NAME = (
    (_SHELL, "shell"),
    (_INSTALLS, "install"),
    (_SYSTEM, "system"),
    (_WRITES, "write_files"),
    (frozenset({"reset", "reset_selective", "xdel"}), "overwrite"),
    (frozenset({"pastebin"}), "network"),
)
_EXTENSIONS = frozenset(
    "autoreload memory_profiler line_profiler snakeviz heat nb_black jupyter_black lab_black google.colab.data_table".split()
)
_RUNNING = {"time": "", "timeit": "nrpv", "prun": "DlsT", "debug": "b", "memit": "rti", "mprun": "fT", "lprun": "fmDTuz"}
"""Those that run a statement, and their options that take a word."""
_TO_FILE = re.compile(r"(?:^|\s)-[a-eg-z]*f")
_PROFILE_TO_FILE = re.compile(r"(?:^|\s)-[a-z]*[DT]")
KNOWN = frozenset(
    """alias alias_magic autoawait autocall automagic autoreload aimport bookmark cat cd clear code_wrap codeact colors conda config cp
    debug dhist dirs doctest_mode ed edit env gui hist history killbgscripts ldir less lf lk ll load load_ext loadpy logoff logon
    logstart logstate logstop ls lsmagic lx macro magic mamba man matplotlib micromamba mkdir more mv notebook page pastebin pdb
    pdef pdoc pfile pinfo pinfo2 pip popd pprint precision prun psearch psource pushd pwd pycat pylab quickref recall rehashx
    reload_ext rep rerun reset reset_selective rm rmdir run save sc set_env store sx system tb time timeit unalias unload_ext uv
    who who_ls whos xdel xmode""".split()
)
"""Those that a line may begin with, without a `%`."""


@dataclass(frozen=True)
class Body:
    """Python that a magic runs."""

    source: str
    line: int


def of(call: ast.Call) -> Iterator[Found | Body] | None:
    """What a call is as a magic or a shell line; None: it is neither."""
    match call.func:
        case ast.Attribute(ast.Call(ast.Name("get_ipython"), [], []), "system" | "getoutput"):
            return _shell(call)
        case ast.Attribute(ast.Call(ast.Name("get_ipython"), [], []), "run_line_magic" | "run_cell_magic" as how):
            given = [arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else None for arg in call.args]
            wanted = 2 if how == "run_line_magic" else 3
            if len(given) != wanted or None in given or call.keywords:
                return iter([Found("dynamic", "a magic that is put together", call.lineno)])
            name, line, *body = [text or "" for text in given]
            return _magic(name.lstrip("%"), line, body[0] if body else None, call.lineno)
        case _:
            return None


def _shell(call: ast.Call) -> Iterator[Found]:
    text = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else ""
    for effect in command(str(text)):
        yield Found(effect, f"!{_short(str(text))}", call.lineno)


def automatic(line: str, at: int) -> Iterator[Found | Body]:
    """A single line that begins with a magic's name: IPython takes it for one, without a `%`."""
    head, _, rest = line.strip().partition(" ")
    found = re.match(r"[\w.]+", head)
    name = found[0] if found else ""
    if name in ("exit", "quit"):
        yield Found("system", name, at)
    elif name in KNOWN and not re.match(r"\s*[=,]", line.strip()[len(name) :]):
        yield from _magic(name, f"{head[len(name) :]} {rest}".strip(), None, at)


def _magic(name: str, line: str, body: str | None, at: int) -> Iterator[Found | Body]:
    what = f"{'%' if body is None else '%%'}{name} {_short(line)}".strip()
    match name:
        case "capture":
            yield from (Body(f"{word} = None", at) for word in _words(line) if word.isidentifier())
            yield Body(body or "", at + 1)
        case _ if name in _RUNNING:
            yield from _running(name, line, body, at)
        case "config":
            yield Body(f"cfg.{line}", at)
        case "env" if line.strip() and "=" not in line and len(line.split()) == 1:
            yield from [Found("system", what, at)] if secret(frozenset({line.strip()})) else []
        case "html" | "HTML" | "markdown" | "svg" | "SVG":
            yield from (Found(effect, what, at, in_page=True) for effect in page(body or line))
        case "load_ext" | "reload_ext" if line.strip() in _EXTENSIONS or not line.strip():
            pass
        case "history" | "hist":
            yield from [Found("write_files", what, at)] if _TO_FILE.search(line) else []
        case "sx" | "system" | "sc" | "!":
            yield from (Found(effect, what, at) for effect in command(body or line))
        case _:
            yield from (Found(effect, what, at) for names, effect in _BY_NAME if name in names)
            if not any(name in names for names in (_HARMLESS, *(names for names, _ in _BY_NAME))):
                yield Found("dynamic", what, at)  # %run, %store, %alias, and all that extensions may bring
    if "{" in line and name not in (*_RUNNING, "config", "html", "HTML"):
        yield Found("dynamic", what, at)


def _running(name: str, line: str, body: str | None, at: int) -> Iterator[Found | Body]:
    """`%timeit -n 10 x`: the options, and what is run."""
    if name.endswith("prun") and _PROFILE_TO_FILE.search(line):
        yield Found("write_files", f"%{name} {_short(line)}", at)
    with_word = rf"|-[a-zA-Z]*?[{_RUNNING[name]}]\s*\S+" if _RUNNING[name] else ""
    option = re.compile(rf"^\s*(?:--breakpoint[\s=]\s*\S+|--[\w-]*{with_word}|-[a-zA-Z]+)(?=\s|$)\s*")
    rest = line
    while found := option.match(rest):
        rest = rest[found.end() :]
    if rest.strip():
        yield Body(rest, at)
    if body is not None:
        yield Body(body, at + 1)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # an open quote
        return line.split()


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:39]}…"
