"""Values masked, structure kept: what `--redact` does to a trajectory.  Pure; begin with `Redaction`.

A value gets the same mask wherever it stands in its trajectory: `TEXT_1`, `NUMBER_2`, `EMAIL_1`, `PHONE_1`.  Masked are

* in code: the content of every string literal that has a letter or digit in it, and every number (which becomes a name, so that the code
  still parses); in comments the same as in prose
* in observations and prose (request, replies, answers, words of the user): e-mail addresses, phone numbers, what stands in quotes,
  numbers, and each text that is a string literal of three characters or more in the trajectory's code

Names, operators, file structure, tags, tracebacks' line numbers and the names of exceptions stay.
"""

import json
import re
from collections.abc import Callable, Iterable

from codeact_jupyter.export.lexing import Masks, masked

_TELLS = re.compile(r"[^\W_]")
_EMAIL = r"(?P<email>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)"
_PHONE = r"(?P<phone>(?<![\w.+-])(?:\+\d{1,3}[ ./-]?(?:\(?\d{1,5}\)?[ ./-]?){2,6}\d{1,5}|\(?\d{2,5}\)?[ /-]\d{3,5}[ -]\d{3,6})(?![\w-]))"
_QUOTED = r"""(?P<quoted>(?<![\w\\])(?P<quote>\\?["'])(?P<inner>[^"'\n\\]{1,200})(?P=quote)(?!\w)|[“„«](?P<inner2>[^”“»\n]{1,200})[”“»])"""
_STAYS = (
    r"(?P<stays>\b(?:line|Cell In)[ \[]{1,2}\d+\]?|^-*> *\d+ |^ {2,}\d+ (?=\S| {4})|\b(?:TEXT|NUMBER|EMAIL|PHONE)_\d+\b|\[key hidden\])"
)
_NUMBER = r"(?P<number>(?<![\w.])\d(?:[\d_]*\d)?(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w]))"
_PROSE = re.compile("|".join([_STAYS, _EMAIL, _PHONE, _QUOTED, _NUMBER]), re.MULTILINE)
_BLOCK = re.compile(r"(<execute\b[^<>]*>)(.*?)(</execute>|\Z)|^(Action:)(.*?)(End Action|\Z)", re.DOTALL | re.IGNORECASE | re.MULTILINE)
SHORTEST = 3
"""Characters of a literal that is looked for in prose: shorter ones would tear words apart."""


class Redaction:
    """Of one trajectory: it remembers which mask stands for which value."""

    def __init__(self) -> None:
        self._masks: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._literals: re.Pattern[str] | None = None
        self._in_code = Masks(self._string, self._number, self._besides)

    def learn(self, codes: Iterable[str]) -> None:
        """The trajectory's code: its literals are masked in prose too."""
        for code in codes:
            self.code(code)
        known = sorted((value for kind, value in self._masks if kind == "TEXT" and len(value) >= SHORTEST), key=len, reverse=True)
        self._literals = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, known)) + r")(?!\w)") if known else None

    def code(self, code: str) -> str:
        return masked(code, self._in_code)

    def prose(self, text: str) -> str:
        """Words, or what code has put out."""
        return self._besides(text)

    def reply(self, text: str, form: str) -> str:
        """Words with an action in them; `form`: how actions are written in it."""
        parts, at = [], 0
        for found in _BLOCK.finditer(text):
            opening, inner, closing = found.group(1, 2, 3) if found[1] else found.group(4, 5, 6)
            write = self.code if found[1] or form in ("code", "tool") else self._call
            parts += [self.prose(text[at : found.start()]), opening, write(inner), closing]
            at = found.end()
        return "".join([*parts, self.prose(text[at:])])

    def arguments(self, arguments: str) -> str:
        """Of a native call: the code in it, and nothing else."""
        try:
            values = json.loads(arguments)
        except ValueError:
            return self.code(arguments)
        if not isinstance(values, dict):
            return self.code(arguments)
        kept = ("cell", "cell_id", "scratch", "seconds")
        return json.dumps({name: self._value(value, self.code) if name not in kept else value for name, value in values.items()})

    def _call(self, inner: str) -> str:
        """An action in JSON, or `name, argument, …`: the name stays."""
        try:
            action = json.loads(inner)
        except ValueError:
            name, comma, rest = inner.partition(",")
            return f"{name}{comma}" + ",".join(self._argument(each) for each in rest.split(",")) if comma else inner
        return json.dumps(self._value(action, self._string))

    def _argument(self, text: str) -> str:
        bare = text.strip()
        return text.replace(bare, self._number(bare) if re.fullmatch(r"-?[\d.]+", bare) else self._string(bare), 1) if bare else text

    def _value(self, value: object, string: Callable[[str], str], name: str = "") -> object:
        match value:
            case bool() | None:
                return value
            case str():
                return value if name in ("tool", "name", "do", "call", "op", "type") else string(value)
            case int() | float():
                return self._number(str(value))
            case dict():
                return {key: self._value(one, string, key) for key, one in value.items()}
            case list():
                return [self._value(one, string) for one in value]
            case _:
                return value

    def _besides(self, text: str) -> str:
        return _PROSE.sub(self._found, self._literals.sub(lambda found: self._string(found[0]), text) if self._literals else text)

    def _found(self, found: re.Match[str]) -> str:
        if found["stays"] is not None:
            return found[0]
        if found["email"] is not None:
            return self._mask("EMAIL", found["email"].lower())
        if found["phone"] is not None:
            return self._mask("PHONE", re.sub(r"[^\d+]", "", found["phone"]))
        if found["number"] is not None:
            return self._number(found["number"])
        inner = found["inner"] if found["inner"] is not None else found["inner2"]
        return found[0].replace(inner, self._string(inner), 1)

    def _string(self, value: str) -> str:
        if not _TELLS.search(value) or re.fullmatch(r"(?:TEXT|NUMBER|EMAIL|PHONE)_\d+|\[key hidden\]", value):
            return value
        if re.fullmatch(_EMAIL, value):
            return self._mask("EMAIL", value.lower())
        return self._mask("TEXT", value)

    def _number(self, value: str) -> str:
        return self._mask("NUMBER", value.replace(",", "").replace("_", ""))

    def _mask(self, kind: str, value: str) -> str:
        if (kind, value) not in self._masks:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._masks[kind, value] = f"{kind}_{self._counts[kind]}"
        return self._masks[kind, value]
