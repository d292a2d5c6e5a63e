"""Installs a module that an action lacked: a run like any other, whose replies are written here instead of by a model."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from codeact_jupyter.errors import SettingError
from codeact_jupyter.observation import STILL_RUNNING
from codeact_jupyter.ports import Listener, Reply

PACKAGES: Mapping[str, str] = {
    "Bio": "biopython",
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "jwt": "pyjwt",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "usb": "pyusb",
    "win32api": "pywin32",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Modules that are not named like the package that they come in."""

_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_REPLACED = re.compile(r"Found existing installation: (\S+)")
_HELD = re.compile(r"Replaced while it was imported: (.+)\.")


def package_of(module: str) -> str:
    """The package that brings a module.  Raises `SettingError` when that is no name of a module."""
    if not _MODULE.fullmatch(module):
        raise SettingError(f"{module[:80]!r} is not the name of a module.")
    top = module.partition(".")[0]
    return PACKAGES.get(top, top.replace("_", "-"))


class Installing:
    """A `ports.Model`: pip, then a look whether the module can be imported, then what came of it."""

    def __init__(self, module: str):
        self._module, self._package = module, package_of(module)
        self._did = 0

    async def aclose(self) -> None:
        """Nothing is open."""

    async def reply(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], listener: Listener) -> Reply:
        observed = str(messages[-1]["content"])
        if self._did and STILL_RUNNING in observed:
            text = 'pip still works.\n\n<wait seconds="600"/>'
        else:
            self._did += 1
            text = self._next(observed)
        listener.begin()
        listener.text(text)
        return Reply(text)

    def _next(self, observed: str) -> str:
        match self._did:
            case 1:
                return f"Installing {self._package} with pip.\n\n<execute>\n%pip install {self._package}\n</execute>"
            case 2:
                return f"Looking whether `{self._module}` can be imported now.\n\n<execute scratch>\n{self._check(observed)}\n</execute>"
            case _:
                return self._outcome(observed)

    def _check(self, installed: str) -> str:
        replaced = sorted({name.replace("-", "_").lower() for name in _REPLACED.findall(installed)})
        return "\n".join(
            [
                "import importlib, sys",
                f"held = [name for name in {replaced!r} if name in sys.modules]",
                "importlib.invalidate_caches()",
                f'importlib.import_module("{self._module}")',
                f'print("{self._module} can be imported.")',
                'print(f"Replaced while it was imported: {\', \'.join(held)}." if held else "")',
            ]
        )

    def _outcome(self, observed: str) -> str:
        if f"{self._module} can be imported." not in observed:
            return (
                f"`{self._module}` still cannot be imported; the output of pip says why. If no package is called {self._package},"
                f" find the one that brings it, and run `%pip install` with its name in a cell."
            )
        if held := _HELD.search(observed):
            return f"`{self._module}` is installed. Restart the kernel before you go on: {held[1]} was replaced while it was imported."
        return f"`{self._module}` is installed and can be imported: no restart is needed. Ask again for what lacked it."
