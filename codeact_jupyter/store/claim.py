"""Which runs go on: each is held by a lock of the operating system, which is gone with the process however that ends."""

import contextlib
import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


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


def claim(folder: Path, run: str) -> Claim | None:
    """Hold a run; None: somebody holds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / run
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(file)
    except OSError:
        os.close(file)
        return None
    if not _same(path, file):  # it was given back, and its file taken away, at this moment
        os.close(file)
        return claim(folder, run)
    return Claim(path, file)


def held(folder: Path, run: str) -> bool:
    """Somebody holds it."""
    try:
        file = os.open(folder / run, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(file)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _same(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except OSError:
        return False
