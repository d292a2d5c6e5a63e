"""`jupyter codeact replay`.  Exit codes: 0 the same came out, 1 something else, or it could not be run, 2 usage."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from codeact_jupyter.cli.kept import opened
from codeact_jupyter.cli.selected import named
from codeact_jupyter.cli.settings import keys
from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.config import Settings, configured
from codeact_jupyter.events import Event, RunFinished, UserAsked
from codeact_jupyter.export.comparing import Difference, as_json, compared, ended
from codeact_jupyter.export.trajectory import EVALUATED, IMPORTED
from codeact_jupyter.formats import FORMATS, evaluated
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.replayed import Script, Witness, bounds, labelled
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.session.terms import Terms
from codeact_jupyter.sources import settle
from codeact_jupyter.store import Store

MOST_LINES = 40
"""Lines of a difference that are shown; `--json` has all."""


@dataclass(frozen=True)
class Place:
    """Where a replay works."""

    folder: Path
    kernel: str | None


def command(options: argparse.Namespace) -> int:
    """Runs the replies of a run again in an empty folder, or a copy of one."""
    if options.folder and not options.folder.is_dir():
        raise Usage(f"there is no folder {options.folder}")
    store = opened()
    try:
        run = named(store, options.run)
        events = [recorded.event for recorded in store.events(run)]
        notebook = store.recent(1, run=run)[0].path
    finally:
        store.close()
    asked = events[0]
    if not isinstance(asked, UserAsked) or not asked.model:
        raise Usage("that run installed a module: no model replied in it")
    if asked.format not in FORMATS:
        raise Usage(f"its actions are in a format that is not known here: {asked.format!r}")
    with tempfile.TemporaryDirectory(prefix="codeact-", ignore_cleanup_errors=True) as place:
        folder = Path(place).resolve() / "replay"
        if options.folder:
            shutil.copytree(options.folder, folder, symlinks=True)
        else:
            folder.mkdir()
        now = asyncio.run(_replayed(events, Place(folder, options.kernel), _settings(asked, options.timeout)))
        then = next((Path(path).parent for path in (asked.path, notebook) if Path(path).is_absolute()), Path())
        return _tell(run, events, now, compared(events, now, (_spelt(then), _spelt(folder))), options.json)


def _spelt(folder: Path) -> list[str]:
    """As a kernel writes it: whole, or from the user's home; nothing where it is no name of one folder."""
    if not folder.name:
        return []
    return [str(folder), *(f"~/{folder.relative_to(home).as_posix()}" for home in [Path.home()] if home in folder.parents)]


def _settings(asked: UserAsked, timeout: float | None) -> Settings:
    """As they were, where that is recorded; none that could ask a model, or end it sooner."""
    line: dict[str, Any] = {name: value for name, value in asked.settings.items() if name in ("timeout", "observation_chars")}
    line |= {"timeout": timeout} if timeout else {}
    settings = settle(configured(), os.environ, command_line=line)
    return replace(
        settings,
        model="recorded",
        base_url="http://recorded.invalid/v1",
        api_key="",
        approval="ask",  # each action is decided as it was then
        format=asked.format,
        images="off",
        tidy="keep",
        max_tokens=0,
        max_seconds=0.0,
        max_cost=0.0,
    )


async def _replayed(events: Sequence[Event], place: Place, settings: Settings) -> list[Event]:
    """What was recorded of it this time."""
    script = Script(events)
    steps, last_words = bounds(events)
    asked = events[0]
    assert isinstance(asked, UserAsked)
    held = asked.settings.get(EVALUATED, {})
    asked_for = EVALUATED in asked.settings or labelled(asked, script.said)
    terms = Terms(
        format=(lambda: evaluated(asked.format, tuple(held.get("tools", ())))) if asked_for else None,
        system="",
        setup=str(held.get("setup") or ""),
        check=script.check,
        model=script.model,
        context=False,
        last_words=last_words,
        circles=False,
    )
    store = Store(place.folder.parent / "store.sqlite")
    desk = LocalDesk(place.folder / "replay.ipynb", store, dict(os.environ), place.kernel)
    session = Session(desk, store, lambda _: replace(settings, max_steps=steps), Witness(script), keys)
    try:
        await desk.open()
        task = session.start(Request(uuid4().hex, asked.text, terms=terms))
        assert task, "the id is new"
        await asyncio.wait([task])
    finally:
        await session.close()
        await desk.close()
        store.close()
    if not isinstance(script.events[-1] if script.events else None, RunFinished):
        task.result()
    return script.events


def _tell(run: str, then: Sequence[Event], now: Sequence[Event], found: Sequence[Difference], as_data: bool) -> int:
    before, after, as_ended = ended(then, now)
    same = as_ended and all(each.same for each in found)
    if as_data:
        steps = [as_json(each) for each in found]
        told: Mapping[str, Any] = {"run": run, "same": same, "steps": steps, "recorded_end": before, "replayed_end": after}
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        return 0 if same else 1
    for each in found:
        sys.stdout.write(_line(each))
    if not as_ended:
        sys.stdout.write(f"end     recorded: {before}, replayed: {after}{_why(now)}\n")
    different = sum(not each.same for each in found)
    sys.stdout.write("The same came out.\n" if same else f"{different} of {len(found)} steps came out differently.\n")
    if not same:
        _hint(then)
    return 0 if same else 1


def _line(difference: Difference) -> str:
    if difference.same:
        return f"step {difference.step:<3}same ({difference.now[0]})\n"
    states = f"{difference.before[0] or 'nothing'} -> {difference.now[0] or 'nothing'}"
    shown = [f"    {line}\n" for line in difference.changed[2 : MOST_LINES + 2]]
    more = ["    …\n"] if len(difference.changed) > MOST_LINES + 2 else []
    return "".join([f"step {difference.step:<3}differs ({states})\n", *shown, *more])


def _why(now: Sequence[Event]) -> str:
    end = now[-1] if now else None
    return f" ({end.message})" if isinstance(end, RunFinished) and end.reason == "failed" else ""


def _hint(then: Sequence[Event]) -> None:
    """What the fresh kernel lacked, where the record tells it."""
    asked = then[0]
    if isinstance(asked, UserAsked) and IMPORTED in asked.settings:
        sys.stderr.write("It was recorded elsewhere: tools, data and versions that it had there are not here.\n")
    else:
        sys.stderr.write("What the kernel had from earlier runs and from your own cells is not here; --folder DIR brings data files.\n")
