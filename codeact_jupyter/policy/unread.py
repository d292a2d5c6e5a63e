"""Code that does not parse here (it fails in the kernel, but in one of a newer Python), or that is not as it looks."""

import re
from collections.abc import Iterator

from codeact_jupyter.policy.found import Found

_RISKY = re.compile(
    r"\b(?:(?:eval|exec|compile|open|getattr|setattr|globals|vars|locals|__import__)\s*\(|(?:os|shutil|sys|socket|builtins|subprocess|ctypes|importlib|pickle"
    r"|requests|urllib|httpx|signal)\s*[.\n;,]|import\s+(?:os|shutil|sys|socket|builtins|subprocess|ctypes|importlib|pickle|requests|urllib|httpx|signal)\b"
    r"|from\s+(?:os|shutil|sys|socket|builtins|subprocess|ctypes|importlib|pickle|requests|urllib|httpx|signal)\b|get_ipython"
    r"|(?:joblib|torch|dill|cloudpickle|shelve|marshal|runpy|multiprocessing)\s*\."
    r"|(?:to_(?:csv|excel|parquet|pickle|json|sql|html|feather)|read_pickle|savefig|write_\w+|unlink|mkdir|rmdir|rmtree|extractall|system|popen|exit|quit)\s*\()"
    r"|__\w+__|https?://"
    r"|^\s*(?:[\w, ]+=\s*)?(?:!|%%?(?!(?:matplotlib|config|time|timeit|prun|capture|load_ext|autoreload|precision|pdb)\b)[a-z])"
)

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters by which what follows is shown in the other direction: what is approved would not be what is read (CVE-2021-42574)."""


def turned(source: str) -> Iterator[Found]:
    """Where such a character stands."""
    if found := _TURNING.search(source):
        yield Found("dynamic", "a character that turns the direction of what is shown", source.count("\n", 0, found.start()) + 1)


def of(source: str) -> Iterator[Found]:
    """Where such a word stands."""
    for number, line in enumerate(source.split("\n"), 1):
        if found := _RISKY.search(line):
            yield Found("dynamic", f"{found[0].strip()} in code that does not parse here", number)
            return
