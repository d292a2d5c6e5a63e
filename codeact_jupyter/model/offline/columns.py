"""Loose column names: which column somebody means; pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from codeact_jupyter.model.offline.plurals import stem


def words_in(text: str) -> list[str]:
    """A word list, written as one string."""
    return text.split()


UNITS = frozenset(
    words_in(
        "g kg mg t mm cm m km mi ft lb lbs oz usd eur gbp chf jpy pct percent c f k kwh mwh wh kw mw l ml dl gal s sec secs h hr "
        "hrs mph kmh kph years yrs hpa mbar ppm"
    )
)
_SAME = (
    {"mass", "weight"},
    {"sex", "gender"},
    {"nation", "country"},
    {"qty", "quantity"},
    {"amt", "amount"},
    {"dept", "department"},
    {"temp", "temperature"},
    {"dob", "birthdate"},
    {"precipitation", "rainfall"},
    {"pct", "percent"},
)
_NEAR = 0.82
"""Likeness from which on two spellings may be one word."""


@dataclass(frozen=True)
class Match:
    """Columns that somebody's words may mean; more than one: it is not clear which."""

    names: tuple[str, ...]
    rank: int
    """1 the same words, 2 the same but for units and plural, 3 some of its words, 4 a synonym or a short form, 5 a like spelling."""


@lru_cache(10_000)  # the same few words are compared with each other at every step
def words_of(text: str) -> tuple[str, ...]:
    """`bodyMass_g` → body, mass, g: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return tuple(re.findall(r"[^\W\d_]+|\d+", apart.casefold()))


@lru_cache(10_000)
def stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words_of(text))


@lru_cache(10_000)
def core(name: str) -> tuple[str, ...]:
    """A column's words without the units at its end."""
    words = words_of(name)
    while len(words) > 1 and words[-1] in UNITS:
        words = words[:-1]
    return tuple(stem(word) for word in words)


def find(said: str, columns: Sequence[str], loosest: int = 5) -> Match | None:
    """The columns that are meant by these words, at the best rank at which there are any."""
    tests = (_same, _core, _part, _synonym, _spelling)
    ranks: Sequence[Literal[1, 2, 3, 4, 5]] = (1, 2, 3, 4, 5)
    for rank, test in zip(ranks, tests, strict=True):
        if rank > loosest:
            break
        names = tuple(column for column in columns if test(said, column))
        if rank == 5 and len(names) > 1:
            names = _best(said, names)
        if names:
            return Match(names, rank)
    return None


def concept(words: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Columns about one of these: those that are called just so, else those whose name ends so."""
    wanted = [stem(word) for word in words]
    whole = tuple(name for name in columns if core(name) in {(word,) for word in wanted})
    return whole or tuple(name for name in columns if _head(core(name)) in wanted)


def _head(words: tuple[str, ...]) -> str:
    """The word that the others go with: the last, or the one before "per"."""
    if "per" in words[1:]:
        words = words[: words.index("per")]
    return words[-1] if words else ""


def nearest(name: str, columns: Sequence[str]) -> Match | None:
    """For a column that is not there: what was meant, more boldly than `find`."""
    if found := find(name, columns):
        return found
    wanted = set(core(name))
    shared = {column: len(wanted & set(core(column))) for column in columns}
    most = max(shared.values(), default=0)
    if most and 2 * most >= len(wanted):
        return Match(tuple(column for column, count in shared.items() if count == most), 3)
    return None


def _same(said: str, column: str) -> bool:
    return "".join(words_of(said)) == "".join(words_of(column))


def _core(said: str, column: str) -> bool:
    return bool(core(column)) and ("".join(stems(said)) in {"".join(core(column)), "".join(stems(column))} or core(said) == core(column))


def _part(said: str, column: str) -> bool:
    words = set(stems(said))
    return bool(words) and words <= set(stems(column)) and not words <= UNITS and any(len(word) > 1 for word in words)


def _synonym(said: str, column: str) -> bool:
    words, others = stems(said), set(stems(column))
    return bool(words) and not set(words) <= UNITS and all(word in others or _alike(word, others) for word in words)


def _alike(word: str, others: set[str]) -> bool:
    if any(word in same and same & others for same in _SAME):
        return True
    return any(min(len(word), len(other)) >= 4 and (other.startswith(word) or word.startswith(other)) for other in others)


def _likeness(said: str, column: str) -> float:
    wanted = "".join(stems(said))
    if len(wanted) < 5:
        return 0.0
    whole = {"".join(stems(column)), "".join(core(column)), *(word for word in stems(column) if len(word) >= 5)}
    asked = "".join(words_of(said))
    pairs = [(wanted, other) for other in whole] + [(asked, "".join(words_of(column)))]
    return max((SequenceMatcher(None, *pair).ratio() for pair in pairs), default=0.0)


def _spelling(said: str, column: str) -> bool:
    return _likeness(said, column) >= _NEAR


def _best(said: str, names: Sequence[str]) -> tuple[str, ...]:
    most = max(_likeness(said, name) for name in names)
    return tuple(name for name in names if _likeness(said, name) > most - 0.04)
