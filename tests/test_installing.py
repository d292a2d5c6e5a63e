"""A module that is installed because an action lacked it: real pip, from a folder instead of an index."""

import asyncio
import zipfile
from pathlib import Path

import pytest

from codeact_jupyter.errors import SettingError
from codeact_jupyter.session.installing import package_of
from codeact_jupyter.session.session import Request
from tests.scenes import Scene


def wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", f"version = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A kernel whose pip knows one folder of packages, and installs into another."""
    wheels, site = tmp_path / "wheels", tmp_path / "site"
    wheels.mkdir()
    site.mkdir()
    wheel(wheels, "quokka_stats", "1.0")
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(wheels), "TARGET": str(site), "NO_DEPS": "1"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setenv("PYTHONPATH", str(site))
    return Scene(tmp_path)


async def install(scene: Scene, module: str) -> str:
    await scene.desk.open()
    task = scene.session.start(Request("r", "", install=module))
    assert task
    end = await asyncio.wait_for(task, 120)
    await scene.desk.close()
    assert end.reason == "answered"
    assert end.answer is not None
    return end.answer


async def test_a_missing_module_is_installed_by_a_cell_and_then_imports(scene: Scene) -> None:
    answer = await install(scene, "quokka_stats")
    assert answer.startswith("`quokka_stats` is installed and can be imported: no restart is needed.")
    assert scene.sources() == ["%pip install quokka-stats"]  # the look whether it imports was for us alone
    asked = scene.store.events("r")[0].event
    assert (asked.type, asked.text, asked.model) == ("user_asked", "Install quokka-stats", "")


async def test_no_such_package_is_said_with_what_to_do(scene: Scene) -> None:
    answer = await install(scene, "nosuchthing")
    assert "`nosuchthing` still cannot be imported" in answer
    assert "%pip install" in answer


def test_packages_go_by_their_own_names_and_nothing_but_a_module_is_taken() -> None:
    assert [package_of(module) for module in ("sklearn.linear_model", "cv2", "my_tools")] == [
        "scikit-learn",
        "opencv-python-headless",
        "my-tools",
    ]
    for module in ("os; rm -rf ~", "--index-url http://evil", "a b", "", "../x", "x\n!ls"):
        with pytest.raises(SettingError):
            package_of(module)
