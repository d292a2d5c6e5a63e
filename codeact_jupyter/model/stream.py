"""One request to a model, by the openai SDK: this module is the package's only door to it.

Imported at first use and off the event loop, since that takes half a second.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeVar

import httpx2
import openai

from codeact_jupyter.model import faults
from codeact_jupyter.model.faults import Asked, Fault, Feature, Refusal
from codeact_jupyter.model.heard import Heard, estimated
from codeact_jupyter.ports import Listener, Reply

_CONNECT_SECONDS = 10.0
_LAST_WORDS_SECONDS = 2.0  # after the end of a reply: for the usage, which some servers never send
_OVER: Final = object()

T = TypeVar("T")


@cache
def trusted() -> ssl.SSLContext:
    """Whom this machine trusts.  Read once in a process: it takes 50 ms and 0.8 MB, and every run has a client of its own."""
    return httpx2.create_ssl_context()


class Connection:
    """A shared client for one endpoint."""

    def __init__(self, asked: Asked, base_url: str, key: str, transport: Any | None = None):
        self._asked, self._key = asked, key
        timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS)  # silences are timed below: pings defeat a read timeout
        inner = openai.DefaultAsyncHttpxClient(transport=transport, verify=trusted(), timeout=timeout)
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=key, max_retries=0, timeout=timeout, http_client=inner)

    async def aclose(self) -> None:
        """Close what is open."""
        await self._client.close()
        _let_go(self._client)

    async def ask(self, request: Mapping[str, Any], listener: Listener, silence: float) -> Reply | Fault:
        """One try.  A fault is a value, so that no exception drags along what the server said."""
        listener.begin()
        attempt = _Attempt(self._asked, self._key, silence, _offers(request))
        # `extra_body` is sent as it is; the SDK walks through its own arguments by their types: 50 ms of the loop in a long run
        plain = {**request, "messages": [], "stream": True, "extra_body": {"messages": request["messages"]}}
        stream = await attempt.step(self._client.chat.completions.create(**plain))
        if isinstance(stream, Fault):
            return stream
        async with stream:
            outcome = await attempt.listen(stream, listener)
            content_type = stream.response.headers.get("content-type", "")
        _let_go(stream)
        heard = attempt.heard
        match outcome:
            case "enough":
                return attempt.reply(request["messages"])
            case Fault() if not heard.finish:  # nothing that comes after the end of a reply can spoil it
                return replace(outcome, waited=outcome.waited and not heard.spoke)
        if fault := self._flaw(heard, content_type):
            return fault
        return attempt.reply(request["messages"])

    def _flaw(self, heard: Heard, content_type: str) -> Fault | None:
        match heard.finish:
            case "":
                return replace(faults.incomplete(self._asked, content_type, heard.spoke), waited=not heard.spoke)
            case "content_filter":
                return faults.filtered(self._asked)
            case "error":
                return faults.refused(self._asked, Refusal(None))
            case finish if not heard.text.strip() and not heard.calls:
                return replace(faults.empty(self._asked, cut=finish == "length"), waited=not heard.spoke)
            case _:
                return None


class _Attempt:
    """One try: what was heard, and how long may still be waited for more."""

    def __init__(self, asked: Asked, key: str, silence: float, offers: frozenset[Feature]):
        self._asked, self._key, self._silence, self._offers = asked, key, silence, offers
        self._deadline = asyncio.get_running_loop().time() + silence
        self.heard = Heard()
        self._called = False

    def reply(self, messages: Sequence[Mapping[str, Any]]) -> Reply:
        """What was heard, as it is of use."""
        heard, calls = self.heard, self.heard.calls
        usage = heard.usage or estimated(messages, heard.text + "".join(calls))
        return Reply(heard.text, calls, usage, cut=heard.finish == "length")

    async def listen(self, stream: openai.AsyncStream[Any], listener: Listener) -> Fault | str:
        """To the end ("over"), until the listener has "enough", or until something goes wrong."""
        chunks = aiter(stream)
        while True:
            chunk = await self.step(anext(chunks, _OVER))
            match _plain(chunk):
                case Fault() as fault:
                    return "enough" if self._called else fault
                case {"object": "error", "message": str(message)}:
                    return faults.refused(self._asked, Refusal(None, message=self._quoted(message)))
                case over if over is _OVER:
                    return "enough" if self._called else "over"
                case data:
                    begun = self.heard.called
                    text, carries = self.heard.take(data)
            if self._called and (text.strip() or self.heard.called > begun):
                return "enough"  # nothing behind a whole call is taken
            if text and not listener.text(text):
                return "enough"
            self._called = self._called or (self.heard.called > 0 and carries and not listener.call(*self.heard.first_call))
            if carries or self.heard.finish:
                self._patient()

    def _patient(self) -> None:
        """After the end of a reply, or a whole call, only the usage is waited for."""
        over = bool(self.heard.finish) or self._called
        patience = min(self._silence, _LAST_WORDS_SECONDS) if over else self._silence
        self._deadline = asyncio.get_running_loop().time() + patience

    async def step(self, step: Awaitable[T]) -> T | Fault:
        """The next thing from the server, or what went wrong with it."""
        try:
            async with asyncio.timeout_at(self._deadline):
                return await step
        except TimeoutError:
            return faults.silent(self._asked, self._silence, self.heard.spoke)
        except openai.APIStatusError as error:
            wait = faults.asked_wait(error.response.headers, datetime.now(UTC))
            return faults.refused(self._asked, self._refusal(error, error.status_code, wait), self._offers)
        except openai.APIConnectionError as error:
            return self._broken(error)
        except openai.APIError as error:  # an error object in mid-stream
            code = error.code or ""
            status = int(code) if code.isdecimal() and 400 <= int(code) < 600 else None
            return faults.refused(self._asked, self._refusal(error, status), self._offers)
        except (ValueError, openai.OpenAIError):  # the SDK lets JSON's and UTF-8's own errors through
            return faults.malformed(self._asked)

    def _refusal(self, error: openai.APIError, status: int | None, wait: float | None = None) -> Refusal:
        codes = frozenset(str(code) for code in (error.code, error.type) if code)
        return Refusal(status, codes, self._quoted(_message(error.body)), wait)

    def _broken(self, error: openai.APIConnectionError) -> Fault:
        match error.__cause__:
            case httpx2.UnsupportedProtocol() | httpx2.TooManyRedirects():
                return faults.unusable_url(self._asked.url)
            case httpx2.ConnectTimeout():
                return faults.unreachable(self._asked, f"no connection within {_CONNECT_SECONDS:g} s")
            case httpx2.ConnectError() | httpx2.ProxyError() as cause:
                return faults.unreachable(self._asked, reason(cause))
            case _:
                return faults.dropped(self._asked, self.heard.spoke)

    def _quoted(self, message: str) -> str:
        return faults.one_line(faults.masked(message, self._key))  # masked first: half a key would not be found


def _let_go(of: object) -> None:
    """The SDK's objects refer to one another: they would stay until the collector comes."""
    vars(of).clear()


def _offers(request: Mapping[str, Any]) -> frozenset[Feature]:
    """What of a request a server may not know."""
    images = any(isinstance(message["content"], list) for message in request["messages"])
    return frozenset(name for name, there in (("tools", "tools" in request), ("images", images)) if there)  # type: ignore[misc]


def _plain(chunk: object) -> object:
    return chunk.to_dict(warnings=False) if isinstance(chunk, openai.BaseModel) else chunk


def _message(body: object) -> str:
    match body:
        case {"message": str(message)} | {"error": str(message)} | {"detail": str(message)} | {"error": {"message": str(message)}}:
            return message
        case str(message) if not message.lstrip().startswith("<"):
            return message
        case _:
            return ""


def reason(error: BaseException) -> str:
    """The system's own words, which are at the bottom of the chain."""
    while deeper := error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__:
        error = deeper
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case OSError(strerror=str(words)):
            return faults.one_line(words)
        case _:
            return faults.one_line(str(error))
