"""Every test has a home of its own, and no key or server of the outer environment."""

import os
from pathlib import Path

import pytest

_OURS = ("CODEACT_", "OPENAI_", "JUPYTER_", "JPY_", "IPYTHON", "XDG_")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder; what Jupyter and we keep lies below it."""
    folder = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    for name in ("DATA", "CONFIG", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(folder / name.lower()))
    return folder
