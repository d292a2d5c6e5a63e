"""The system's keyring, where there is a real one."""

import json
from pathlib import Path

import pytest

from codeact_jupyter.connections import Connection, Connections
from codeact_jupyter.errors import SettingError
from codeact_jupyter.keyholder import FileKeys, keyholder

keyring = pytest.importorskip("keyring")

KEY = "sk-canary-4711"


class Ring(keyring.backend.KeyringBackend):
    """A real backend, which keeps its secrets in memory, and may be locked."""

    priority = 5

    def __init__(self):
        super().__init__()
        self.secrets, self.locked = {}, False

    def get_password(self, service, username):
        self._open(username)
        return self.secrets.get((service, username))

    def set_password(self, service, username, password):
        self._open(password)
        self.secrets[service, username] = password

    def delete_password(self, service, username):
        del self.secrets[service, username]

    def _open(self, what):
        if self.locked:
            raise keyring.errors.KeyringLocked(f"locked: {what}")


@pytest.fixture
def ring():
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_a_real_keyring_has_the_key_and_no_file_does(ring, tmp_path):
    saved = Connections(tmp_path)
    saved.save(Connection("Mine", "other", "http://mine/v1", "m"), KEY)

    assert saved.keys.kind == "keyring"
    assert list(ring.secrets.values()) == [KEY]
    assert not any(KEY in path.read_text() for path in tmp_path.iterdir())
    assert Connections(tmp_path).load().connected("Mine").api_key == KEY
    saved.save(Connection("Mine", "other", "http://other/v1", "m"))
    assert ring.secrets == {}


def test_a_keyring_that_is_locked_says_what_to_do_and_not_what_it_was_given(ring, tmp_path):
    saved = Connections(tmp_path)
    ring.locked = True
    with pytest.raises(SettingError, match="keyring did not do it") as caught:
        saved.save(Connection("Mine", "other", "http://mine/v1", "m"), KEY)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert saved.load().connections == ()


def test_a_keyring_that_keeps_nothing_is_none(tmp_path):
    assert isinstance(keyholder(tmp_path), FileKeys)  # the tests' own keyring is such a one


def test_a_key_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys = FileKeys(tmp_path / "keys.json")
    keys.put("a", "1")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(SettingError, match="No space left"):
        keys.put("a", KEY)
    assert json.loads((tmp_path / "keys.json").read_text()) == {"a": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]
