"""Every test has a home of its own, and no key or server of the outer environment."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.commandline import Place
from tests.scenes import Scene

# shared machines are slow at times: a promise is no race, and each run tries the same cases
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")

# of a shell that was begun in the background Ctrl-C is ignored, and so it would be in all that the tests begin
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_OURS = ("CODEACT_", "OPENAI_", "JUPYTER_", "JPY_", "IPYTHON", "XDG_")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder; what Jupyter and we keep lies below it."""
    folder = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")  # not the developer's own
    for name in ("DATA", "CONFIG", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(folder / name.lower()))
    return folder


@pytest.fixture
def place(home: Path, tmp_path: Path) -> Iterator[Place]:
    """Where the command line is tried."""
    made = Place(home, tmp_path / "work")
    yield made
    for kernel in made.kernels():  # of a test that failed
        kernel.kill()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Where a session is tried."""
    made = Scene(tmp_path)
    yield made
    await made.session.close()
    await made.desk.close()
    made.store.close()
