"""Code as action: prose, then Python between `<execute>` and `</execute>`; a reply without it is the answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import Event, ModelReplied, Observed, UserAsked
from codeact_jupyter.formats.block import Block
from codeact_jupyter.ports import Action, Answer, Code, Draft, Interrupt, Reply, Wait
from codeact_jupyter.source import acts, dedent, parse

FORM = (
    "Write Python between <execute> and </execute>, one block in a reply, such as\n"
    "<execute>\nprint(1 + 1)\n</execute>\n"
    "A reply without such a block is your answer to the user."
)
CUT = "Your reply was cut at the model's length limit, so nothing of it ran. Write shorter code: do a part of the work in each step."
LONGEST_WAIT = 600.0
_WAIT = 60.0

_TAG = re.compile(r"<(execute|wait|interrupt|solution|thought|thinking|think)\b([^<>]*)>", re.IGNORECASE)
_CUT_TAG = re.compile(r"<(?:execute|wait|interrupt)\b[^<>]*\Z", re.IGNORECASE)
_USED = re.compile(r"(?<!`)<execute\b[^<>]*>", re.IGNORECASE)
_THOUGHTS = {name: re.compile(rf"</[ \t]*{name}[ \t]*>", re.IGNORECASE) for name in ("thought", "thinking", "think")}
_THOUGHT = re.compile(r"(?<!`)<(thought|thinking|think)\b[^<>]*>.*?(?:</[ \t]*\1[ \t]*>|\Z)", re.IGNORECASE | re.DOTALL)
_LONE_THOUGHT_END = re.compile(r"\A.*(?<!`)</(?:thought|thinking|think)[ \t]*>", re.IGNORECASE | re.DOTALL)
_SOLUTION_END = re.compile(r"</[ \t]*solution[ \t]*>", re.IGNORECASE)
_STRAY_TAG = re.compile(r"(?<!`)</?(?:execute|solution|thought)[ \t]*/?>", re.IGNORECASE)
_CELL = re.compile(r"""\b(?:cell|cell_id|id)\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_SCRATCH = re.compile(r"""\bscratch\b(?!\s*=\s*["']?(?:false|no|0))""", re.IGNORECASE)
_SECONDS = re.compile(r"\d+(?:\.\d+)?")
_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*\n(.*?)(^[ \t]*\2[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_PYTHON = {"python", "python3", "py", "ipython", "ipython3"}


class CodeFormat:
    """Reads actions out of replies; holds of them only how far the one that streams has been read."""

    tools: Sequence[Mapping[str, Any]] = ()

    def __init__(self) -> None:
        self._block: Block | None = None
        self._seen = ""

    def draft(self, text: str) -> Draft | None:
        """The block so far; None while there is nothing of it, and for a fence: what that is, only the whole reply tells."""
        if self._block and text.startswith(self._seen):
            self._block.read(text, whole=False)
        else:
            found = first(text, whole=False)
            self._block = found if isinstance(found, Block) else None
        self._seen = text
        source = self._block.source(text) if self._block else ""
        if self._block is None or not source:
            self._block = None
            return None
        return Draft(_as_code(self._block, source), complete=self._block.after is not None)

    def draft_call(self, name: str, arguments: str) -> Draft | None:
        """Nothing: no calls are offered."""
        return None

    def parse(self, reply: Reply, history: Sequence[Event]) -> Action:
        """Raises `ActionParseError`, with words for the model, when the reply is neither an action nor an answer."""
        text = reply.text.replace("\r\n", "\n")
        match first(text, whole=not reply.cut):
            case Block() as block:
                return _code(block, text, reply.cut)
            case re.Match() as tag if tag[1].lower() == "wait":
                return Wait(_seconds(tag, text))
            case re.Match() as tag if tag[1].lower() == "interrupt":
                return Interrupt()
            case re.Match() as tag if tag[1].lower() == "solution":
                inner = _SOLUTION_END.split(text[tag.end() :], maxsplit=1)[0]
                return _answer(inner if _said(inner) else text, reply.cut, history)
            case re.Match():
                raise ActionParseError(CUT if reply.cut else _help("The block holds no code.", history))
            case None if (fenced := _fence(text, reply.cut, history)) is not None:
                return fenced
            case None if reply.calls:  # its prose is no answer
                raise ActionParseError(_help("A native tool call is not taken here.", history))
            case None:
                return _answer(text, reply.cut, history)


def first(text: str, whole: bool) -> Block | re.Match[str] | None:
    """The first block that holds code, or the first other tag that decides what the reply is."""
    at = 0
    blank: re.Match[str] | None = None
    while tag := next(_tags(text, at, whole), None):
        if tag[1].lower() != "execute":
            return tag
        block = Block.begin(text, tag.end(), whole)
        if block is None:
            return tag
        block.attributes = tag[2]
        block.read(text, whole)
        if block.source(text):
            return block
        blank, at = blank or tag, max(block.after or block.end or 0, tag.end())
    return blank


def _tags(text: str, at: int, whole: bool) -> Iterator[re.Match[str]]:
    """The tags from here on, without those in thoughts and those that are only spoken of."""
    while tag := _TAG.search(text, at):
        at = tag.end()
        before = text[max(0, tag.start() - 3) : tag.start()]
        if before.endswith("`") and before != "```":
            continue
        if closed := _THOUGHTS.get(tag[1].lower()):
            if end := closed.search(text, at):
                at = end.end()
            elif not whole:
                return  # it still thinks
        else:
            yield tag


def _code(block: Block, text: str, cut: bool) -> Code:
    if block.after is None:
        if cut:
            raise ActionParseError(CUT)
        return _as_code(block, block.source(text))
    match first(text[block.after :], whole=True):
        case Block():
            note = "Your reply held more than one block: only the first was taken. Send one, then read what it puts out."
        case re.Match() as tag if tag[1].lower() == "solution":
            note = "Your reply held an answer behind its code: it was not taken. Answer once you have seen what the code puts out."
        case _:
            note = ""
    return _as_code(block, block.source(text), note)


def _as_code(block: Block, source: str, note: str = "") -> Code:
    """With what the opening tag says of its cell."""
    if cell := _CELL.search(block.attributes):
        return Code(source, cell_id=cell[1], note=note)
    return Code(source, scratch=bool(_SCRATCH.search(block.attributes)), note=note)


def _fence(text: str, cut: bool, history: Sequence[Event]) -> Code | None:
    """Code of a model that has not taken up the tags, or calls; one that uses them shows code in a fence."""
    if any(isinstance(event, ModelReplied) and (event.calls or _USED.search(event.text)) for event in _this_run(history)):
        return None
    taken: list[str] = []
    for fence in _FENCE.finditer(_THOUGHT.sub("", text)):
        language, source = fence[3].lower(), dedent(fence[4].rstrip())
        if cut and not fence[5] and language in _PYTHON and not taken:
            raise ActionParseError(CUT)
        tree = parse(source) if language in _PYTHON else None
        if (tree and tree.body) or (not language and acts(source)):
            taken.append(source)
    if not taken:
        return None
    several = "Your reply held more than one block of code: only the first was taken. Send one, then read what it puts out."
    return Code(taken[0], note=several if len(taken) > 1 else "")


def _answer(text: str, cut: bool, history: Sequence[Event]) -> Answer:
    if cut and _CUT_TAG.search(text):
        raise ActionParseError(CUT)
    if said := _said(text):
        return Answer(said)
    if cut:
        raise ActionParseError("Your reply was cut at the model's length limit before it came to code or an answer. Think in fewer words.")
    raise ActionParseError(_help("The reply holds neither code nor an answer.", history))


def _said(text: str) -> str:
    """What of a reply is for the user."""
    return _STRAY_TAG.sub("", spoken(text)).strip()


def spoken(text: str) -> str:
    """A reply without what its model thought aloud."""
    return _LONE_THOUGHT_END.sub("", _THOUGHT.sub("", text))


def _help(what: str, history: Sequence[Event]) -> str:
    """The form is shown once in a run; a model that has seen it is only reminded."""
    shown = any(isinstance(event, Observed) and FORM in event.text for event in _this_run(history))
    return f"{what} Nothing ran. " + ("Write code between <execute> and </execute>, or answer." if shown else FORM)


def _this_run(history: Sequence[Event]) -> Sequence[Event]:
    begins = max((n for n, event in enumerate(history) if isinstance(event, UserAsked)), default=0)
    return history[begins:]


def _seconds(tag: re.Match[str], text: str) -> float:
    said = _SECONDS.search(tag[2]) or _SECONDS.match(text[tag.end() :].lstrip())
    return min(max(float(said[0]) if said else _WAIT, 1.0), LONGEST_WAIT)
