"""Saved connections, and where their keys are."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codeact_jupyter.connections import PRESETS, Connection, Connections, checked, kind_of, named
from codeact_jupyter.errors import SettingError

KEY = "sk-canary-4711"
MINE = Connection(
    "Mine", "other", "http://mine/v1", "m", format="tool", images=True, context_length=8192, tested="2026-01-01T00:00:00+00:00"
)


@pytest.fixture
def saved(tmp_path):
    return Connections(tmp_path / "codeact")


def files(tmp_path: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (tmp_path / "codeact").iterdir()}


def test_what_was_saved_comes_back_and_is_the_default(saved, tmp_path):
    saved.save(Connection("First", "ollama", "http://127.0.0.1:11434/v1", "llama"))
    made = saved.save(MINE, KEY)

    book = Connections(tmp_path / "codeact").load()
    assert made.has_key
    assert [connection.name for connection in book.connections] == ["First", "Mine"]
    assert book.find("Mine") == made
    assert book.default == "Mine"
    assert book.default_connected == book.connected("Mine")
    assert (book.connected("Mine").api_key, book.connected("Mine", "m2").model) == (KEY, "m2")
    assert book.connected("First").api_key == ""


def test_the_key_is_in_the_keys_file_and_nowhere_else(saved, tmp_path):
    made = saved.save(MINE, KEY)

    assert [name for name, content in files(tmp_path).items() if KEY in content] == ["keys.json"]
    assert KEY not in repr(made) + repr(saved.book) + repr(saved.book.connected("Mine")) + str(saved.book)


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_only_the_owner_can_read_what_is_saved(saved, tmp_path):
    old = os.umask(0)
    try:
        saved.save(MINE, KEY)
    finally:
        os.umask(old)
    for name in ("connections.json", "keys.json"):
        assert (tmp_path / "codeact" / name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "codeact").stat().st_mode & 0o777 == 0o700


def test_a_key_that_is_not_given_again_stays_unless_the_url_changes(saved, tmp_path):
    saved.save(MINE, KEY)
    assert saved.save(checked(Connection("Mine", "other", "http://MINE/v1/ ", "m2"))).has_key
    assert saved.book.connected("Mine").api_key == KEY

    assert not saved.save(Connection("Mine", "other", "http://elsewhere/v1", "m")).has_key
    assert saved.book.connected("Mine").api_key == ""
    assert KEY not in str(files(tmp_path))


def test_a_key_is_removed_by_an_empty_one_and_with_its_connection(saved, tmp_path):
    saved.save(MINE, KEY)
    assert not saved.save(MINE, "").has_key
    assert KEY not in str(files(tmp_path))
    saved.save(MINE, KEY)
    saved.remove("Mine")
    assert KEY not in str(files(tmp_path))
    assert saved.book.connections == ()
    assert saved.book.default_connected is None
    with pytest.raises(SettingError, match="no connection 'Mine'"):
        saved.remove("Mine")


def test_a_url_that_was_changed_by_hand_gets_no_key(saved, tmp_path):
    saved.save(MINE, KEY)
    path = tmp_path / "codeact" / "connections.json"
    path.write_text(path.read_text().replace("http://mine/v1", "http://evil/v1"))

    book = saved.load()

    assert book.connected("Mine").base_url == "http://evil/v1"
    assert book.connected("Mine").api_key == ""
    assert not book.find("Mine").has_key


def test_entries_that_make_no_sense_are_left_out(saved, tmp_path):
    saved.save(MINE)
    path = tmp_path / "codeact" / "connections.json"
    good = json.loads(path.read_text())["connections"][0]
    odd = [
        1,
        {},
        good | {"base_url": "file:///etc"},
        good | {"kind": "x"},
        good | {"name": 3},
        good | {"format": "x", "context_length": "x"},
    ]
    path.write_text(json.dumps({"connections": odd, "default": "nobody", "more": 1}))

    (left,) = saved.load().connections

    assert (left.format, left.context_length) == ("code", None)
    assert saved.book.default_connected is None


@pytest.mark.parametrize("content", ["{", "[]", "\xff"])
def test_a_file_that_cannot_be_read_is_named_and_not_overwritten(saved, tmp_path, content):
    (tmp_path / "codeact").mkdir()
    path = tmp_path / "codeact" / "connections.json"
    path.write_bytes(content.encode("latin-1"))
    for call in (saved.load, lambda: saved.save(MINE, KEY), lambda: saved.remove("Mine")):
        with pytest.raises(SettingError, match=r"connections.json cannot be read"):
            call()
    assert path.read_bytes() == content.encode("latin-1")


def test_a_folder_that_cannot_be_made_is_said_without_the_key(tmp_path):
    (tmp_path / "codeact").write_text("a file")
    with pytest.raises(SettingError, match="cannot be") as caught:
        Connections(tmp_path / "codeact").save(MINE, KEY)
    assert KEY not in str(caught.value)


def test_many_at_once_lose_nothing(saved):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: saved.save(Connection(f"C{number}", "other", f"http://h{number}/v1"), f"sk-{number}"), range(24)))
    assert {it.name for it in saved.load().connections} == {f"C{number}" for number in range(24)}
    assert all(saved.book.connected(f"C{number}").api_key == f"sk-{number}" for number in range(24))


@pytest.mark.parametrize(
    "wrong",
    ["", "ftp://x", "file:///etc/passwd", "http://", "http://x:0/v1", "http://a b/v1", "http://me:pw@x/v1", "http://x/v1?key=1", "x"],
)
def test_a_url_that_cannot_be_used_is_refused_in_words(wrong):
    with pytest.raises(SettingError, match="URL"):
        checked(Connection("n", "other", wrong))


@pytest.mark.parametrize(
    "wrong", [Connection("", "other", "http://x"), Connection("n" * 81, "other", "http://x"), Connection("n\n", "odd", "http://x")]
)
def test_names_and_kinds_are_checked(wrong):
    with pytest.raises(SettingError, match=r"name|kind"):
        checked(wrong)


def test_a_connection_that_is_given_no_name_gets_one(saved):
    assert named(saved.book, "openai", "https://api.openai.com/v1") == "OpenAI"
    saved.save(Connection("OpenAI", "openai", "https://api.openai.com/v1"))
    assert named(saved.book, "openai", "https://api.openai.com/v1/") == "OpenAI"
    assert named(saved.book, "openai", "https://proxy/v1") == "OpenAI 2"
    assert named(saved.book, "other", "https://proxy/v1") == "proxy"


def test_presets_are_usable_and_known_by_their_url():
    assert [preset.kind for preset in PRESETS] == ["openai", "openrouter", "ollama", "lmstudio", "vllm", "llamacpp", "other"]
    for preset in PRESETS[:-1]:
        assert checked(Connection("n", preset.kind, preset.base_url))
        assert kind_of(preset.base_url + "/") == preset.kind
    assert kind_of("http://x/v1") == "other"
