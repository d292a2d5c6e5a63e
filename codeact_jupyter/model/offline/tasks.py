"""Several tasks in one request: where one ends and the next begins, and what each asks for; pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from codeact_jupyter.model.offline.asking import Column, Intent, merged

_NUMBERED = re.compile(r"(?:^|(?<=\s))\(?\d\)\s+|^\s*(?:\d+\.|[-*•])\s+", re.MULTILINE)
_STRONG = re.compile(
    r"(?:(?<=[.?!])\s+|\s*;\s*|\s*\n\s*|,?\s+(?:and\s+)?(?:then|after that|afterwards)\s+)"
    r"(?:and\s+)?(?:then\s+|also\s+|finally\s+|next\s+|please\s+)*,?",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\s*(?:first(?!\s+(?:\d|of\b))|firstly|finally|then|also|next)\b[,:]?\s+", re.IGNORECASE)
_VERBS = "plot|draw|chart|graph|show|give|list|tell|compute|calculate|find|count|make|create|fit|visuali[sz]e|what|which|how|is|are|does|do"
_VERB = re.compile(rf"(?:{_VERBS})\b", re.IGNORECASE)
_WORD = (
    rf"{_VERBS}|"
    r"(?:the\s+|an?\s+|its\s+|their\s+)?(?:\w+\s+)?(?:mean|average|avg|total|sum|median|number|minimum|maximum|min|max|highest|lowest|largest|"
    r"smallest|correlations?|trend|histograms?|box\s?-?plots?|scatter|linear|regression|share|percentage|distribution|missing|bar|line|earliest|"
    r"latest|standard|most|top|\d+)"
)
_WEAK = re.compile(
    rf"(?:,\s*(?:and\s+|plus\s+)?(?:also\s+)?|\s+(?:and|plus|as well as|along with)\s+(?:also\s+)?)(?=(?:{_WORD})\b)", re.IGNORECASE
)
_BINDS = re.compile(
    r"\b(?:only|without|ignor\w+|exclud\w+|except|assum\w+|treat\w*|instead|otherwise|unless|if|but|count\w* as|use|using|consider\w*)\b",
    re.IGNORECASE,
)
"""Words by which a part that was not understood may change what the others mean."""
_BACK = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b(?! (?:is|are|was|were)\b)|"
    r"\b(?:(?:of|for|in|among) )?(?:these|those|them|their|its)\b",
    re.IGNORECASE,
)
"""Words that point back at what was spoken of."""
_MOST = 8


@dataclass(frozen=True)
class Task:
    """One of the things that a request asks for."""

    text: str
    intent: Intent

    @property
    def clear(self) -> bool:
        return understood(self.intent)


def understood(intent: Intent) -> bool:
    """Every word has its place."""
    lacking = intent.kind == "measure" and any(one.column is None and one.function not in ("count", None) for one in intent.measures)
    return not intent.loose and not intent.unclear and not lacking and intent.kind != "none"


def parts_of(text: str) -> list[str]:
    """The sentences of a request, and what “then” and semicolons separate."""
    parts = [_LEAD.sub("", part).strip(" ,") for part in _STRONG.split(_NUMBERED.sub("\n", text))]
    return [part for part in parts if re.search(r"\w", part)]


def tasks_in(text: str, read: Callable[[str], Intent], before: Intent | None = None) -> list[Task]:
    """What a request asks for, one thing after the other; `before`: what it goes on from."""
    whole = Task(text, _after(before, read(text)))
    tasks: list[Task] = []
    for part in parts_of(text):
        tasks = _joined(tasks, part, read, before)
    if len(tasks) < 2 or len(tasks) > _MOST:
        return tasks if len(tasks) == 1 and (tasks[0].clear or not whole.clear) else [whole]
    failed = [task for task in tasks if not task.clear]
    if failed and whole.clear:
        return [whole]
    if len(failed) == len(tasks) or any(_BINDS.search(task.text) for task in failed):
        return [whole]
    return tasks


def _joined(tasks: list[Task], part: str, read: Callable[[str], Intent], before: Intent | None) -> list[Task]:
    """With one more part: a task of its own, several, or a word more on the last one."""
    last = tasks[-1].intent if tasks else before
    now = _pointing(last, part, read) if tasks and last else read(part)
    if tasks and last is not None and not now.loose and now.kind == "none":
        both = Task(f"{tasks[-1].text}, {part}", merged(last, now))
        return [*tasks, Task(part, both.intent)] if _anew(last, now) else [*tasks[:-1], both]
    here = Task(part, _after(last, now))
    if here.clear:
        return [*tasks, here]
    pieces = _pieces(part, read, last)
    return [*tasks, *pieces] if pieces else [*tasks, here]


def _pieces(part: str, read: Callable[[str], Intent], before: Intent | None) -> list[Task]:
    """The part cut at its “and”s, if then every piece is understood."""
    cuts = [found.span() for found in _WEAK.finditer(part)][:_MOST]
    for start, end in cuts:
        head, tail = part[:start].strip(" ,"), part[end:].strip(" ,")
        first = Task(head, _after(before, read(head)))
        if not first.clear:
            continue
        now = read(tail)
        if now.kind == "none" and not now.loose and now.plot:
            return [Task(part, merged(first.intent, now))]
        now = _pointing(first.intent, tail, read)
        rest = [Task(tail, _after(first.intent, now))]
        if _unsettled(first.intent, rest[0]):
            continue
        rest = rest if rest[0].clear else _pieces(tail, read, first.intent)
        if rest:
            return [first, *rest]
    return []


def _unsettled(before: Intent, task: Task) -> bool:
    """“A and B of some rows”: whether A is of these rows too cannot be told, unless B begins anew with a verb."""
    if _VERB.match(task.text):
        return False
    grouped = bool(task.intent.by and not before.by and before.kind == "measure" and task.intent.kind == "measure")
    return grouped or bool(task.intent.conditions) != bool(before.conditions)


def _pointing(before: Intent, part: str, read: Callable[[str], Intent]) -> Intent:
    """What a part asks for that may point back at the rows of the task before it."""
    bare = _BACK.sub(" ", part)
    if bare == part:
        return read(part)
    now = read(bare)
    if before.kind in ("rank_rows", "rank_groups", "common", "pairs"):
        return replace(now, unclear="it points back at a result, which I do not follow: say it by name")
    return now if now.conditions or now.kind == "none" else replace(now, conditions=before.conditions)


def _after(before: Intent | None, now: Intent) -> Intent:
    """With what it leaves out taken from the task before."""
    if before is None or now.loose or now.unclear:
        return now
    if now.kind in ("trend", "spread") and not now.measures and before.measures:
        return replace(now, measures=before.measures[:1])
    return merged(before, now) if now.kind == "none" else now


def _anew(before: Intent, now: Intent) -> bool:
    """It asks for something else with the words of the task before, and does not add to it."""
    spoken = {_about(condition.column) for condition in now.conditions}
    return bool(now.by and before.by) or any(_about(condition.column) in spoken for condition in before.conditions)


def _about(column: Column | None) -> Sequence[str]:
    return column.names if column else ()
