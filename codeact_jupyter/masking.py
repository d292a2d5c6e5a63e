"""Keys in use are told to nobody: not to the model, the record, an export or an error.  Pure."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "[key hidden]"


class Veil:
    """Over these keys, as they are and as programs write them: quoted in JSON or Python, in a URL, in base64."""

    def __init__(self, keys: Iterable[str]):
        forms = {form for key in keys if _is_key(key.strip()) for form in _forms(key.strip())}
        self._forms = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Without them, in whatever they stand."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def value(self, value: Any) -> Any:
        """All texts in it, names of fields included: of JSON, or what becomes it."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.value(name): self.value(one) for name, one in value.items()}
            case list() | tuple():
                return type(value)(self.value(one) for one in value)
            case _:
                return value

    def begun(self, text: str) -> int:
        """How many characters at its end may be the beginning of a key: what follows will say."""
        longest = max((len(form) for form in self._forms), default=0) - 1
        ends = (text[-length:] for length in range(min(longest, len(text)), 0, -1))
        return next((len(end) for end in ends if any(form.startswith(end) for form in self._forms)), 0)


def _is_key(key: str) -> bool:
    """Not what is given to servers that want none ("ollama", "not-needed"): to hide that would tear words apart."""
    mixed = any(c.isdigit() for c in key) and any(c.isalpha() for c in key)
    return len(key) >= 16 or (len(key) >= 8 and mixed)


def _forms(key: str) -> set[str]:
    coded = {form for coding in (base64.b64encode, base64.urlsafe_b64encode) for form in _in_base64(key.encode(), coding)}
    quoted = {json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1], repr(key)[1:-1]}
    return {key, quote(key, safe=""), quote(key), quote_plus(key)} | coded | quoted


def _in_base64(octets: bytes, coding: Callable[[bytes], bytes]) -> Iterator[str]:
    """By itself, and what is certain of it amid other text ("user:key" of a header): three octets become four characters."""
    yield coding(octets).decode().rstrip("=")
    for before, unsure in enumerate((0, 2, 3)):
        yield coding(bytes(before) + octets).decode()[unsure : (before + len(octets)) * 8 // 6]
