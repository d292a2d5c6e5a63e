"""Which system calls a sandboxed process may not make, as the program that the system runs before each of them (seccomp, in BPF).

They are those that a kernel has no use for and that could lead out: namespaces and mounts, key rings, terminals that are typed into,
sockets that no network namespace shuts in.  Of a call that is refused the process hears an error.
"""

import errno
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_EPERM, _ENOSYS, _EAFNOSUPPORT = (0x00050000 | number for number in (errno.EPERM, errno.ENOSYS, errno.EAFNOSUPPORT))
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Where the call's number, its architecture and its arguments stand."""

_NEW_NAMESPACES = 0x7E020000
"""Flags of `clone` that ask for a namespace of any kind."""
_TERMINAL_INPUT = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: put characters into a terminal as if they were typed."""
_X32 = 0x40000000
"""Numbers from here on are another way to say the same calls."""
_CLONE3 = 435
_SOCKETS = (1, 2, 10, 16)
"""Kinds of sockets that are shut in with the network: unix, both internets, netlink.  One to a virtual machine's host is not."""
_NEWER = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 443)
"""Numbered alike everywhere: io_uring, mounts by descriptor, quotas."""


@dataclass(frozen=True)
class _Machine:
    audit: int
    clone: int
    ioctl: int
    socket: int
    refused: Sequence[int]
    x32: bool = False


def _machines() -> Mapping[str, _Machine]:
    # fmt: off
    x86 = (103, 155, 161, 163, 165, 166, 167, 168, 169, 175, 176, 179, 180, 246, 248, 249, 250, 272, 298, 303, 304, 308, 313, 320, 321, 323)
    arm = (60, 89, 39, 40, 41, 42, 51, 97, 104, 105, 106, 116, 142, 217, 218, 219, 224, 225, 241, 264, 265, 268, 273, 280, 282, 294)
    # fmt: on
    intel = _Machine(0xC000003E, 56, 16, 41, x86, x32=True)
    return {"x86_64": intel, "amd64": intel, "aarch64": (eight := _Machine(0xC00000B7, 220, 29, 198, arm)), "arm64": eight}


def known(machine: str) -> bool:
    """There is a program for this processor."""
    return machine.lower() in _machines()


def program(machine: str) -> bytes:
    """What `bwrap --seccomp` reads, for a processor that is known."""
    it = _machines()[machine.lower()]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, it.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if it.x32:
        steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ENOSYS)]
    for number in (*it.refused, *_NEWER):
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    # its flags lie in memory, where they cannot be looked at: the C library then takes `clone`
    steps += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ENOSYS)]
    steps += [(_EQUAL, 0, 4, it.clone), (_LOAD, 0, 0, _FIRST), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), (_RETURN, 0, 0, _EPERM)]
    steps += [(_RETURN, 0, 0, _ALLOW)]
    steps += [(_EQUAL, 0, len(_SOCKETS) + 3, it.socket), (_LOAD, 0, 0, _FIRST)]
    steps += [(_EQUAL, len(_SOCKETS) - place, 0, kind) for place, kind in enumerate(_SOCKETS)]
    steps += [(_RETURN, 0, 0, _EAFNOSUPPORT), (_RETURN, 0, 0, _ALLOW)]
    steps += [(_EQUAL, 0, 5, it.ioctl), (_LOAD, 0, 0, _SECOND)]
    steps += [(_EQUAL, 1, 0, _TERMINAL_INPUT[0]), (_EQUAL, 0, 1, _TERMINAL_INPUT[1]), (_RETURN, 0, 0, _EPERM)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
