"""What a server says of itself without being asked for a reply: its models, how much they can be sent, and who listens on this machine.

Imported at first use, like `stream`.  Redirects are not followed, so that a key goes nowhere but to its URL.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from codeact_jupyter.connections import PRESETS, Preset
from codeact_jupyter.errors import ModelError
from codeact_jupyter.model import faults
from codeact_jupyter.model.faults import Asked
from codeact_jupyter.model.stream import reason

_SECONDS = 10.0
_LOCAL_SECONDS = 1.0
_LARGEST = 16 * 2**20
"""Bytes of an answer: the longest lists are below one million."""
_MOST = 5000
"""Models of a list."""


class NoList(ModelError):
    """The server answers, but does not list its models: some do not."""


@dataclass(frozen=True)
class Listed:
    """A model of a server's list."""

    id: str
    context_length: int | None = None
    """Tokens, where the list says so."""


@dataclass(frozen=True)
class LocalServer:
    """A server that listens on this machine."""

    kind: str
    label: str
    base_url: str
    models: tuple[str, ...]


async def models(base_url: str, key: str = "", seconds: float = _SECONDS) -> tuple[Listed, ...]:
    """The models of a server.  Raises `NoList` when it has no list, another `ModelError` when it cannot be asked."""
    asked = Asked("", faults.shown_url(base_url), bool(key))
    if not (key.isascii() and key.isprintable()):
        raise _error(faults.unusable_key())
    if not faults.usable_url(base_url):
        raise _error(faults.unusable_url(asked.url))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with asyncio.timeout(seconds), httpx2.AsyncClient(timeout=seconds, headers=headers) as client:
            status, location, content = await _json(client, "GET", f"{base_url.rstrip('/')}/models")
    except TimeoutError:
        raise ModelError(f"The server at {asked.url} said nothing for {seconds:g} s. Check that it is not stuck, and the URL.") from None
    except httpx2.HTTPError as error:
        raise _error(faults.unreachable(asked, reason(error))) from None
    if status != 200:
        raise _refusal(asked, status, location, faults.masked(_message(content), key))
    found = listed(content)
    if found is None:
        raise NoList(f"The server at {asked.url} sent no list of models. Check the URL, which often ends in /v1, or give the model's name.")
    return found


async def local_servers(presets: Iterable[Preset] = PRESETS) -> list[LocalServer]:
    """Who answers on the usual ports of this machine, within a second.  No key is sent; whether it may be trusted is not known."""
    local = [preset for preset in presets if preset.local]
    found = await asyncio.gather(*(_local(preset) for preset in local))
    return [server for server in found if server]


async def context_length(kind: str, base_url: str, model: str, found: Iterable[Listed]) -> int | None:
    """Tokens that the model can be sent, as this server runs it; None: nobody says.  Ask after its first reply, when it is loaded."""
    in_list = next((entry.context_length for entry in found if entry.id == model), None)
    root = f"{urlsplit(base_url).scheme}://{urlsplit(base_url).netloc}"
    match kind:
        case "ollama":
            return await _of_ollama(root, model) or in_list
        case "lmstudio":
            return _length_in_lmstudio(await _page("GET", f"{root}/api/v0/models"), model) or in_list
        case "llamacpp":
            match await _page("GET", f"{root}/props"):
                case {"default_generation_settings": {"n_ctx": int(length)}} if length > 0:
                    return length
    return in_list


