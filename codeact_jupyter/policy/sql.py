"""What SQL does beside reading tables."""

import re
from collections.abc import Iterator

from codeact_jupyter.policy.paths import place
from codeact_jupyter.ports import Facts

_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = re.compile(
    r"^\s*(?:select|with|values|show|describe|desc|explain|pragma\s+\w+\s*(?:\(|$|;)|from|summarize|pivot|table|\(|$)", re.IGNORECASE
)
_CHANGES = re.compile(
    r"\b(?:insert\s+(?:or\s+\w+\s+)?into|delete\s+from|drop\s+\w+|alter\s+\w+|create\s+(?!temp)\w+|truncate\s|update\s+\S+\s+set)\b",
    re.IGNORECASE,
)
_OUT = re.compile(r"\bcopy\b.*\bto\b|\bexport\s+database\b|\battach\b|\binto\s+outfile\b|\bvacuum\s+into\b", re.IGNORECASE | re.DOTALL)
_INSTALL = re.compile(r"^\s*(?:force\s+)?install\s+\w+", re.IGNORECASE | re.MULTILINE)
_LOADS = re.compile(r"^\s*load\s+\S+|load_extension\s*\(", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"'([^']*)'|\b(?:from|join)\s+\"([^\"]+)\"", re.IGNORECASE)
_FILE = re.compile(r"[/~]|\.(?:csv|parquet|json|jsonl|ndjson|tsv|txt|db|sqlite|xlsx)\b", re.IGNORECASE)


def effects(text: str, in_memory: bool, reads_files: bool, facts: Facts) -> Iterator[str]:
    """Of one or more statements, to a database in memory, or to one that can read files by their names (duckdb)."""
    text = _COMMENTS.sub(" ", text)
    reads = all(_READS.match(part) for part in text.split(";")) and not _CHANGES.search(text)
    if _OUT.search(text) or (not reads and not in_memory):
        yield "write_files"
    if _INSTALL.search(text):
        yield "install"
    if _LOADS.search(text):
        yield "dynamic"
    if reads_files:
        for found in _QUOTED.finditer(text):
            quoted = found[1] or found[2] or ""
            match place(quoted, facts) if _FILE.search(quoted) else "inside":
                case "outside" | "secret":
                    yield "read_outside"
                case "network":
                    yield "network"
                case _:
                    pass
