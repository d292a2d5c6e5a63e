"""What servers say of themselves, over real HTTP."""

import asyncio
import socket

import pytest

from codeact_jupyter.connections import Preset
from codeact_jupyter.errors import ModelError
from codeact_jupyter.model import discover
from codeact_jupyter.model.discover import Listed, NoList
from codeact_jupyter.testing import ScriptedServer

KEY = "sk-canary-4711"


def page(*entries):
    return {"/v1/models": {"object": "list", "data": list(entries)}}


def preset(server: ScriptedServer, kind: str = "vllm") -> Preset:
    return Preset(kind, kind.title(), server.url, False, "", local=True)


@pytest.mark.parametrize(
    "entry, length",
    [
        ({"id": "m"}, None),
        ({"id": "m", "max_model_len": 32768}, 32768),
        ({"id": "m", "context_length": 131072, "top_provider": {"context_length": 1000}}, 131072),
        ({"id": "m", "top_provider": {"context_length": 1000}}, 1000),
        ({"id": "m", "meta": {"n_ctx_train": 4096}}, 4096),
        ({"id": "m", "meta": {"n_ctx": 2048, "n_ctx_train": 4096}}, 2048),
        ({"id": "m", "context_window": 8192}, 8192),
        ({"id": "m", "max_model_len": "many", "context_length": -1, "meta": 3}, None),
    ],
)
async def test_the_list_of_models_comes_with_lengths_where_servers_say_them(entry, length):
    async with ScriptedServer([], pages=page(entry, {"name": "no id"}, 3)) as server:
        assert await discover.models(server.url + "/", KEY) == (Listed("m", length),)
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
        await discover.models(server.url)
        assert "authorization" not in server.seen[1].headers


async def test_who_has_no_list_is_told_apart_from_who_is_not_there():
    async with ScriptedServer([]) as server:
        with pytest.raises(NoList, match=r"has no list of models.*give the model's name"):
            await discover.models(server.url, KEY)
    async with ScriptedServer([], pages={"/v1/models": {"hello": 1}}) as server:
        with pytest.raises(NoList, match="sent no list"):
            await discover.models(server.url)
    with pytest.raises(ModelError, match=r"Nothing answers at .*connection refused") as caught:
        await discover.models(server.url)
    assert not isinstance(caught.value, NoList)


async def answering(response: bytes):
    """A server that says this to whoever comes, and what it heard."""
    heard: list[bytes] = []

    async def serve(reader, writer):
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(response)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", heard


@pytest.mark.parametrize(
    "status, key, words",
    [
        (401, KEY, r"refused the key \(401: bad key \[key\]\)"),
        (401, "", "wants a key"),
        (403, KEY, "refused the key"),
        (500, KEY, "does not list its models"),
    ],
)
async def test_refusals_are_told_in_words_without_the_key(status, key, words):
    body = b'{"error": {"message": "bad key %s"}}' % KEY.encode()
    server, url, _ = await answering(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body))
    async with server:
        with pytest.raises(ModelError, match=words) as caught:
            await discover.models(url, key)
    assert key not in str(caught.value) or not key


async def test_a_redirect_is_told_and_not_followed():
    async with ScriptedServer([], pages=page({"id": "m"})) as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other.url}/models\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        server, url, _ = await answering(moved)
        async with server:
            with pytest.raises(ModelError, match=f"sends elsewhere .307 to {other.url}."):
                await discover.models(url, KEY)
    assert other.seen == []


@pytest.mark.parametrize("response", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
async def test_what_is_no_http_is_no_crash(response):
    server, url, _ = await answering(response)
    async with server:
        with pytest.raises(ModelError, match="at http://127"):
            await discover.models(url, KEY)


async def test_a_list_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(discover, "_LARGEST", 1000)
    async with ScriptedServer([], pages=page({"id": "m" * 2000})) as server:
        with pytest.raises(NoList):
            await discover.models(server.url)


async def test_a_server_that_says_nothing_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match=r"said nothing for 0.2 s"):
            await discover.models(url, KEY, seconds=0.2)


@pytest.mark.parametrize("key", ["sk-ä", "a\nb"])
async def test_a_key_that_is_none_is_not_sent(key):
    async with ScriptedServer([], pages=page({"id": "m"})) as server:
        with pytest.raises(ModelError, match="characters that no key has"):
            await discover.models(server.url, key)
        assert server.seen == []


async def test_servers_of_this_machine_are_found_at_once_and_sent_no_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        async with ScriptedServer([], pages=page({"id": "m1"}, {"id": "m2"})) as good, ScriptedServer([]) as other:
            silent = Preset("ollama", "Ollama", f"http://127.0.0.1:{mute.getsockname()[1]}/v1", False, "", local=True)
            remote = Preset("openai", "OpenAI", good.url, True, "")
            began = asyncio.get_running_loop().time()
            found = await discover.local_servers([silent, preset(other, "lmstudio"), preset(good), remote])
            assert asyncio.get_running_loop().time() - began < 4
            assert [(server.kind, server.base_url, server.models) for server in found] == [("vllm", good.url, ("m1", "m2"))]
            assert [request.path for request in good.seen] == ["/v1/models"]
            assert "authorization" not in good.seen[0].headers


def test_only_this_machine_is_looked_at():
    local = [preset.base_url for preset in discover.PRESETS if preset.local]
    assert local == [f"http://127.0.0.1:{port}/v1" for port in (11434, 1234, 8000, 8080)]


@pytest.mark.parametrize(
    "kind, pages, length",
    [
        ("ollama", {"/api/ps": {"models": [{"name": "m:latest", "context_length": 4096}]}, "/api/show": {}}, 4096),
        ("ollama", {"/api/show": {"model_info": {"llama.context_length": 131072, "general.architecture": "llama"}}}, 131072),
        ("ollama", {"/api/ps": {"models": [{"name": "other", "context_length": 4096}]}}, 7),
        ("lmstudio", {"/api/v0/models": {"data": [{"id": "m", "max_context_length": 32768, "loaded_context_length": 4096}]}}, 4096),
        ("llamacpp", {"/props": {"default_generation_settings": {"n_ctx": 8192}}}, 8192),
        ("llamacpp", {}, 7),
        ("vllm", {}, 7),
    ],
)
async def test_the_length_is_the_one_that_the_server_runs_with(kind, pages, length):
    async with ScriptedServer([], pages=pages) as server:
        assert await discover.context_length(kind, server.url, "m", [Listed("m", 7)]) == length
        assert all("authorization" not in request.headers for request in server.seen)
