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
    r"(?:gsk_|xai-|pplx-|r8_|nvapi-|lsv2_[a-z]{2}_|tgp_v1_)(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,}",  # others with models
    r"gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|gl(?:pat|rt|dt|cbt|ptt|soat)-[A-Za-z0-9_-]{12,}",
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}",
    r"AIza[A-Za-z0-9_-]{24,}|ya29\.[A-Za-z0-9_-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}",
    r"xox[abeoprs]-[A-Za-z0-9-]{8,}|xapp-[0-9]-[A-Za-z0-9-]{16,}|hooks\.slack\.com/services/[A-Za-z0-9/]{16,}",
    r"discord(?:app)?\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{16,}|[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}",
    r"hf_[A-Za-z0-9]{16,}|api_org_[A-Za-z0-9]{16,}|npm_[A-Za-z0-9]{24,}|pypi-[A-Za-z0-9_-]{16,}|do[opr]_v1_[a-f0-9]{32,}",
    r"[rsp]k_(?:live|test)_[A-Za-z0-9]{12,}|whsec_[A-Za-z0-9]{16,}|SG\.[A-Za-z0-9_-]{12,99}\.[A-Za-z0-9_-]{12,}",
    r"dapi[a-f0-9]{32}|hvs\.[A-Za-z0-9_-]{20,}|dckr_pat_[A-Za-z0-9_-]{16,}|sntrys_[A-Za-z0-9+/=_-]{20,}|glsa_[A-Za-z0-9_]{20,}",
    r"ntn_[A-Za-z0-9]{20,}|lin_api_[A-Za-z0-9]{20,}|figd_[A-Za-z0-9_-]{20,}|PMAK-[a-f0-9-]{32,}|NRAK-[A-Z0-9a-z]{20,}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|ATATT3[A-Za-z0-9_=-]{30,}|tskey-[a-z]+-[A-Za-z0-9-]{16,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}",
    r"eyJ[A-Za-z0-9_-]{6,9999}\.[A-Za-z0-9_-]{6,9999}\.[A-Za-z0-9_-]*",  # a JSON web token
)
_SHAPED = re.compile(_BEGINS + "(?:" + "|".join(_SHAPES) + ")")
_PRIVATE = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)", re.DOTALL
)

