"""Which runs are worth training on: named predicates, after the paper's selection (CodeActInstruct), and what each one dropped.

Pure but for what `unique` remembers.  Begin with `Sieve`.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from codeact_jupyter.events import ModelReplied
from codeact_jupyter.export.conversation import messages
from codeact_jupyter.export.hiding import without_pictures
from codeact_jupyter.export.once import Once, spoken
from codeact_jupyter.export.secrets import Secrets
from codeact_jupyter.export.trajectory import FAILED, Trajectory

Predicate = Callable[[Trajectory], bool]
"""Whether a run stays."""

MULTI = 2
"""Replies above which a run has several turns."""
CHARS = 4
"""Characters that are taken for a token: no tokenizer comes with the package."""
_SIGN = re.compile(r"[-*/]{1,2}(?=\s{0,3}\d)|(?<=\w)[*/](?=\w)|(?<=\w)[%#]")
"""Punctuation that says something: 3 - 2, x = -1, a/b, 10%, C#."""


def success(trajectory: Trajectory) -> bool:
    """It was scored as right; without a score: it came to an answer."""
    return trajectory.succeeded


def multi_turn(trajectory: Trajectory) -> bool:
    """More than two replies, the answer included."""
    return len(trajectory.steps) > MULTI


def no_invalid_only(trajectory: Trajectory) -> bool:
    """Not all replies but the last were neither action nor answer."""
    invalid = sum(step.status == "unparsed" for step in trajectory.steps)
    return not invalid or invalid < len(trajectory.steps) - 1


def not_all_error(trajectory: Trajectory) -> bool:
    """Of the replies to which something was observed, one at least was neither an action that failed nor an answer that was refused."""
    return any(step.status is not None and step.status not in FAILED and step.status != "rejected" for step in trajectory.steps)


def self_improvement(trajectory: Trajectory) -> bool:
    """An action failed, and a later one went well."""
    failed = False
    for step in trajectory.steps:
        if failed and step.status == "ok":
            return True
        failed = failed or step.status in FAILED
    return False


class Unique:
    """The first of each instruction: case, spaces and punctuation make no other one, signs that say something do."""

    def __init__(self) -> None:
        self._seen: set[int] = (
            set()
        )  # eight bytes of a digest each: of a hundred thousand, two that are alike by chance are not to be feared

    def __call__(self, trajectory: Trajectory) -> bool:
        digest = hashlib.blake2b(instruction(trajectory.asked.text).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        key = int.from_bytes(digest)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def instruction(text: str) -> str:
    """A request without what makes no difference."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    signs = {at for found in _SIGN.finditer(plain) for at in range(*found.span())}
    kept = (char if at in signs or unicodedata.category(char)[0] not in "PZC" else " " for at, char in enumerate(plain))
    return " ".join("".join(kept).split())


def tokens(trajectory: Trajectory) -> int:
    """About as many as the conversation has."""
    return -(-sum(len(str(each.get("content") or "")) + _calls(each) for each in messages(trajectory, native=True)) // CHARS)


def _calls(message: Mapping[str, Any]) -> int:
    return sum(len(call["function"]["arguments"]) for call in message.get("tool_calls", ()))


def no_secrets(secrets: Secrets) -> Predicate:
    """No key, token or password stands in it, not even one that an export would hide."""
    has = Once(lambda event: secrets.has_keys(spoken(event)))

    def clean(trajectory: Trajectory) -> bool:
        shown = (hidden for outputs in trajectory.outputs().values() for hidden in map(without_pictures, outputs))
        return not any(map(has, (*trajectory.before, *trajectory.events))) and not any(map(secrets.has_keys, shown))

    return clean


PLAIN: Mapping[str, Predicate] = {
    "success": success,
    "multi-turn": multi_turn,
    "no-invalid-only": no_invalid_only,
    "not-all-error": not_all_error,
    "self-improvement": self_improvement,
}
NAMES = (*PLAIN, "unique", "max-tokens=N", "no-secrets")
"""As they are written on a command line."""


def named(name: str, secrets: Secrets) -> Predicate:
    """Raises `ValueError`, with words for the user, when there is no such filter."""
    if name in PLAIN:
        return PLAIN[name]
    if name == "unique":
        return Unique()
    if name == "no-secrets":
        return no_secrets(secrets)
    if most := re.fullmatch(r"max-tokens=([1-9][0-9]{0,17})", name):
        return lambda trajectory: tokens(trajectory) <= int(most[1])
    raise ValueError(f"there is no filter {name!r}; there are {', '.join(NAMES)}")


@dataclass
class Sieve:
    """Filters, asked in order; counts what each one drops."""

    filters: list[tuple[str, Predicate]]
    read: int = 0
    dropped: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, names: Iterable[str], secrets: Secrets) -> "Sieve":
        """Raises `ValueError` as `named` does."""
        filters = [(name, named(name, secrets)) for name in names]
        return cls(filters, dropped=[0] * len(filters))

    def __call__(self, trajectory: Trajectory) -> bool:
        self.read += 1
        for number, (_, stays) in enumerate(self.filters):
            if not stays(trajectory):
                self.dropped[number] += 1
                return False
        return True

    def report(self) -> list[dict[str, Any]]:
        """What each one dropped, in order, of those that the ones before had left."""
        return [{"filter": name, "dropped": dropped} for (name, _), dropped in zip(self.filters, self.dropped, strict=True)]


def by_a_model(trajectory: Trajectory) -> bool:
    """A model said something in it: an installation has replies, but nobody's."""
    return bool(trajectory.asked.model) and any(isinstance(event, ModelReplied) for event in trajectory.events)
