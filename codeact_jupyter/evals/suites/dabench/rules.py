"""How an answer of the form `@name[value] …` is marked, by the benchmark's own rule and by what its questions say; pure.

Reference: `evaluate_responses` of InfiAgent's examples/DA-Agent/eval_closed_form.py.
"""

import re
from collections.abc import Mapping, Sequence

CLOSE = 1e-6
"""The reference's tolerance."""
_NUMBER = re.compile(r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_PLACES = re.compile(r"(one|two|three|four|five|six|\d)\s+(?:decimal|digits? after)", re.IGNORECASE)
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}

Labels = Sequence[tuple[str, str]]


def by_reference(answer: str, labels: Labels) -> dict[str, bool]:
    """By name.  The first `]` ends a value; of a name that comes twice the last one counts, in answer and labels alike."""
    given = dict(re.findall(r"@(\w+)\[(.*?)\]", answer))
    return {name: _equal(given.get(name), label) for name, label in dict(labels).items()}


def by_task(answer: str, labels: Labels, asked: str) -> dict[str, bool]:
    """By name: values as a reader takes them.  `asked`: constraints and format, for the decimal places that they want."""
    given, wanted = gathered(_written(answer)), gathered(labels)
    places = min(_places(asked), default=0)
    return {name: _all_there(given.get(name.casefold(), []), values, places) for name, values in _named(labels, wanted)}


def gathered(pairs: Labels) -> dict[str, list[str]]:
    """The values under each name, which is written as it likes."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name.casefold(), []).append(value)
    return found


def _named(labels: Labels, wanted: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    return [(name, wanted[name.casefold()]) for name in dict(labels)]


def _equal(given: str | None, label: str) -> bool:
    if given == label:
        return True
    try:
        return abs(float(given or "") - float(label)) < CLOSE
    except ValueError:
        return False


def _written(answer: str) -> list[tuple[str, str]]:
    """Names and values; brackets within a value belong to it if they are closed before the next name."""
    found: list[tuple[str, str]] = []
    starts = list(re.finditer(r"@(\w+)\[", answer))
    ends = [*(start.start() for start in starts[1:]), len(answer)]
    for start, until in zip(starts, ends, strict=False):  # one more when there is no name at all
        text = answer[start.end() : until]
        end = _closing(text)
        if end >= 0:
            found.append((start[1], text[:end]))
    return found


def _closing(text: str) -> int:
    """Where the value ends; with brackets that are never closed at the first closing one.  -1: nowhere."""
    depth = 1
    for at, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return at
    return text.find("]")


def _places(asked: str) -> list[int]:
    return [_WORDS.get(word.lower()) or int(word) for word in _PLACES.findall(asked)]


def _all_there(given: Sequence[str], wanted: Sequence[str], places: int) -> bool:
    """Each wanted value is given; of a name that is wanted once the last one counts."""
    left = list(given[-1:] if len(wanted) == 1 else given)
    for value in wanted:
        match = next((one for one in left if _same(one, value, places)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _same(given: str, label: str, places: int) -> bool:
    """Numbers to the places that are asked for, lists and pairs part by part, words without regard to case and quotes."""
    one, other = _bare(given), _bare(label)
    numbers = _number(one), _number(other)
    if numbers[0] is not None and numbers[1] is not None:
        return abs(numbers[0] - numbers[1]) <= _tolerance(other, places)
    for mark in (",", ":"):
        if mark in other:
            parts, labels = one.split(mark), other.split(mark)
            return len(parts) == len(labels) and all(
                _same(part, part_label, places) for part, part_label in zip(parts, labels, strict=True)
            )
    return re.sub(r"[\s_-]+", " ", one) == re.sub(r"[\s_-]+", " ", other)


def _bare(text: str) -> str:
    return text.strip(" \t\r\n\"'`[]{}").casefold()


def _number(text: str) -> float | None:
    text = text.strip("%$€£ ")
    return float(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def _tolerance(label: str, places: int) -> float:
    """Half a unit of the last place; a whole number of which no places are asked has to be met."""
    most = max(len(label.partition(".")[2].rstrip("% ")), places) if "e" not in label else places
    return 0.5 * 10.0**-most * (1 + CLOSE) if most else CLOSE
