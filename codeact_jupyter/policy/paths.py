"""Where a path leads: below the notebook's root, out of it, to a secret, or over the network.  By its letters alone, no disk is asked."""

import posixpath
import re
from functools import lru_cache
from typing import Literal

from codeact_jupyter.policy.made import HOLE
from codeact_jupyter.ports import Facts

Place = Literal["inside", "outside", "secret", "network", "unknown"]

_URL = re.compile(
    r"^\s*(?:https?|ftps?|s3a?|gs|gcs|az|abfss?|adl|wasbs?|hdfs|sftp|ssh|webdav|hf|github|oss|r2|rtsp|rtmp|gdrive|dropbox"
    r"|(?:postgres(?:ql)?|mysql|mariadb|mssql|oracle|snowflake|redshift|bigquery|clickhouse|mongodb|redis|trino|presto)(?:\+\w+)?|\0[^/]*)://",
    re.IGNORECASE,
)
_LOCAL_URL = re.compile(r"^(?:file:(?://[^/]*)?|[a-z+]+:///|simplecache::|zip://)", re.IGNORECASE)
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]|^\\\\")
_SECRET = re.compile(
    r"(?:^|[/\\])(?:\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.azure|\.netrc|\.pgpass|\.env(?:\.\w+)?|\.git-credentials|\.npmrc|\.pypirc|\.config"
    r"|\.bash_history|\.zsh_history|\.ipython|\.jupyter|\.kaggle|\.huggingface|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.\w+)?|secrets?\.\w+"
    r"|shadow|gshadow|\w*\.pem|\w+\.kdbx?)(?:$|[/\\])"
)
_SYSTEM = re.compile(r"(?:^|\0)/(?:etc|proc|root|sys|var/run/secrets|run/secrets|boot)(?:/|$)")


def place(text: str, facts: Facts) -> Place:
    """Of a path as the code has it, with holes where it is unknown."""
    return _place(text, facts.folder, facts.root or facts.folder)


@lru_cache(maxsize=1024)  # one text may stand for a name in many places
def _place(text: str, folder: str, root: str) -> Place:
    if _URL.match(text):
        return "network"
    path = _LOCAL_URL.sub(lambda found: "/" if found[0].endswith("///") else "", text).strip()
    if path in ("", HOLE, "/dev/null", "/dev/stdin"):
        return "unknown"
    if _SECRET.search(path) or _SYSTEM.search(path):
        return "secret"
    if path.startswith(HOLE):
        return "unknown"
    return "inside" if _below(path, folder, root) else "outside"


def _below(path: str, folder: str, root: str) -> bool:
    windows = bool(_DRIVE.match(folder))
    root, folder = _plain(root), _plain(folder)
    if path.startswith("~") or (_DRIVE.match(path) and not windows):
        return False
    path = path.replace("\\", "/") if windows else path
    whole = _plain(path if _DRIVE.match(path) else posixpath.join(folder or "/\0", path))
    within = root or "/\0"  # without a folder what stays below the unknown one is in it
    return whole == within or whole.startswith(within.rstrip("/") + "/")


def _plain(path: str) -> str:
    if not path:
        return ""
    if _DRIVE.match(path):
        path = path.replace("\\", "/").lower()
    return posixpath.normpath(path)
