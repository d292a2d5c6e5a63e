"""Thrift's compact protocol, read into plain values: fields by number, lists, numbers, bytes.  Hostile bytes end in `Malformed`."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DEPTH = 12
_VALUES = 150_000
"""Values that are read in all: they take much more memory than their bytes, and some microseconds each."""


class Malformed(Exception):
    """These bytes are no such message, or more of one than is read."""


@dataclass
class Compact:
    """A place in a message."""

    data: bytes
    at: int = 0
    values: int = 0

    def fields(self, depth: int = 0) -> Iterator[tuple[int, Any]]:
        """Numbers and values of a struct, as they come: what was read before bytes that are not understood stays known."""
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._zigzag()
            yield number, kind == 1 if kind in (1, 2) else self._value(kind, depth + 1)

    def _value(self, kind: int, depth: int) -> Any:
        self.values += 1
        if depth > _DEPTH or self.values > _VALUES:
            raise Malformed
        match kind:
            case 1 | 2:  # in a list a truth takes a byte of its own
                return self._byte() == 1
            case 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._zigzag()
            case 7:
                return struct.unpack("<d", self._take(8))[0]
            case 8:
                return self._take(self._varint())
            case 9 | 10:
                return self._list(depth)
            case 12:
                return dict(self.fields(depth))
            case _:  # maps and what is not defined: nothing that we read has them
                raise Malformed

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        if count > len(self.data) - self.at:  # each takes a byte at least
            raise Malformed
        return [self._value(head & 15, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise Malformed
        self.at += count
        return self.data[self.at - count : self.at]

    def _varint(self) -> int:
        result = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            result |= (byte & 127) << shift
            if byte < 128:
                return result
        raise Malformed

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
