"""Keys, tokens, passwords and home folders: they are in no export.  Pure; begin with `Secrets`.

What is looked for has a shape that tells it, or stands behind a word that does (`password = "…"`), or is a key in use here.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from codeact_jupyter.masking import MASK, Veil

HOME = "~"

_BEGINS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))"
"""No middle of a word; `\\n` in front, as JSON writes it, is none."""

_SHAPES = (
    r"sk-(?:[A-Za-z0-9_-]{16,}|(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{8,})",  # OpenAI and those who write theirs alike
    r"gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{12,}",
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}",
    r"AIza[A-Za-z0-9_-]{24,}|ya29\.[A-Za-z0-9_-]{16,}",
    r"xox[abeoprs]-[A-Za-z0-9-]{8,}",
    r"hf_[A-Za-z0-9]{16,}|npm_[A-Za-z0-9]{24,}|pypi-[A-Za-z0-9_-]{16,}|dop_v1_[a-f0-9]{32,}",
    r"[rsp]k_(?:live|test)_[A-Za-z0-9]{12,}|SG\.[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{12,}",
    r"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*",  # a JSON web token
)
_SHAPED = re.compile(_BEGINS + "(?:" + "|".join(_SHAPES) + ")")
_PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)

_WORD = (
    r"(?:password|passwd|passphrase|passwort|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|credential)"
    r"s?(?:[_-](?:id|key|value))?"
)
_QUOTED = re.compile(  # password = "…", {"token": "…"}, os.environ["API_KEY"] = '…', f(secret="…"), and so within JSON
    rf"""(?P<before>{_WORD}(?:\\*["'])?\]?[ \t]*(?::[ \t]*[A-Za-z]\w*[ \t]*=|=>|[!=]=|[:=])[ \t]*[rRbBfFuU]{{0,2}})"""
    r"""(?P<quote>\\*(?:"{3}|'{3}|["']))(?P<value>.{1,4000}?)(?P=quote)""",
    re.IGNORECASE | re.DOTALL,
)
_SET = re.compile(  # API_KEY=…, as shells and .env files have it
    r"(?P<before>\b[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)[A-Z0-9_]*=)(?P<value>[^\s\"'\\()\[\]{},;]{4,})"
)
_SAID = re.compile(  # password: …, as settings and people have it: a value with a digit or a sign in it, or alone on its line
    r"(?P<before>\b(?:password|passwd|passphrase|secret|api[_ -]?key|access[_ -]?token)s?(?:[ \t]+is)?[ \t]*[:=][ \t]*)"
    r"(?P<value>(?=[^\s\"'\\]*[0-9!#$%&*@^])[^\s\"'\\(){}\[\],;]{6,})",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?P<before>--(?:password|passwd|token|secret|api-?key)(?:=|[ \t]+))(?P<value>[^\s\"'\\]{4,})", re.IGNORECASE)
_BEARER = re.compile(
    r"(?P<before>\bbearer[ \t]+|\bauthorization(?:\\*[\"'])?[ \t]*[:=][ \t]*(?:\\*[\"'])?(?:(?:bearer|basic|token)[ \t]+)?)"
    r"(?P<value>(?=[^\s\"'\\]*[0-9._=+/-])[A-Za-z0-9._~+/=-]{10,})",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(?P<before>\b[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s/:@\"'\\]*:)(?P<value>[^\s/@\"'\\]+)(?=@)")
_BEHIND = (_QUOTED, _SET, _SAID, _OPTION, _BEARER, _IN_URL)

_HOMES = re.compile(
    r"(?<![A-Za-z0-9_.~-])/(?:home|Users)/[^\s/\\:\"'<>|*?,;()\[\]{}]+"
    r"|\b[A-Za-z]:(?:\\+|/)Users(?:\\+|/)[^\s/\\:\"'<>|*?,;()\[\]{}]+"
    r"|%2F(?:home|Users)%2F[^\s%/\"']+"
    r"|(?<![\w.~/-])/root(?![\w.-])"
)


_MAY = re.compile(
    r"sk-|gh[pousr]_|github_pat|glpat|A(?:KIA|SIA|GPA|IDA|ROA|NPA)|AIza|ya29|xox|hf_|npm_|pypi-|dop_v1|[rsp]k_(?:live|test)|SG\.|eyJ|BEGIN |://"
    r"|pass|pwd|secret|token|key|auth|credential|bearer",
    re.IGNORECASE,
)
"""Without any of these a text holds nothing that is looked for: most do not, and are told so at once."""
_SHORTEST = 5


class Secrets:
    """Hides them.  `keys`: those in use here; `home`: the user's folder, wherever it lies."""

    def __init__(self, keys: Iterable[str] = (), home: str = ""):
        self._keys, self._home_folder = tuple(keys), home
        self._veil = Veil(self._keys)
        parts = [re.escape(part) for part in PurePath(home).parts]
        inner = r"(?:\\+|/)".join(part.rstrip("/") for part in parts)
        self._home = re.compile(rf"{inner}(?![\w-])") if len(parts) > 1 else None

    def said(self, value: Any) -> frozenset[str]:
        """What is said in one of these texts to be a password, a token or a key."""
        may = [text for text in texts(value) if len(text) >= _SHORTEST and _MAY.search(text)]
        found = (found["value"] for text in may for behind in _BEHIND for found in behind.finditer(text))
        return frozenset(value for value in found if _tells(value))

    def more(self, said: Iterable[str]) -> "Secrets":
        """Those who hide these too, wherever they stand."""
        return Secrets((*self._keys, *said), self._home_folder) if said else self

    def text(self, text: str) -> str:
        """Without keys, and with home folders as `~`."""
        if len(text) < _SHORTEST:
            return text
        hidden = self.keys(text)
        if self._home:
            hidden = self._home.sub(HOME, hidden)
        return _HOMES.sub(HOME, hidden)

    def keys(self, text: str) -> str:
        """Without keys, tokens and passwords."""
        hidden = self._veil.text(text)
        if not _MAY.search(hidden):
            return hidden
        hidden = _SHAPED.sub(MASK, _PRIVATE.sub(MASK, hidden))
        for behind in _BEHIND:
            hidden = behind.sub(_behind, hidden)
        return hidden

    def has_keys(self, value: Any) -> bool:
        """Whether a key, token or password stands in any text of this."""
        return any(self.keys(text) != text for text in texts(value))


def _behind(found: re.Match[str]) -> str:
    value = found["value"]
    if not _tells(value):
        return found[0]
    quote = found.groupdict().get("quote") or ""
    return f"{found['before']}{quote}{MASK}{quote}"


def _tells(value: str) -> bool:
    """Not what is hidden already, empty, or a place where a value is put in (`{token}`, `<your key>`, `***`, `$TOKEN`)."""
    bare = value.strip()
    return bool(bare) and MASK not in bare and not re.fullmatch(r"\{[^{}]*\}|<[^<>]*>|[*x.…]+|\$\{?\w+\}?|%\(?\w+\)?s?|\[key", bare)


def texts(value: Any) -> Iterable[str]:
    """All texts in JSON, or in what becomes it; what its fields are called is none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def throughout(value: Any, change: Callable[[str], str]) -> Any:
    """The same, with each text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: throughout(one, change) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(throughout(one, change) for one in value)
    return value
