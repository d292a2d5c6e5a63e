"""What kind of disk a file is on: sqlite's WAL needs memory that all its users share, which other machines' disks do not give."""

from pathlib import Path, PureWindowsPath

MOUNTS = Path("/proc/self/mountinfo")
"""Linux's table of what is mounted where."""

SHARED = frozenset(
    {
        *("nfs", "nfs3", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "glusterfs", "gpfs", "lustre", "beegfs"),
        *("ocfs2", "gfs2", "orangefs", "pvfs2", "panfs", "coda", "vboxsf", "virtiofs"),
    }
)
"""File systems that another machine has a hand in."""


def shared(path: Path, mounts: Path = MOUNTS) -> bool:
    """Other machines may have the file open too, as with a home on the network."""
    if PureWindowsPath(path).drive.startswith("\\\\"):
        return True
    try:
        table = mounts.read_text(errors="replace")
    except OSError:  # no Linux: then sqlite is asked whether it can
        return False
    kind = kind_of(path.resolve(), table)
    return kind in SHARED or kind.startswith("fuse.")


def kind_of(path: Path, table: str) -> str:
    """Its file system, by a table of mounts; empty: not known.  Pure."""
    longest, kind = -1, ""
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and path.is_relative_to(place := _plain(fields[4])) and len(place) >= longest:  # the last one covers the others
            longest, kind = len(place), after.split(" ")[0]
    return kind


def _plain(field: str) -> str:
    """Spaces and the like are octal there."""
    for octal, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(octal, character)
    return field
