"""What can go wrong when a model is asked, in words for the user, and whether it pays to ask again.  Pure.

`refused` judges a status or an error object, `unreachable` a connection, `incomplete` a stream that ended.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import isfinite
from typing import Literal
from urllib.parse import urlsplit

Feature = Literal["tools", "images"]
"""What not every server takes."""

_TOO_LONG_CODES = {"context_length_exceeded", "exceed_context_size_error"}
_TOO_LONG_WORDS = (
    "context length",  # OpenAI, vLLM, LM Studio: "maximum context length is 4096 tokens"; Ollama: "input length exceeds …"
    "context size",  # llama.cpp: "exceeds the available context size"
    "context window",
    "prompt is too long",
    "prompt too long",
    "too many tokens",
    "reduce the length of the messages",
    "maximum number of tokens allowed",
    "max_new_tokens` must be",  # text-generation-inference
)
_NO_CREDIT_CODES = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_REFUSES: dict[Feature, re.Pattern[str]] = {
    # Ollama: "does not support tools"; vLLM: "requires --enable-auto-tool-choice"; llama.cpp: "tools param requires --jinja flag"
    "tools": re.compile(r"\btools?\b|tool[_-]|function[ _-]?call", re.IGNORECASE),
    # "image_url is only supported by certain models", "is not a multimodal model", "image input is not supported - hint: … mmproj"
    "images": re.compile(r"\bimages?\b|image_|multi-?modal|\bvision\b|content type|must be a string|valid string|mmproj", re.IGNORECASE),
}
_BROKEN_CALL = re.compile(r"\bpars(?:e|ing)\b", re.IGNORECASE)  # what the model wrote, not what we asked
_QUOTED = 300


@dataclass(frozen=True)
class Fault:
    """Why a try gave no reply."""

    kind: Literal["passing", "lasting", "too_long", "tools", "images"]
    """`tools`, `images`: the server does not take them."""
    what: str
    """What happened."""
    advice: str
    """What to do about it."""
    asked_wait: float | None = None
    """Seconds that the server asks to wait before the next try."""
    first_pause: float = 0.5
    """Seconds before the second try; then it doubles."""
    waited: bool = True
    """The try's time counts as waiting: not so after a silence, or when the model had begun to speak."""


@dataclass(frozen=True)
class Asked:
    """Whom a request goes to."""

    model: str
    url: str
    """As it may be shown."""
    keyed: bool
    """A key goes with it."""


@dataclass(frozen=True)
class Refusal:
    """An error as the server put it."""

    status: int | None
    """None: an error object in mid-stream."""
    codes: frozenset[str] = frozenset()
    """Its `code` and its `type`."""
    message: str = ""
    asked_wait: float | None = None


def refused(asked: Asked, refusal: Refusal, offers: frozenset[Feature] = frozenset()) -> Fault:
    """The server answered with an error: one table, from the particular to the general.  `offers`: what the request held besides text."""
    status, said = refusal.status, _said(refusal)
    if _too_long(refusal):
        advice = "Start a new conversation, ask for less at once, or choose a model with a larger window."
        return Fault("too_long", f'The request is longer than the context window of the model "{asked.model}" ({said})', advice)
    if feature := _refuses(refusal, offers):
        advice = 'Choose format "code".' if feature == "tools" else 'Set images to "off".'
        return Fault(feature, f'The model "{asked.model}" at {asked.url} takes no {feature} ({said})', advice)
    if status == 402 or refusal.codes & _NO_CREDIT_CODES:
        advice = "Check plan and billing of that account, or set another key in CODEACT_API_KEY or OPENAI_API_KEY."
        return Fault("lasting", f"The quota of the key at {asked.url} is used up ({said})", advice)
    match status:
        case 401 if asked.keyed:
            advice = (
                "Set CODEACT_API_KEY or OPENAI_API_KEY to a key that is valid there, or connect the model anew in the panel,"
                " and check the base URL."
            )
            return Fault("lasting", f"The server at {asked.url} refused the key ({said})", advice)
        case 401:
            advice = "Connect it with its key in the panel, or set CODEACT_API_KEY or OPENAI_API_KEY together with OPENAI_BASE_URL."
            return Fault("lasting", f"The server at {asked.url} wants a key ({said})", advice)
        case 403:
            advice = "Check what the key in CODEACT_API_KEY or OPENAI_API_KEY allows, or choose another model."
            return Fault("lasting", f'The server at {asked.url} does not allow this key to use the model "{asked.model}" ({said})', advice)
        case 404:
            advice = (
                "Check the model's name (--model, CODEACT_MODEL) and the base URL, which often ends in /v1 (--base-url, OPENAI_BASE_URL)."
            )
            return Fault("lasting", f'The model "{asked.model}" was not found at {asked.url} ({said})', advice)
        case 429:
            advice = "Wait a while, or choose another model or server."
            return Fault("passing", f"The server at {asked.url} is asked too often ({said})", advice, refusal.asked_wait, first_pause=2.0)
        case 408 | 409 | 425 | None:
            advice = "Try again; if it stays so, look at the server's log."
            return Fault("passing", f"The server at {asked.url} broke off ({said})", advice, refusal.asked_wait)
        case _ if status >= 500:
            advice = "Try again later; if the server is yours, look at its log."
            return Fault("passing", f"The server at {asked.url} failed ({said})", advice, refusal.asked_wait, first_pause=2.0)
        case _:
            advice = (
                f'Check that the server takes chat requests for the model "{asked.model}", and the base URL (--base-url, OPENAI_BASE_URL).'
            )
            return Fault("lasting", f"The server at {asked.url} refused the request ({said})", advice)