def listed(content: object) -> tuple[Listed, ...] | None:
    """The answer to `/models`; None: it is no list of models."""
    match content:
        case {"data": list(entries)} | {"models": list(entries)} | list(entries):
            named = [entry for entry in entries[:_MOST] if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
            return tuple(Listed(entry["id"], _length(entry)) for entry in named)
        case _:
            return None


async def _local(preset: Preset) -> LocalServer | None:
    try:
        async with (
            asyncio.timeout(_LOCAL_SECONDS),
            httpx2.AsyncClient(timeout=_LOCAL_SECONDS, trust_env=False) as client,  # no proxy between us and ourselves
        ):
            status, _, content = await _json(client, "GET", f"{preset.base_url}/models")
    except (TimeoutError, httpx2.HTTPError):
        return None
    found = listed(content) if status == 200 else None
    return None if found is None else LocalServer(preset.kind, preset.label, preset.base_url, tuple(entry.id for entry in found))


async def _of_ollama(root: str, model: str) -> int | None:
    """As the loaded model runs; else as the model was made, which is more than Ollama gives it unless it is told to."""
    match await _page("GET", f"{root}/api/ps"):
        case {"models": list(running)}:
            for entry in running:
                match entry:
                    case {"name": str(name), "context_length": int(length)} if name.removesuffix(":latest") == model.removesuffix(
                        ":latest"
                    ):
                        return length
    match await _page("POST", f"{root}/api/show", {"model": model}):
        case {"model_info": dict(facts)}:
            return next((length for name, length in facts.items() if name.endswith(".context_length") and isinstance(length, int)), None)
    return None


def _length_in_lmstudio(content: object, model: str) -> int | None:
    match content:
        case {"data": list(entries)}:
            mine = next((entry for entry in entries if isinstance(entry, dict) and entry.get("id") == model), {})
            return _first_number(mine, "loaded_context_length", "max_context_length")
        case _:
            return None


def _length(entry: Mapping[str, Any]) -> int | None:
    inner = {name: entry[name] for name in ("meta", "top_provider") if isinstance(entry.get(name), dict)}
    return (
        _first_number(entry, "max_model_len", "loaded_context_length", "context_length", "context_window", "max_context_length")
        or _first_number(inner.get("meta", {}), "n_ctx", "n_ctx_train")
        or _first_number(inner.get("top_provider", {}), "context_length")
    )


def _first_number(entry: Mapping[str, Any], *names: str) -> int | None:
    return next((value for name in names if isinstance(value := entry.get(name), int) and value > 0), None)


async def _page(method: str, url: str, body: Mapping[str, Any] | None = None) -> object:
    """Something beside the protocol, for which no key is sent; None: it cannot be had."""
    try:
        async with asyncio.timeout(_LOCAL_SECONDS * 3), httpx2.AsyncClient(timeout=_LOCAL_SECONDS * 3) as client:
            status, _, content = await _json(client, method, url, body)
    except (TimeoutError, httpx2.HTTPError):
        return None
    return content if status == 200 else None


async def _json(client: httpx2.AsyncClient, method: str, url: str, body: Mapping[str, Any] | None = None) -> tuple[int, str, object]:
    """Status, the place it points to, and the content; None where that is no JSON, or too much of it."""
    async with client.stream(method, url, json=body) as response:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > _LARGEST:
                return response.status_code, "", None
        try:
            parsed = json.loads(content)
        except ValueError:  # JSON's own, or UTF-8's
            parsed = None
        return response.status_code, response.headers.get("location", ""), parsed


def _refusal(asked: Asked, status: int, location: str, said: str) -> ModelError:
    words = f"{status}: {faults.one_line(said)}" if said else str(status)
    match status:
        case 401 | 403 if asked.keyed:
            return ModelError(f"The server at {asked.url} refused the key ({words}). Check the key and the URL.")
        case 401 | 403:
            return ModelError(f"The server at {asked.url} wants a key ({words}). Give one.")
        case 404 | 405 | 501:
            return NoList(
                f"The server at {asked.url} has no list of models ({words})."
                " Check the URL, which often ends in /v1, or give the model's name."
            )
        case _ if 300 <= status < 400:
            place = faults.shown_url(location).removesuffix("/models")
            return ModelError(
                f"The server at {asked.url} sends elsewhere ({status} to {place or 'nowhere'}). Use that URL, if you trust it."
            )
        case _:
            return ModelError(f"The server at {asked.url} does not list its models ({words}). Try again later, or look at its log.")


def _message(content: object) -> str:
    match content:
        case {"error": {"message": str(message)}} | {"error": str(message)} | {"message": str(message)} | {"detail": str(message)}:
            return message
        case _:
            return ""


def _error(fault: faults.Fault) -> ModelError:
    return ModelError(f"{fault.what}. {fault.advice}")
