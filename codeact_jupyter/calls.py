"""Native tool calls: what a model meant by one, and how it is told of it later.  Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from codeact_jupyter.arguments import is_object, read, unescaped
from codeact_jupyter.source import acts, dedent, parse, parses

_NAME = re.compile(r"(?:\w+\.)*(\w+)")
_EXECUTE = {"execute", "python", "run", "ipython", "jupyter", "exec", "code", "code_interpreter", "python_interpreter", "interpreter"}
_VERBS = re.compile(r"(?:execute|run|exec)_(?:python|ipython|code|cell|python_code|notebook_cell)|(?:python|code)_(?:exec|run|execute)")
_CODE_KEYS = ("code", "source", "python", "script", "python_code", "input")
_CELL_KEYS = ("cell", "cell_id")
_BESIDE = {*_CELL_KEYS, "scratch"}
_QUOTES_LOST = re.compile(r'\s*\{\s*"(\w+)"\s*:\s*"(.*)"\s*,?\s*\}\s*', re.DOTALL)
_UNSENDABLE = re.compile(r"[^a-zA-Z0-9_-]")
_SHOWN_NAME = 40

Kind = Literal["execute", "wait", "interrupt", ""]


@dataclass(frozen=True)
class Call:
    """One call of a reply, as `ModelReplied.calls` has it."""

    name: str = ""
    arguments: str = ""
    """As the model wrote them: JSON, if all is well."""
    id: str = ""
    extra: Mapping[str, Any] | None = None
    """What the server wants back with it, unread (`extra_content`)."""

    @classmethod
    def of(cls, text: str) -> "Call":
        held = json.loads(text)
        return cls(held["name"], held["arguments"], held["id"], held.get("extra_content"))

    @property
    def kind(self) -> Kind:
        """Which of our tools is meant; "": none, by its name."""
        return kind(self.name)

    @property
    def shown_name(self) -> str:
        """For the model."""
        return self.name[:_SHOWN_NAME]

    def source(self) -> str | None:
        """The code it holds; None: none that could be told from other things."""
        values = self.values()
        if values is None:
            return _bare(self.arguments) if self.kind == "execute" else None
        key = code_key(self.kind, values)
        return None if key is None else _mended(str(values[key]))

    def values(self) -> Mapping[str, object] | None:
        """Its arguments by name; None: they are no JSON."""
        found = read(self.arguments)
        if found is None and (lost := _QUOTES_LOST.fullmatch(self.arguments)) and acts(source := unescaped(lost[2])):
            return {lost[1]: source}  # the quotes in the code were not escaped, but it is Python only as a whole
        return found

    def sent(self, id: str) -> dict[str, Any]:
        """As it stands in a request: what the model said, in a form that every server takes."""
        name = _UNSENDABLE.sub("_", self.name)[:64] or "execute"
        arguments = self.arguments if is_object(self.arguments) else json.dumps(self._object(), ensure_ascii=False)
        return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}

    def as_text(self) -> str:
        """As a model writes it that is offered no tools."""
        match self.kind:
            case "wait":
                return f'<wait seconds="{seconds(self.values() or {}, 60.0):g}"/>'
            case "interrupt":
                return "<interrupt/>"
            case _:
                return f"<execute>\n{self.source() or self.arguments}\n</execute>"

    def _object(self) -> Mapping[str, object]:
        if self.kind in ("wait", "interrupt"):
            return {}
        source = self.source()
        return {"code": self.arguments if source is None else source} if self.arguments.strip() else {}


def kind(name: str) -> Kind:
    """Which of our tools a name means: models add namespaces, marks and words of their own."""
    found = _NAME.match(name.strip())
    plain = found[1].lower() if found else ""
    if plain in _EXECUTE or _VERBS.fullmatch(plain):
        return "execute"
    return plain if plain in ("wait", "interrupt") else ""  # type: ignore[return-value]


def code_key(kind: Kind, values: Mapping[str, object]) -> str | None:
    """Under which name the code stands; with a tool that is not ours only where nothing else could be meant."""
    strings = [key for key, value in values.items() if isinstance(value, str) and key not in _BESIDE]
    known = [key for key in _CODE_KEYS if key in strings]
    if kind == "execute":
        return known[0] if known else strings[0] if len(strings) == 1 else None
    return known[0] if kind == "" and known[:1] in (["code"], ["python"]) and values.keys() <= {known[0], *_BESIDE} else None


def cell(values: Mapping[str, object]) -> str | None:
    """The id of the cell that is to be rewritten."""
    found = next((values[key] for key in _CELL_KEYS if values.get(key)), None)
    return str(found).strip() or None if isinstance(found, str) and found.lower() not in ("none", "null", "new") else None


def scratch(values: Mapping[str, object]) -> bool:
    found = values.get("scratch")
    return found.lower() in ("true", "yes", "1") if isinstance(found, str) else bool(found)


def seconds(values: Mapping[str, object], otherwise: float) -> float:
    """How long is to be waited."""
    for value in (values.get("seconds"), *values.values()):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str) and (found := re.match(r"\s*(\d+(?:\.\d+)?)", value)):
            return float(found[1])
    return otherwise


def tidy(source: str) -> str:
    """Code of a call as it stands in a cell; of code that grows, each extends the one before."""
    return dedent(source.replace("\r\n", "\n").lstrip("\n").rstrip())


def _bare(arguments: str) -> str | None:
    """Code, or a JSON string of code, where an object should be."""
    text = arguments.strip()
    if len(text) > 1 and text[0] == text[-1] == '"' and acts(inner := unescaped(text[1:-1])):
        return inner
    return arguments if not text.startswith("{") and acts(arguments) else None


def _mended(source: str) -> str:
    """Code that was escaped twice is one line which is no Python."""
    if "\n" in source or "\\n" not in source or parses(source):
        return source
    once = unescaped(source)
    return once if parse(once) else source