def unreachable(asked: Asked, reason: str) -> Fault:
    """No connection could be made."""
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        advice = "Have this machine trust the server's certificate (SSL_CERT_FILE), or check the base URL."
        return Fault("lasting", f"The certificate of {asked.url} is not trusted", advice)
    advice = "Check that the server is running, the network, and the base URL (--base-url, OPENAI_BASE_URL)."
    return Fault("passing", f"Nothing answers at {asked.url} ({reason})", advice)


def dropped(asked: Asked, spoke: bool) -> Fault:
    """The connection broke before the reply was whole."""
    when = "in the middle of a reply" if spoke else "before it began to reply"
    advice = "Check that the server is still running, and the network."
    return Fault("passing", f"The server at {asked.url} broke the connection {when}", advice)


def silent(asked: Asked, seconds: float, spoke: bool) -> Fault:
    """Nothing was said for too long."""
    when = "in the middle of a reply" if spoke else "before it began to reply"
    advice = "Check that the server is not stuck, or allow longer silences (--reply-timeout)."
    return Fault("passing", f'The model "{asked.model}" at {asked.url} said nothing for {seconds:g} s {when}', advice, waited=False)


def malformed(asked: Asked) -> Fault:
    """What came is not what the protocol allows."""
    advice = "Try again; if it stays so, the server is faulty or is no OpenAI-compatible one."
    return Fault("passing", f"The server at {asked.url} sent data that cannot be read", advice)


def incomplete(asked: Asked, content_type: str, heard: bool) -> Fault:
    """The stream ended well, without an end of the reply: cut short, or no stream of events at all."""
    if heard or "event-stream" in content_type:
        what = f"The reply from {asked.url} was cut short" if heard else f"The reply from {asked.url} was empty"
        return Fault("passing", what, "Try again; if it stays so, look at the server's log, or choose another model.")
    sent = "a web page" if "html" in content_type else content_type.partition(";")[0] or "something else"
    advice = "Check the base URL, which often ends in /v1 (--base-url, OPENAI_BASE_URL)."
    return Fault("passing", f"The server at {asked.url} sent {sent} where a reply in a stream was expected", advice)


def empty(asked: Asked, cut: bool) -> Fault:
    """The reply came to its end and holds nothing."""
    what = f'The reply of the model "{asked.model}" at {asked.url} was empty'
    if cut:
        return Fault(
            "passing",
            f"{what}: its length limit was used up before it said anything",
            "Raise the limit on the server, or choose another model.",
        )
    return Fault("passing", what, "Try again, put the request in other words, or choose another model.")


def filtered(asked: Asked) -> Fault:
    """The server's content filter ended the reply."""
    advice = "Put the request in other words, or choose another model."
    return Fault("lasting", f"The content filter of the server at {asked.url} stopped the reply", advice)


def unusable_url(url: str) -> Fault:
    """It is not a URL that a request could go to."""
    advice = "It looks like http://localhost:8000/v1: set it by --base-url or OPENAI_BASE_URL."
    return Fault("lasting", f'The base URL "{url}" cannot be used', advice)


def no_key(asked: Asked) -> Fault:
    """The server is known to want a key, and there is none."""
    advice = "Set OPENAI_API_KEY or CODEACT_API_KEY, or the base URL of a server of your own (OPENAI_BASE_URL), or use --model offline."
    return Fault("lasting", f'No key is set for the model "{asked.model}" at {asked.url}', advice)


def unusable_key() -> Fault:
    """The key could not be sent in a header."""
    return Fault("lasting", "The key holds characters that no key has", "Set CODEACT_API_KEY or OPENAI_API_KEY to the key alone.")


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of a `Retry-After`, which may be a number or a date."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(headers["retry-after-ms"]) / 1000 if "retry-after-ms" in headers else float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    return max(seconds, 0.0) if isfinite(seconds) else None


def shown_url(url: str) -> str:
    """Without what may be secret in it: user, password, query."""
    return re.sub(r"//[^/]*@", "//", re.split(r"[?#]", url)[0]).rstrip("/")


def usable_url(url: str) -> bool:
    """A request could go there."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def masked(text: str, key: str) -> str:
    """Without the key; one of three characters ("-", "x") is no secret."""
    return text.replace(key, "[key]") if len(key) > 3 else text


def one_line(text: str) -> str:
    """A server's words, fit to stand in a sentence."""
    line = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(line.split()).rstrip(".")
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"


def _said(refusal: Refusal) -> str:
    words = one_line(refusal.message)
    if refusal.status is None:
        return words or "an error, without a word"
    phrase = HTTPStatus(refusal.status).phrase if refusal.status in HTTPStatus._value2member_map_ else "no reason given"
    return f"{refusal.status}: {words or phrase}"


def _refuses(refusal: Refusal, offers: frozenset[Feature]) -> Feature | None:
    if refusal.status in (401, 402, 403, 408, 409, 413, 425, 429) or (
        (refusal.status or 500) >= 500 and _BROKEN_CALL.search(refusal.message)
    ):
        return None
    return next((name for name, words in _REFUSES.items() if name in offers and words.search(refusal.message)), None)


def _too_long(refusal: Refusal) -> bool:
    if refusal.codes & _TOO_LONG_CODES or refusal.status == 413:
        return True
    if refusal.status in (401, 402, 403, 404, 429):  # "too many tokens" per minute is no matter of length
        return False
    message = refusal.message.lower()
    return any(words in message for words in _TOO_LONG_WORDS)
