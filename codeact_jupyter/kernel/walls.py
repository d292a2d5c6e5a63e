"""What a sandboxed kernel sees of the machine: the system to read, the notebook's folder, and nothing that holds keys.

From places on disk to the options of bubblewrap; what is named later lies over what is named before.
"""

import os
import site
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_config_path, jupyter_data_dir, jupyter_runtime_dir

if sys.platform != "win32":
    import pwd

HOME = "/tmp/home"
"""Of the sandboxed kernel: in memory, empty at first, gone at its end."""

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
_OF_ETC = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "alternatives", "fonts", "mime.types"),
    *("ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "ca-certificates"),
)
_OF_A_PREFIX = ("bin", "lib", "lib64", "libexec", "share", "include", "ssl", "etc/fonts", "pyvenv.cfg")
"""Of an environment of Python's: not its other settings, which may hold keys."""
_KEYS = (
    *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", ".netrc", ".pgpass", ".pypirc", ".npmrc", ".config"),
    *(".git-credentials", ".jupyter", ".ipython", ".mozilla", ".thunderbird", ".local/share/keyrings", ".huggingface", ".cache"),
)
"""Below a home folder."""
_CLOSED = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/run/user", "/sbin", "/sys", "/usr")
_SHARED = ("/", "/home", "/media", "/mnt", "/opt", "/run", "/srv", "/tmp", "/var", "/var/tmp")
"""Folders of everybody's: those below them may be a notebook's."""
_TRAPS = (".git", ".hg", ".svn", ".vscode", ".idea", ".envrc", ".pre-commit-config.yaml")
"""What other programs run, or are steered by, as soon as somebody works in the folder: to be read only."""
_KEPT = (
    *("PATH", "LANG", "LANGUAGE", "TZ", "TERM", "MPLBACKEND", "JPY_SESSION_NAME", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"),
    *("PYTHONHASHSEED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_MAX_THREADS", "POLARS_MAX_THREADS"),
)
_MARK = "CODEACT_SERVER"
"""By which a magic finds the server that started its kernel: see `inkernel.by_server`."""


@dataclass(frozen=True)
class Inside:
    """What one kernel has of the machine."""

    folder: Path
    """The notebook's, without links: the only one that can be written."""
    sockets: Path | None = None
    """Where the kernel and its clients meet."""
    connection: Path | None = None
    """The kernel's connection file."""
    readable: tuple[Path, ...] = ()
    scratch: int = 1 << 30
    """Bytes that `/tmp` and `/dev/shm` each may take, of memory."""


def refusal_of(folder: Path) -> str:
    """Why there can be no sandbox around this folder, without links, and what to do; empty: there can."""
    elsewhere = "Move the notebook to a folder of its own."
    for home in _homes():
        if home.is_relative_to(folder):
            what = "is the home folder" if home == folder else f"has the home folder {home} in it"
            return f"The notebook's folder {folder} {what}, which a sandboxed kernel is not to see. {elsewhere}"
    if str(folder) in _SHARED or _below(folder, map(Path, _CLOSED)):
        return f"The notebook's folder {folder} is one of the system's, which a sandboxed kernel is not to write. {elsewhere}"
    if place := _below(folder, _hidden()):
        return f"The notebook's folder {folder} lies in {place}, where keys and settings are kept. {elsewhere}"
    if place := _below(folder, _parts_of_python()):
        return f"The notebook's folder {folder} lies in {place}, from which Python itself is run. {elsewhere}"
    return ""


def options(inside: Inside) -> list[str]:
    """The mounts, as bubblewrap's options."""
    told = ["--proc", "/proc", "--dev", "/dev"]
    for scratch in ("/dev/shm", "/tmp"):
        told += ["--size", str(inside.scratch), "--perms", "1777", "--tmpfs", scratch]
    told += ["--dir", HOME]
    seen = [*map(Path, _SYSTEM), *(Path("/etc") / name for name in _OF_ETC)]
    for place in _parts_of_python():
        if not _below(place, seen):
            seen.append(place)
    seen += inside.readable
    for place in seen:
        told += ["--ro-bind-try", str(place), str(place)]
    told += ["--bind", str(inside.folder), str(inside.folder)]
    within = [prefix for prefix in _prefixes() if _below(prefix, [inside.folder])]
    for place in (*within, *(inside.folder / name for name in _TRAPS)):
        told += ["--ro-bind-try", str(place), str(place)] if not place.is_symlink() else []
    told += _covered([*seen, inside.folder])
    if inside.connection:
        told += ["--ro-bind", str(inside.connection), str(inside.connection)]
    if inside.sockets:
        told += ["--bind", str(inside.sockets), str(inside.sockets)]
    for place in (Path("/proc"), Path("/dev"), Path("/")):  # to root, even without its rights, the system's switches in /proc are open
        told += ["--remount-ro", str(place)]
    return [*told, "--chdir", str(inside.folder)]


def environment(outer: Mapping[str, str], of_spec: Iterable[str]) -> dict[str, str]:
    """Of the kernel: what says how to work, and what its kernelspec sets; nothing else, for it may be a key."""
    spec = set(of_spec)
    kept = {name: value for name, value in outer.items() if name in _KEPT or name.startswith("LC_") or name in spec}
    if outer.get(_MARK) == str(os.getpid()):
        kept[_MARK] = "1"
    kept["PATH"] = f"{Path(sys.prefix) / 'bin'}:{kept.get('PATH', os.defpath)}"
    if site.ENABLE_USER_SITE:
        kept["PYTHONUSERBASE"] = site.getuserbase()
    places = {"HOME": HOME, "IPYTHONDIR": f"{HOME}/.ipython", "TMPDIR": "/tmp", "USER": "sandbox", "LOGNAME": "sandbox"}
    return {**kept, **places, "JPY_PARENT_PID": "1"}  # its parent is the sandbox's first process, which it need not watch


def _covered(seen: Sequence[Path]) -> list[str]:
    """What lies in sight and must not be seen."""
    told: list[str] = []
    for place in _hidden():
        if _below(place, seen) and place.exists():
            told += ["--perms", "0700", "--tmpfs", str(place)] if place.is_dir() else ["--ro-bind", "/dev/null", str(place)]
    return told


def _hidden() -> list[Path]:
    """Keys, settings that may hold some, other kernels' connection files, our own store; without links."""
    ours = [jupyter_data_dir(), jupyter_runtime_dir(), *jupyter_config_path(), "/usr/local/etc/jupyter", "/usr/etc/jupyter"]
    below = [home / name for home in _homes() for name in _KEYS]
    return [place.resolve() for place in (*map(Path, ours), *below)]


def _homes() -> list[Path]:
    """Of this user: the environment may name another one than the system."""
    named = [os.environ.get("HOME", "")]
    if sys.platform != "win32":
        with suppress(KeyError):  # a user without a name, as in containers
            named.append(pwd.getpwuid(os.getuid()).pw_dir)
    return [Path(name).resolve() for name in named if name not in ("", "/", "/nonexistent")]


def _prefixes() -> list[Path]:
    """As they are named and, should that lead over links, as they are."""
    named = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
    return sorted(named | {prefix.resolve() for prefix in named})


def _parts_of_python() -> list[Path]:
    parts = [prefix / name for prefix in _prefixes() for name in _OF_A_PREFIX]
    if site.ENABLE_USER_SITE:
        parts.append(Path(site.getusersitepackages()))
    return sorted(parts)


def _below(place: Path, folders: Iterable[Path]) -> Path | None:
    """The one of these that it is, or lies in."""
    return next((folder for folder in folders if place.is_relative_to(folder)), None)
