"""Which runs go on: each is held by a lock of the operating system, which is gone with the process however that ends."""

import contextlib
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote, unquote

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


MOMENT, PAUSE = 0.02, 0.002
"""Seconds: who only looks whether a run is held holds it for a moment, and must not be taken for somebody who works on it."""


class Claim:
    """A run that goes on in this process."""

    def __init__(self, path: Path, file: int):
        self._path, self._file = path, file

    def release(self) -> None:
        """It goes on no more."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.close(self._file)


def claim(folder: Path, run: str, patience: float = MOMENT) -> Claim | None:
    """Hold a run; None: somebody holds it, these seconds long.  Raises `OSError` when the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _file(folder, run)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        if not _locked(file):
            os.close(file)
            time.sleep(PAUSE)
        elif not _same(path, file):  # it was given back, and its file taken away, at this moment
            os.close(file)
        else:
            return Claim(path, file)
    return None


def held(folder: Path, run: str) -> bool:
    """Somebody holds it."""
    path = _file(folder, run)
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        if not _locked(file):
            return True
        if _same(path, file):  # left by a process that was killed
            with contextlib.suppress(OSError):
                path.unlink()
        return False
    finally:
        os.close(file)


def holds(folder: Path) -> set[str]:
    """All that somebody holds."""
    try:
        names = [unquote(file.name) for file in folder.iterdir()]
    except OSError:
        return set()
    return {name for name in names if held(folder, name)}


def _file(folder: Path, run: str) -> Path:
    """A browser makes the id: it is a name here, and leads nowhere else."""
    return folder / quote(run, safe="")


def _locked(file: int) -> bool:
    """It is ours now; also on a disk that knows no locks, where nobody can be told apart."""
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass
    return True


def _same(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except OSError:
        return False
