"""What is shown in the browser: scripts run there with the user's rights, and what is remote is fetched."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import re
from collections.abc import Iterator

from codeact_jupyter.policy.calls import argument
from codeact_jupyter.policy.found import Found, Read
from codeact_jupyter.policy.paths import place

_SCRIPT = re.compile(r"<\s*(?:script|iframe|object|embed|meta|form|base|link)\b|javascript:|\bon\w+\s*=|\bsrcdoc\s*=", re.IGNORECASE)
_REMOTE = re.compile(
    r"(?:src|action|data|poster|srcset|background)\s*=\s*[\"']?\s*(?:https?:)?//|url\(\s*[\"']?\s*(?:https?:)?//"
    r"|<\s*(?:image|use|feimage)\b[^>]{0,300}href\s*=\s*[\"']?\s*(?:https?:)?//|!\[[^\]\n]{0,300}\]\(\s*<?\s*(?:https?:)?//",
    re.IGNORECASE,
)
_PAGES = frozenset(
    """IPython.display.HTML IPython.core.display.HTML IPython.display.display_html IPython.display.Markdown IPython.core.display.Markdown
    IPython.display.SVG IPython.display.display_markdown ipywidgets.HTML ipywidgets.HTMLMath""".split()
)
_FRAMES = frozenset("IPython.display.IFrame IPython.display.YouTubeVideo".split())
_DISPLAYS = frozenset("display IPython.display.display".split())
_IMAGES = frozenset("IPython.display.Image IPython.display.Audio IPython.display.Video".split())
_SHOWS_ITSELF = re.compile(r"^_repr_(?:html|markdown|svg|mimebundle)_$")


def page(text: str) -> Iterator[str]:
    """Of HTML or Markdown."""
    if _SCRIPT.search(text):
        yield "dynamic"
    if _REMOTE.search(text):
        yield "network"


def of_call(node: ast.Call, names: frozenset[str], read: Read) -> Iterator[str]:
    """What the browser does that shows it."""
    if names & _FRAMES:
        yield "network"
    if names & _PAGES:
        yield from page("".join(sorted(read.texts.of(argument(node, 0, "data", "value")))))
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


def of_function(node: ast.FunctionDef) -> Iterator[Found]:
    """`_repr_html_` and the like: what an object says of itself is shown."""
    if node.name == "_repr_javascript_":
        yield Found("dynamic", node.name, node.lineno, in_page=True)
    elif _SHOWS_ITSELF.match(node.name):
        texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        yield from (Found(effect, node.name, node.lineno, in_page=True) for effect in page("".join(texts)))
