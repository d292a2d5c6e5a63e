"""The tables of settings, options and keys in the docs are those of the code; our keys are nobody else's."""

import argparse
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from jupyter_core.paths import jupyter_path

from codeact_jupyter.cli.options import parser
from codeact_jupyter.config import CodeAct

HERE = Path(__file__).parent.parent
SCHEMA = json.loads((HERE / "schema" / "plugin.json").read_text())
ROWS = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<cells>.+) \|$", re.MULTILINE)


def rows(page: str) -> dict[str, list[str]]:
    """The lines of a page's tables that begin with a name, by it."""
    text = (HERE / "docs" / page).read_text()
    return {match["name"]: [cell.strip() for cell in match["cells"].split("|")] for match in ROWS.finditer(text)}


def test_each_setting_is_in_the_docs_with_its_default_and_where_it_can_be_set():
    told = rows("settings.md")
    options = {option.replace("-", "_").lstrip("_") for option in options_of("run")}
    for name, trait in CodeAct.class_own_traits(config=True).items():
        _, default, panel, line = told.pop(name)
        shown = {"": "", "none": "[]", "OpenAI": ""}.get(default, default.strip("`"))
        assert str(trait.default()).removesuffix(".0") == shown, name
        assert (panel == "✓") == (name in SCHEMA["properties"]), name
        assert bool(line) == (name in options), name
    assert not told


def test_the_settings_page_begins_with_the_defaults_of_the_server():
    traits = CodeAct.class_own_traits()
    for name, entry in SCHEMA["properties"].items():
        says_nothing = entry["default"] == "" and {"const": "", "title": "As the server is configured"} in entry.get("oneOf", ())
        assert entry["default"] == traits[name].default() or says_nothing, name


def options_of(command: str) -> set[str]:
    (commands,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return {option for action in commands.choices[command]._actions for option in action.option_strings} - {"-h", "--help"}


def test_each_option_is_in_the_docs():
    told = {name.split()[0] for name in rows("command-line.md")}
    assert {name for name in told if name.startswith("--")} == options_of("run") == options_of("resume") - {"--replay"}
    text = (HERE / "docs" / "command-line.md").read_text()
    assert "[--replay]" in text
    for command in ("runs", "demo", "doctor"):
        assert all(f"[{option}" in text for option in options_of(command))


def test_each_key_is_in_the_docs():
    text = (HERE / "docs" / "keyboard.md").read_text()
    for shortcut in SCHEMA["jupyter.lab.shortcuts"]:
        assert re.search(rf"\| `{shortcut['command']}` \| {shortcut['keys'][0]} \|", text), shortcut
    tokens = (HERE / "src" / "tokens.ts").read_text()
    internal = {"codeact:show-run", "codeact:install-module"}
    assert set(re.findall(r"'(codeact:[a-z-]+)'", tokens)) - internal == set(re.findall(r"`(codeact:[a-z-]+)`", text))


def shortcuts() -> Iterator[tuple[str, frozenset[str]]]:
    """Each key of JupyterLab, Notebook, and their extensions that are installed, with the command that it calls."""
    for folder, place in product(jupyter_path(), ("lab/schemas/**/*.json", "labextensions/*/*/schemas/**/*.json")):
        for file in Path(folder).glob(place):
            for shortcut in json.loads(file.read_text()).get("jupyter.lab.shortcuts", []):
                for name in ("keys", "macKeys", "linuxKeys", "winKeys"):
                    for keys in shortcut.get(name, [])[:1]:
                        yield shortcut["command"], pressed(keys)


def pressed(keys: str) -> frozenset[str]:
    return frozenset("Accel" if key in {"Ctrl", "Cmd"} else key for key in keys.split())


def test_no_key_of_ours_is_jupyterlabs_or_notebooks():
    taken = [entry for entry in shortcuts() if not entry[0].startswith("codeact:")]
    assert ("notebook:insert-heading-above", frozenset({"Shift", "A"})) in taken
    for shortcut in SCHEMA["jupyter.lab.shortcuts"]:
        first = pressed(shortcut["keys"][0])
        assert not [command for command, keys in taken if keys == first], shortcut
