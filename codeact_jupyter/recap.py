"""What holds and what was done, in words: for `%codeact config` and `%codeact history`, and step by step.  Pure."""

import re
from collections.abc import Sequence

from codeact_jupyter.config import Settings
from codeact_jupyter.events import Event, ModelReplied, Observed, RunFinished, UserAsked

MOST_RUNS = 20
REQUEST_CHARS = 100

_ACTION = re.compile(r"<(?:execute|wait|interrupt|solution)\b|```|\**\bAction\**:(?=[\s\S]*\bEnd Action\b)", re.IGNORECASE)
_ALOUD = re.compile(r"<(thought|thinking|think)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(r"\A\**Thought\**:\**\s*")


def spent(seconds: float, tokens: int) -> str:
    """What a run took: `12 s · 4,210 tokens`."""
    took = f"{seconds:.0f} s" if seconds < 60 else f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
    return f"{took} · {tokens:,} tokens" if tokens else took


def tokens_of(event: Event) -> int:
    """Tokens that an event tells of."""
    return event.usage.prompt + event.usage.completion if isinstance(event, ModelReplied) else 0


def config_told(settings: Settings) -> str:
    """The settings that hold, a line each; of the key only whether there is one."""
    rows = {
        "model": settings.named if not settings.offline else "offline (built in: simple questions about tables)",
        "base_url": settings.base_url or ("-" if settings.offline else "OpenAI's"),
        "key": "set" if settings.api_key else "none",
        "sent to": {"built-in": "nobody", "local": "this machine", "remote": "the server above"}[settings.where],
        "max_steps": str(settings.max_steps),
        "timeout": f"{settings.timeout:g} s",
        "approval": settings.approval,
        **{name: f"{value:g}" for name in ("max_tokens", "max_seconds", "max_cost") if (value := getattr(settings, name))},
    }
    told = "\n".join(f"{name:<10} {value}" for name, value in rows.items())
    return f"{told}\n\n{settings.problem}".rstrip()


def history_told(runs: Sequence[Sequence[Event]]) -> str:
    """Runs of a conversation, oldest first, a line each."""
    lines = [_line(number, run) for number, run in enumerate(runs, 1) if run]
    if not lines:
        return "No runs yet."
    left = len(lines) - MOST_RUNS
    return "\n".join([f"… {left} earlier"] * (left > 0) + lines[-MOST_RUNS:])


def prose(reply: str) -> str:
    """What a reply says before its action."""
    return _LABEL.sub("", _ACTION.split(_ALOUD.sub("", reply), maxsplit=1)[0].strip())


def _line(number: int, run: Sequence[Event]) -> str:
    request = next((" ".join(event.text.split()) for event in run if isinstance(event, UserAsked)), "")
    steps = sum(isinstance(event, ModelReplied) for event in run)
    failed = sum(isinstance(event, Observed) and event.status == "error" for event in run)
    end = run[-1].reason if isinstance(run[-1], RunFinished) else "interrupted"
    told = [end, "1 step" if steps == 1 else f"{steps} steps", *([f"{failed} failed"] if failed else [])]
    if tokens := sum(map(tokens_of, run)):
        told.append(f"{tokens:,} tokens")
    short = request if len(request) <= REQUEST_CHARS else f"{request[: REQUEST_CHARS - 2]} …"
    return f"{number:>3}. {short}  ({' · '.join(told)})"
