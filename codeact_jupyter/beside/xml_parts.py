"""Parts of a zipped XML document as events, within bounds: no tree is built, nothing declared is expanded."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import IO, BinaryIO, Literal
from xml.parsers import expat

from codeact_jupyter.beside.bounded import NotLookedInto, Patience

DIRECTORY = 1_000_000
"""Bytes of a zip's list of contents that are read."""
_CHUNK = 65_536
_DAMAGED = "damaged, or not what its name says"

Event = tuple[Literal["start", "end", "text"], str, Mapping[str, str]]
"""What, tag or text, attributes; namespaces are taken off."""


_NONE: Mapping[str, str] = MappingProxyType({})


class _Scant:
    """A file of which no more than a bounded piece is given at once: a zip says itself how long its list of contents is."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, most: int = -1) -> bytes:
        data = self._stream.read(DIRECTORY + 1 if most < 0 else min(most, DIRECTORY + 1))
        if len(data) > DIRECTORY:
            raise NotLookedInto("its list of contents is too long")
        return data


class Parts:
    """The parts of an open zip file."""

    def __init__(self, stream: BinaryIO, patience: Patience):
        self._patience = patience
        try:
            self._zip = zipfile.ZipFile(_Scant(stream))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, IndexError) as error:
            raise NotLookedInto(_DAMAGED) from error

    def size(self, name: str) -> int:
        """Bytes of a part, as the zip says; 0: there is none."""
        return self._zip.NameToInfo[name].file_size if name in self._zip.NameToInfo else 0

    def events(self, name: str, most: int) -> Iterator[Event]:
        """Of a part's first `most` bytes; none if there is no such part.  Raises `NotLookedInto`."""
        info = self._zip.NameToInfo.get(name)
        if info is None:
            return
        if info.flag_bits & 1:
            raise NotLookedInto("encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # the others are unpacked without a bound
            raise NotLookedInto(_DAMAGED)
        try:
            with self._zip.open(info) as part:
                yield from self._parsed(part, most)
        except (zipfile.BadZipFile, zlib.error, expat.ExpatError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
            raise NotLookedInto(_DAMAGED) from error

    def _parsed(self, part: IO[bytes], most: int) -> Iterator[Event]:
        events: list[Event] = []
        local = lru_cache(1000)(_local)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refused
        parser.StartElementHandler = lambda tag, given: events.append(("start", local(tag), {local(key): given[key] for key in given}))
        parser.EndElementHandler = lambda tag: events.append(("end", local(tag), _NONE))
        parser.CharacterDataHandler = lambda text: events.append(("text", text, _NONE))
        while most > 0 and (chunk := part.read(min(_CHUNK, most))):
            self._patience.check()
            most -= len(chunk)
            parser.Parse(chunk)
            yield from events
            events.clear()


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refused(*_: object) -> None:
    """Entities are declared here, and such files have no use for them."""
    raise NotLookedInto(_DAMAGED)