_WORD = (
    r"(?:password|passwd|passphrase|passwort|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|credential)"
    r"s?(?:[_-](?:id|key|value))?"
)
_QUOTED = re.compile(  # password = "…", {"token": "…"}, os.environ["API_KEY"] = '…', f(secret="…"), and so within JSON
    rf"""(?P<before>{_WORD}(?:\\*["'])?\]?[ \t]*(?::[ \t]*[A-Za-z]\w*[ \t]*=|=>|[!=:]=|[:=])[ \t]*[rRbBfFuU]{{0,2}})"""
    r"""(?P<quote>\\*(?:"{3}|'{3}|["']))(?P<value>.{1,4000}?)(?<!\\)(?P=quote)""",  # a quote behind a backslash is a part of the value
    re.IGNORECASE | re.DOTALL,
)
_OTHERWISE = re.compile(  # setdefault("API_KEY", "…"), get("password", "…")
    rf"""(?P<before>(?:setdefault|setenv|putenv|getenv|get|set)\([ \t]{{0,9}}\\*["'][\w-]{{0,40}}{_WORD}\\*["'][ \t]{{0,9}},[ \t]{{0,9}})"""
    r"""(?P<quote>\\*["'])(?P<value>[^"'\\\n]{1,200})(?P=quote)""",
    re.IGNORECASE,
)
_NAMED = re.compile(  # MY_KEY = "…", with a value that looks like one
    r"""(?P<before>\b[A-Z0-9_]{1,60}_KEY(?:\\*["'])?\]?[ \t]{0,9}=[ \t]{0,9})(?P<quote>\\*["'])"""
    r"""(?P<value>(?=[^"']{0,300}[0-9])(?=[^"']{0,300}[A-Za-z])[A-Za-z0-9_+/=.-]{16,300})(?P=quote)"""
)
_VARIABLE = r"\b(?=[A-Z0-9_]{3,100}[^A-Z0-9_])[A-Z0-9_]*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY"
_SET = re.compile(  # API_KEY=…, as shells and .env files have it
    rf"(?P<before>{_VARIABLE}|_PASS\b|_PWD\b|_AUTH\b)[A-Z0-9_]*=)" r"(?P<value>[^\s\"'\\()\[\]{},;]{4,})"
)
_LISTED = re.compile(  # API_KEY   …, ("API_KEY", "…"), as tables and lists of the environment have it: letters and digits
    rf"(?P<before>{_VARIABLE})[A-Z0-9_]*(?:[ \t]{{1,80}}|\\*[\"'],[ \t]*\\*[\"']))"
    r"(?P<value>(?=[A-Za-z_./+=-]{0,300}[0-9])(?=[0-9_./+=-]{0,300}[A-Za-z])[A-Za-z0-9_./+=-]{12,})"
)
_SAID = re.compile(  # password: …, as settings and people have it: a value with a digit or a sign in it
    r"(?P<before>(?:\b|(?<=_))"
    r"(?:password|passwd|passphrase|(?-i:[Pp]wd)|secret(?:[_-]?access)?(?:[_-]?key)?|(?:api|access|private)[_ -]?key"
    r"|(?:access|auth|refresh|session)[_ -]?token|(?-i:AccountKey|SharedAccessKey))s?(?:[ \t]{1,9}is)?[ \t]{0,9}[:=][ \t]{0,9})"
    r"(?P<value>(?=[^\s\"'\\]{0,300}[0-9!#$%&*@^])[^\s\"'\\(){}\[\],;]{6,})",
    re.IGNORECASE,
)
_TOLD = re.compile(  # "the password is …", {"password": 1234}, token: … (long, since many things are tokens)
    r"(?P<before>\b(?:password|passphrase|api[ _-]?key)[ \t]{1,9}is[ \t]{1,9}(?=[^\s\"'\\(){}\[\],;]{6})"
    r"|(?:password|passwd|secret)\\*[\"'][ \t]{0,9}:[ \t]{0,9}(?=[0-9]{4,40}\b)"
    r"|(?:\b|(?<=[_-]))(?:token|credential)[ \t]{0,9}[:=][ \t]{0,9}(?=[A-Za-z0-9%._~+/-]{16}))"
    r"(?P<value>(?=[^\s\"'\\]{0,300}[0-9])[^\s\"'\\(){}\[\],;&]+)",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?P<before>--(?:password|passwd|token|secret|api-?key)(?:=|[ \t]{1,9})|\bsshpass[ \t]{1,9}-p[ \t]{0,9}"
    r"|\bcurl\b[^\n]{0,300}?[ \t](?:-u|--user)[ =][\"']?[^\s:\"'\\]{1,80}:|\blogin\s{1,9}\S{1,80}\s{1,9}password\s{1,9})"
    r"(?P<value>[^\s\"'\\]{4,})",
    re.IGNORECASE,
)
_PAIR = re.compile(  # requests.get(url, auth=("user", "…"))
    r"""(?P<before>\b(?:auth[ \t]{0,9}=[ \t]{0,9}\w{0,30}|HTTP\w{0,20}Auth)\([^(),\n]{1,80},[ \t]{0,9})"""
    r"""(?P<quote>\\*["'])(?P<value>[^"'\\\n]{1,200})(?P=quote)"""
)
_HEADER = re.compile(
    r"(?P<before>\bbearer[ \t]{1,9}(?=[^\s\"'\\]{0,300}[0-9._=+/-])"
    r"|\bauthorization(?:\\*[\"'])?[ \t]{0,9}[:=][ \t]{0,9}(?:\\*[\"'])?"
    r"(?:(?:bearer|basic|token|apikey)[ \t]{1,9}|(?=[^\s\"'\\]{0,300}[0-9._=+/-]))"
    r"|\bcookie(?:\\*[\"'])?[ \t]{0,9}[:=][ \t]{0,9}(?:\\*[\"'])?[\w.-]{1,60}=)"
    r"(?P<value>[A-Za-z0-9._~+/=%-]{10,})",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(?P<before>\b[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s/:@\"'\\]*:)(?P<value>[^\s/@\"'\\]+)(?=@)")
_AS_USER = re.compile(r"(?P<before>\bhttps?://)(?P<value>(?=[A-Za-z_-]{0,99}[0-9])[A-Za-z0-9_-]{20,})(?=@)", re.IGNORECASE)
_ASKED = re.compile(  # ?token=…, &sig=…
    r"(?P<before>[?&](?:[\w.-]{0,40}[_.-])?(?:api[_-]?key|token|secret|password|passwd|pwd|sig|signature|access[_-]?key|auth"
    r"|key(?==[^\s&#\"'\\<>]{0,99}[0-9])(?==[^\s&#\"'\\<>]{20}))=)(?P<value>[^\s&#\"'\\<>]{4,})",
    re.IGNORECASE,
)
_BEHIND = (_QUOTED, _OTHERWISE, _NAMED, _SET, _LISTED, _SAID, _TOLD, _OPTION, _PAIR, _HEADER, _IN_URL, _AS_USER, _ASKED)

_STARTS = r"(?:(?<![A-Za-z0-9_.~-])|(?<=\\[nrtbf]))"
"""No end of a longer path; `\\n` in front, as JSON and Python write it, is none."""
_NAME = r"[^\s/\\:\"'<>|*?,;()\[\]{}]+"
_HOMES = re.compile(
    rf"{_STARTS}(?:/(?:mnt|cygdrive)/[a-z]|/var|/usr|/export)?/(?:home|Users)/{_NAME}"
    rf"|\b[A-Za-z]:(?:\\+|/)Users(?:\\+|/)(?:{_NAME}(?: {_NAME}){{1,2}}(?=\\)|{_NAME})"
    r"|%2F(?:home|Users)%2F[^\s%/\"']+"
    r"|(?<![\w.~/-])/root(?![\w.-])"
)


_MAY = re.compile(
    r"sk-|gsk_|xai-|pplx-|r8_|nvapi-|lsv2_|tgp_|gh[pousr]_|github_pat|gl(?:pat|rt|dt|cbt|ptt|soat|sa)|A(?:KIA|SIA|GPA|IDA|ROA|NPA)|AIza|ya29"
    r"|GOCSPX|xox|xapp|hooks\.|webhooks|:AA|hf_|api_org|npm_|pypi-|do[opr]_v1|[rsp]k_(?:live|test)|whsec|SG\.|dapi|hvs\.|dckr|sntrys|ntn_"
    r"|lin_api|figd_|PMAK|NRAK|shp(?:at|ca|pa|ss)|ATATT|eyJ|BEGIN |://|pass|pwd|secret|token|key|auth|credential|bearer|cookie|curl",
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
        begins = _STARTS if len(parts) == 2 else ""  # a short one, such as /root or /app, may well be the end of another path
        self._home = re.compile(rf"{begins}{inner}(?![\w-])") if len(parts) > 1 else None

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
