"""What the messages say: the files, the kernel's names, the requests and the observations; pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

_COUNT_DOWN = re.compile(r"\s*(?:\(Cell [\w-]+\.\) )?(?:You have (?P<left>[\d,]+) steps? left\b[^\n]*|No steps are left\.[^\n]*)\s*\Z")
_STEERING = "\n\nThe user says now: "
_ERROR = re.compile(r"^(?P<name>(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit))(?::\s*(?P<words>.*))?$")
_LABEL = re.compile(r"^\[(?:stdout|stderr|result|display|error|no output|image/|… )")
_FRAME = re.compile(r"^- (?P<name>\w+): DataFrame(?: (?P<rows>[\d,]+)\s*[x×]\s*(?P<columns>[\d,]+))?", re.MULTILINE)
_JSON = json.JSONDecoder()
_LISTED = re.compile(r'^- (?:(?P<quoted>"(?:[^"\\]|\\.)+")|`?(?P<bare>[^`\s,;:]+\.\w+)`?)')
_TABLE = re.compile(r"\.(?:csv|tsv|tab|xlsx|xlsm|xls|ods|parquet|feather|jsonl|ndjson)(?:\.(?:gz|zip|bz2|xz))?$", re.IGNORECASE)

_MAYBE = re.compile(r"(?<!requirements)(?<!readme)(?<!license)\.(?:txt|dat|json)$", re.IGNORECASE)
"""Files that may hold a table: looked into when there is no other."""


@dataclass(frozen=True)
class File:
    """A data file beside the notebook."""

    name: str
    separator: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Observation:
    """What came of a step."""

    text: str
    steering: str = ""
    """What the user said meanwhile."""
    steps_left: int | None = None
    """None: the message does not say."""

    @property
    def error(self) -> tuple[str, str] | None:
        """Name and words of the error that ended the cell."""
        lines = self.text.splitlines()
        if "[error]" not in lines:
            return None
        last = len(lines) - 1 - lines[::-1].index("[error]")
        for start in range(len(lines) - 1, last, -1):
            if found := _ERROR.match(lines[start].strip()):
                rest = "\n".join(lines[start + 1 :])
                return found["name"].rpartition(".")[2], f"{found['words'] or ''}\n{rest}".strip()
        return "Error", lines[-1].strip()

    @property
    def running(self) -> bool:
        return self._says("[still running]", "The last action still runs")

    @property
    def refused(self) -> bool:
        """The cell was not run, or not to its end, because the user did not want it."""
        stopped = self.error is not None and self.error[0] == "KeyboardInterrupt"
        return stopped or self._says("This was not allowed to run", "[interrupted]", "Interrupted here", "The cell was deleted", "[denied]")

    @property
    def lost(self) -> bool:
        """The kernel ended, and with it all variables."""
        return self._says("[kernel died]", "[kernel restarted]", "[kernel ended]", "[unresponsive]")

    def _says(self, *words: str) -> bool:
        """A line begins with one of these; what the data holds stands in no such place."""
        return any(line.startswith(words) for line in self.text.splitlines())

    @property
    def image(self) -> bool:
        return any(line.startswith("[image/") for line in self.text.splitlines())

    def lines(self) -> list[str]:
        """Without the labels."""
        return [line for line in self.text.splitlines() if not _LABEL.match(line)]


@dataclass(frozen=True)
class Scene:
    """All that is known when a reply is asked for."""

    request: str
    earlier: tuple[str, ...] = ()
    """Requests of the conversation before this one, the oldest first."""
    earlier_code: tuple[str, ...] = ()
    """Replies of the earlier runs: they say which file a name was read from."""
    files: tuple[File, ...] = ()
    other_files: tuple[str, ...] = ()
    """Files beside the notebook that are no tables in text."""
    frames: tuple[str, ...] = ()
    """Names of the DataFrames in the kernel."""
    names: frozenset[str] = frozenset()
    observations: tuple[Observation, ...] = ()
    steps_left: int | None = None


def read(messages: Sequence[Mapping[str, Any]]) -> Scene:
    """The scene that these chat messages describe."""
    texts = [(str(message.get("role")), _content(message.get("content"))) for message in messages]
    users = [index for index, (role, text) in enumerate(texts) if role == "user" and _begins_run(text)]
    start = users[-1] if users else next((index for index, (role, _) in enumerate(texts) if role == "user"), len(texts))
    before, after = texts[:start], texts[start + 1 :]
    first = texts[start][1] if start < len(texts) else ""
    joined, context, asked = _split(first)
    requests = [text for role, text in before if role == "user"] + [joined]
    request, left = _without_count_down(asked)
    observations = tuple(_observation(text) for role, text in after if role == "user")
    files, other = _files(context)
    return Scene(
        request=request,
        earlier=tuple(words for text in requests for words in _requests(text)),
        earlier_code=tuple(text for role, text in before if role == "assistant"),
        files=files,
        other_files=other,
        frames=tuple(found["name"] for found in _FRAME.finditer(_section(context, "## Names in the kernel"))),
        names=frozenset(re.findall(r"^- (\w+):", _section(context, "## Names in the kernel"), re.MULTILINE)),
        observations=observations,
        steps_left=observations[-1].steps_left if observations else left,
    )


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _begins_run(text: str) -> bool:
    return text.startswith(("<context>", "Request:\n")) or "\n\n<context>\n" in text


def _split(text: str) -> tuple[str, str, str]:
    """Words of runs before it that were joined to this message, the context, and the request."""
    opened = text.find("<context>\n")
    closed = text.find("\n</context>", opened)
    if opened < 0 or closed < 0:
        before, mark, request = text.rpartition("Request:\n")
        return (before, "", request) if mark else ("", "", text)
    return text[:opened], text[opened:closed], text[closed:].partition("Request:\n")[2]


def _requests(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?:\A|\n\n)Request:\n", text)[1:] if part.strip()]


def _without_count_down(text: str) -> tuple[str, int | None]:
    found = _COUNT_DOWN.search(text)
    if not found:
        return text.strip(), None
    return text[: found.start()].strip(), int((found["left"] or "0").replace(",", ""))


def _observation(message: str) -> Observation:
    text, left = _without_count_down(message.removeprefix("Observation:\n"))
    text, mark, steering = text.partition(_STEERING)
    return Observation(text, steering.strip() if mark else "", left)


def _section(context: str, title: str) -> str:
    after = context.partition(f"{title}\n")[2]
    return re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]


def _files(context: str) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """Tables and other files.  Only the names are needed; what else a line tells may be missing or be written otherwise."""
    listed: list[File] = []
    for line in _section(context, "## Files beside the notebook").splitlines():
        found = _LISTED.match(line)
        columns, rows, separator = (_value_after(line, mark) for mark in ("columns ", "first rows ", "separator "))
        known = tuple(column for column in columns if isinstance(column, str)) if isinstance(columns, list) else ()
        if found:
            held = tuple(tuple(str(value) for value in row) for row in rows if isinstance(row, list)) if isinstance(rows, list) else ()
            name = json.loads(found["quoted"]) if found["quoted"] else found["bare"]
            listed.append(File(name, separator if isinstance(separator, str) else "", known, held))
        elif line.startswith("  ") and listed:  # a sheet more of the same workbook
            listed[-1] = replace(listed[-1], columns=tuple(dict.fromkeys([*listed[-1].columns, *known])))
    tables = [file for file in listed if _TABLE.search(file.name) or (file.columns and _MAYBE.search(file.name))]
    texts = [file for file in listed if _MAYBE.search(file.name)]
    if not tables and len(texts) == 1:
        tables = texts
    return tuple(tables), tuple(file.name for file in listed if file not in tables)


def _value_after(line: str, mark: str) -> Any:
    """The JSON that stands after a mark; None: there is none."""
    found = re.search(rf"[;,] {re.escape(mark)}(?=[\[\"])", line)
    try:
        return _JSON.raw_decode(line, found.end())[0] if found else None
    except ValueError:  # cut off to save room
        return None
