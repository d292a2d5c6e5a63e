"""Code that does not parse here: it fails in the kernel, unless that is a newer Python.  Then its words have to do."""

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


def of(source: str) -> Iterator[Found]:
    """Where such a word stands."""
    for number, line in enumerate(source.split("\n"), 1):
        if found := _RISKY.search(line):
            yield Found("dynamic", f"{found[0].strip()} in code that does not parse here", number)
            return
