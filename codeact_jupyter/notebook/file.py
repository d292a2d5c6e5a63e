"""The file mount of the command line: a notebook file, replaced as a whole or not at all."""

import asyncio
import contextlib
import errno
import hashlib
import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.storage import ChangedMeanwhile

_LEFT_OVER = 60.0
"""Seconds after which a temporary file is of a process that was killed."""


class LocalFile:
    """A `Storage` on this machine's disk.  What it does not know in the file it keeps."""

    def __init__(self, path: Path, create: bool = False, metadata: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self._create = create
        self._metadata = dict(metadata or {})
        """Of a notebook that is created: its kernelspec."""
        self._read_last: str | None = None
        self._known = False
        """It has been there: it is not made a second time."""
        self._real = path.resolve()

    async def read(self) -> tuple[dict[str, Any], str]:
        """The notebook and the file's hash; creates the file if that was asked for."""
        return await asyncio.to_thread(self._read)

    async def write(self, content: dict[str, Any]) -> str:
        """Replace the file, whole; its hash.  Raises `ChangedMeanwhile` if somebody else wrote it since it was read."""
        return await asyncio.to_thread(self._write, content)

    def _read(self) -> tuple[dict[str, Any], str]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            if self._known:
                raise NotebookError(
                    f"{self.path} is gone: it was deleted, moved or renamed meanwhile. Ask again where it is now."
                ) from None
            if not self._create:
                raise NotebookError(f"There is no notebook {self.path}.") from None
            self._read_last = None
            self._write({"cells": [], "metadata": self._metadata, "nbformat": 4, "nbformat_minor": 5})
            data = self.path.read_bytes()
        except IsADirectoryError:
            raise NotebookError(f"{self.path} is a folder, not a notebook.") from None
        except OSError as error:
            raise NotebookError(f"{self.path} cannot be read: {error.strerror}.") from error
        self._read_last = _hash(data)
        try:
            content = self._parsed(data)
        except NotebookError:
            if (before := self._half_written()) is None:
                raise
            content = self._parsed(before)
        self._known = True
        return content, self._read_last

    def _half_written(self) -> bytes | None:
        """What the file was before Jupyter, which writes it in place and keeps a copy meanwhile, was killed in the midst of that."""
        try:
            return self.path.with_name(f".~{self.path.name}").read_bytes()
        except OSError:
            return None

    def _parsed(self, data: bytes) -> dict[str, Any]:
        try:
            content = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise NotebookError(f"{self.path} is not a notebook: it is not valid JSON ({error}).") from error
        match content:
            case {"nbformat": 4, "cells": [*cells]} if all(_is_cell(cell) for cell in cells):
                if not isinstance(content.setdefault("metadata", {}), dict) or not isinstance(content.setdefault("nbformat_minor", 0), int):
                    raise NotebookError(f"{self.path} is not a notebook: its metadata are no object, or its nbformat_minor is no number.")
                return dict(content)
            case {"nbformat": int(version)} if version != 4:
                todo = "convert it with `jupyter nbconvert --to notebook`" if version < 4 else "a newer codeact-jupyter may know it"
                raise NotebookError(f"{self.path} is a notebook of format {version}, and only format 4 can be written to: {todo}.")
            case _:
                raise NotebookError(f"{self.path} is not a notebook: it has no list of cells.")

    def _write(self, content: dict[str, Any]) -> str:
        data = _dumped(content)
        try:
            target = self.path.resolve()
            if target != self._real:  # code that ran beside it may have made it a link to where it may not write itself
                raise NotebookError(f"{self.path} leads to {target} now, another place than before; it is left as it is.")
            mode = self._mode(target)
            if self._read_last is not None and _hash(target.read_bytes()) != self._read_last:
                raise ChangedMeanwhile(f"{self.path} is being changed by another program again and again; close it there.")
            _replace(target, data, mode)
        except FileNotFoundError as error:
            if self.path.parent.is_dir():
                self._read_last = None
                raise ChangedMeanwhile(f"{self.path} was deleted or renamed while it was written to.") from error
            raise NotebookError(f"{self.path} cannot be written: there is no folder {self.path.parent}.") from error
        except OSError as error:
            raise NotebookError(f"{self.path} cannot be written: {_words(error)}.") from error
        self._read_last = _hash(data)
        return self._read_last

    def _mode(self, target: Path) -> int | None:
        """The file's mode, if it is there."""
        try:
            mode = stat.S_IMODE(target.stat().st_mode)
        except FileNotFoundError:
            return None
        # replacing a file takes no right to write it: ask for that right all the same
        if not mode & 0o222 or not os.access(target, os.W_OK):
            raise NotebookError(f"{self.path} is read-only; make it writable, or work on a copy.")
        return mode


def _is_cell(cell: Any) -> bool:
    match cell:
        case {"cell_type": str(), "source": str() | list() as source} if isinstance(cell.get("metadata", {}), dict):
            return all(isinstance(line, str) for line in source) and _are_outputs(cell.get("outputs", []))
        case _:
            return False


def _are_outputs(outputs: Any) -> bool:
    """What stands in them is anybody's; that they are objects with a type is not."""
    return isinstance(outputs, list) and all(isinstance(output, dict) and isinstance(output.get("output_type"), str) for output in outputs)


def _dumped(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: JSON may hold it, but only spelt out
        return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text).encode()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    """Readers see the old file or the new one, whatever happens in between."""
    prefix = f".{target.name}.codeact-"
    for left in target.parent.iterdir():
        with contextlib.suppress(OSError):
            if left.name.startswith(prefix) and time.time() - left.stat().st_mtime > _LEFT_OVER:
                left.unlink()
    number, name = tempfile.mkstemp(prefix=prefix, dir=target.parent)
    try:
        with open(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(number, 0o666 & ~_umask() if mode is None else mode)
            os.fsync(number)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _umask() -> int:
    """Of this process; it can only be read by setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _words(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full; make room, the next step saves all of it again"
    return error.strerror or str(error)
