"""Singular and plural: one stem for both, and what else a noun may be written as; pure."""

import re
from functools import lru_cache

_ENDINGS = {
    "children": "child",
    "women": "woman",
    "wolves": "wolf",
    "knives": "knife",
    "shelves": "shelf",
    "loaves": "loaf",
    "calves": "calf",
    "scarves": "scarf",
    "thieves": "thief",
    "hooves": "hoof",
    "wharves": "wharf",
    "sheaves": "sheaf",
    "geese": "goose",
    "mice": "mouse",
    "teeth": "tooth",
}
"""Irregular plurals, at the end of compounds too: `bookshelves`, `grandchildren`."""
_WORDS = {
    "men": "man",
    "feet": "foot",
    "oxen": "ox",
    "lice": "louse",
    "leaves": "leaf",
    "lives": "life",
    "halves": "half",
    "wives": "wife",
    "midwives": "midwife",
    "housewives": "housewife",
    "elves": "elf",
    "dwarves": "dwarf",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
    "vortices": "vortex",
    "appendices": "appendix",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "bacteria": "bacterium",
    "strata": "stratum",
    "spectra": "spectrum",
    "larvae": "larva",
    "algae": "alga",
    "antennae": "antenna",
    "formulae": "formula",
    "nuclei": "nucleus",
    "cacti": "cactus",
    "fungi": "fungus",
    "radii": "radius",
    "alumni": "alumnus",
    "stimuli": "stimulus",
    "analyses": "analysis",
    "diagnoses": "diagnosis",
    "hypotheses": "hypothesis",
    "theses": "thesis",
    "crises": "crisis",
    "oases": "oasis",
    "synopses": "synopsis",
    "gases": "gas",
    "lenses": "lens",
    "atlases": "atlas",
    "canvases": "canvas",
    "aliases": "alias",
    "biases": "bias",
    "irises": "iris",
    "quizzes": "quiz",
    "waltzes": "waltz",
    "buses": "bus",
}
_PLURAL_OF = {**{singular: plural for plural, singular in _ENDINGS.items()}, **{singular: plural for plural, singular in _WORDS.items()}}
_KEPT = frozenset({"gas", "lens", "atlas", "canvas", "alias", "bias", "iris"})
"""Singulars that end in -s and would lose it."""
_USE = frozenset({"uses", "abuses", "accuses", "excuses", "fuses", "muses", "refuses", "ruses", "recluses"})
"""Plurals of words in -use; other -uses are of words in -us."""
_NO_MEN = frozenset(
    {"specimen", "omen", "abdomen", "regimen", "stamen", "acumen", "semen", "bitumen", "lumen", "cyclamen", "ramen", "yemen", "turkmen"}
)


@lru_cache(10_000)
def stem(word: str) -> str:
    """Singular and plural of a word come out the same."""
    if (irregular := _irregular(word)) or word in _KEPT:
        return irregular or word
    if len(word) > 4 and word.endswith(("ies", "ie")):
        return word[: word.rindex("ie")] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses", "zzes", "oes")):
        return word[:-2]
    if len(word) > 3 and word.endswith(("che", "oe")):  # `cache` and `shoe` meet their plurals there
        return word[:-1]
    if re.fullmatch(r"\w*[^\Waeo]uses", word) and word not in _USE:
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def forms(word: str) -> tuple[str, ...]:
    """Other spellings under which data may hold what this word says: its singulars, and its plurals."""
    if irregular := _irregular(word):
        return (irregular,)
    guessed = [f"{word}s", f"{word}es", f"{word[:-1]}ies", _PLURAL_OF.get(word, ""), *(word[:-cut] for cut in (1, 2)), f"{word[:-3]}y"]
    if word.endswith("man"):
        guessed.append(f"{word[:-3]}men")
    return tuple(dict.fromkeys(form for form in guessed if len(form) > 2 and form != word and stem(form) == stem(word)))


def _irregular(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    for plural, singular in _ENDINGS.items():
        if word.endswith(plural):
            return word.removesuffix(plural) + singular
    return f"{word[:-3]}man" if len(word) > 4 and word.endswith("men") and word not in _NO_MEN else ""
