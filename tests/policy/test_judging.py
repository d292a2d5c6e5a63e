"""What holds for every action: it is judged, quickly, and the words name what and where."""

# ruff: noqa: SIM905 - words

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeact_jupyter import policy
from codeact_jupyter.ports import Code, Facts, Name

FACTS = Facts(names={"big": Name("DataFrame", "", 20_000_000)}, folder="/home/ana/work", root="/home/ana")
WORDS = st.sampled_from(
    """%%time %timeit %prun !ls get_ipython()
    getattr open( ) ( [ ] { } : = := , . " ' \n \t \\ f" {x!r} lambda async await import from as os system
    x big del global eval def class for in if else with try except match
    case return yield * ** @ # ? ?? ; é \x00 \ud800 \x0c 1 -""".split(" ")
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS, max_size=30).map("".join)))
def test_whatever_the_text_it_is_judged(source: str) -> None:
    found = policy.judge(Code(source), FACTS)
    assert found.decision in ("allow", "ask")
    assert bool(found.reason) == bool(found.effects) == (found.decision == "ask")
    assert list(found.effects) == [effect for effect in policy.EFFECTS if effect in found.effects]


@pytest.mark.parametrize(
    "source",
    [
        "(" * 500 + ")" * 500,
        "[" * 90 + "]" * 90,
        "x" + ".a" * 5000,
        "f" + "()" * 3000,
        "+".join(["'a'"] * 3000),
        "x" + "[0]" * 900,
        "-" * 900 + "1",
        "a0 = 'x'\n" + "\n".join(f"a{i + 1} = a{i} + a{i}" for i in range(80)),
        "x = " + " or ".join(f"f{i}" for i in range(500)) + "\nx()",
        "\n".join(" " * i + "if x:" for i in range(90)) + "\n" + " " * 90 + "x",
        "%time " * 40 + "x",
        "%%time\n" * 40 + "x",
        "x = lambda: " * 80 + "1",
        "a = b\nb = c\nc = a\na()\nopen(a)",
        "x = x\nopen('a'.replace(x, x))\nopen(codecs.decode('a', x))",
        "x = x['a']\nfor y in x: open('/'.join(x) + '%s{}' % y)",
        "\x00",
        "x = '\\ud800'\nopen(x)",
    ],
    ids=lambda text: text[:12],
)
def test_deep_and_odd_code_is_judged(source: str) -> None:
    assert policy.judge(Code(source), FACTS).decision in ("allow", "ask")


@pytest.mark.parametrize(
    "line",
    [
        "df{0} = df.groupby('a').agg(total=('x', 'sum')).query('total > {0}').rename(columns={{'a': 'b'}})",
        "def f{0}(x, y=1):\n    return getattr(x, 'shape')[y] + os.path.getsize(os.path.join('data', f'{{y}}.csv'))",
        "x = x + 'a'",
        "x = x + x\nopen(x)",
        "x = [x, x]\nfor y in x: open(y)",
        "def f(p): return open(p)\nf(f('{0}'))\nlist(map(f, [f, f]))",
    ],
    ids=["frames", "functions", "one name over and over", "one text that doubles", "lists of lists", "functions that call each other"],
)
def test_a_long_action_is_judged_at_once(line: str) -> None:
    source = "\n".join(line.replace("{0}", str(number)).replace("{{", "{").replace("}}", "}") for number in range(2000))
    begun = time.process_time()
    policy.judge(Code(source), FACTS)
    assert time.process_time() - begun < 5  # it takes one, half of which IPython needs to read it; the machine may be slow


def test_the_reason_names_what_and_where() -> None:
    source = "\nimport pandas as pd\ndf = pd.read_csv('https://example.org/x.csv')\ndf.to_csv('a.csv')\ndf.to_csv('b.csv')\n"
    found = policy.judge(Code(source), FACTS)
    assert found.reason == "It writes or deletes files: df.to_csv (lines 4, 5); uses the network: pd.read_csv (line 3)."
    assert found.effects == ("write_files", "network")


def test_a_cell_that_is_rewritten_asks_as_what_it_is() -> None:
    facts = Facts(rewrites=frozenset({"theirs", "protected", "expensive"}))
    found = policy.judge(Code("x = 1"), facts)
    assert found.effects == ("edit_cell", "protected_cell", "expensive_cell")
    assert found.reason == "It rewrites a cell of yours; rewrites a protected cell; runs an expensive cell again."


def test_in_a_sandbox_files_and_network_do_not_ask() -> None:
    facts = Facts(folder="/home/ana/work", sandboxed=True)
    source = "import requests\nrequests.get('https://example.org')\nopen('/etc/hosts')\nopen('x', 'w')\n"
    assert policy.judge(Code(source), facts).decision == "allow"
    assert policy.judge(Code(source + "eval('1')\n"), facts).effects == ("dynamic",)


@pytest.mark.parametrize(
    "source",
    [
        "from IPython.display import Image\nImage(url='https://example.org/?q=' + str(df))",
        "HTML('<img src=\"https://example.org/?q=' + text + '\">')",
        "IFrame('https://example.org', 1, 1)",
        "from IPython.display import Markdown\nMarkdown('![](https://example.org/?q=' + text + ')')",
        "%%html\n<img src='//example.org/a.png'>",
        "display({'text/html': '<img src=https://example.org/>'}, raw=True)",
    ],
)
def test_what_the_page_fetches_asks_in_a_sandbox_too(source: str) -> None:
    """The browser has a network."""
    assert policy.judge(Code(source), Facts(folder="/home/ana/work", sandboxed=True)).effects == ("network",)


@pytest.mark.parametrize(
    "name, effects",
    [
        (Name("DataFrame", "", 20_000_000), ("overwrite",)),
        (Name("DataFrame", "", 20_000_000, ours=True), ()),
        (Name("DataFrame", "", 9_000_000), ()),
        (Name("DataFrame"), ()),
    ],
)
def test_only_a_large_variable_of_the_users_is_asked_for(name: Name, effects: tuple[str, ...]) -> None:
    assert policy.judge(Code("df = df.dropna()"), Facts(names={"df": name})).effects == effects


@pytest.mark.parametrize(
    "source",
    [
        "def f(big):\n    big = 1\n    return big",
        "[big for big in range(3)]",
        "class A:\n    big = 1",
        "(lambda big: big)(1)",
        "big.dropna()",
        "big['new'] = big['a'] * 2",
        "x = big",
    ],
)
def test_a_name_that_only_looks_like_it_is_another_one(source: str) -> None:
    assert policy.judge(Code(source), FACTS).decision == "allow"


@pytest.mark.parametrize(
    "path, folder, root, effects",
    [
        ("x.csv", "/w/a", "/w", ()),
        ("../x.csv", "/w/a", "/w", ()),
        ("../../x.csv", "/w/a", "/w", ("read_outside",)),
        ("a/../../../x.csv", "/w/a", "/w", ("read_outside",)),
        ("/w/b/x.csv", "/w/a", "/w", ()),
        ("/work/x.csv", "/w/a", "/w", ("read_outside",)),
        ("../x.csv", "/w/a", "", ("read_outside",)),
        ("x.csv", "", "", ()),
        ("../x.csv", "", "", ("read_outside",)),
        ("/x.csv", "", "", ("read_outside",)),
        ("~/x.csv", "/w/a", "/w", ("read_outside",)),
        ("/x.csv", "/", "/", ()),
        ("C:\\data\\x.csv", "/w/a", "/w", ("read_outside",)),
        ("C:\\data\\x.csv", "C:\\data", "", ()),
        ("D:/x.csv", "C:\\data", "", ("read_outside",)),
        ("file:///etc/hosts", "/w/a", "/w", ("read_outside",)),
        (".ssh/id_rsa", "/w/a", "/w", ("read_outside",)),
        ("/dev/null", "/w/a", "/w", ()),
    ],
)
def test_what_is_below_the_root_is_read_without_asking(path: str, folder: str, root: str, effects: tuple[str, ...]) -> None:
    facts = Facts(folder=folder, root=root)
    for reader in ("pd.read_csv({!r})", "open({!r})", "import os\nos.listdir({!r})", "Path({!r}).read_text()"):
        assert policy.judge(Code(reader.format(path)), facts).effects == effects, reader


@pytest.mark.parametrize(
    "source, effects",
    [
        ("ls", ("shell",)),
        ("\n\n  rm -rf data", ("shell",)),
        ("ls = 3", ()),
        ("ls, 3", ()),
        ("x\nls", ()),
        ("time df.to_csv('x')", ("write_files",)),
        ("who", ()),
        ("exit", ("system",)),
        ("run other.py", ("dynamic",)),
        ("df.mean(", ()),
        ("for x in", ()),
    ],
)
def test_a_single_line_that_ipython_takes_for_a_magic_is_judged_as_one(source: str, effects: tuple[str, ...]) -> None:
    assert policy.judge(Code(source), FACTS).effects == effects


def test_a_name_of_the_users_hides_a_magic() -> None:
    for source in ("ls", "%%time\nls"):
        assert policy.judge(Code(source), Facts(names={"ls": Name("list", "3")})).decision == "allow"


@pytest.mark.parametrize(
    "magic", ["%time {}", "%%time\n{}", "%%capture\n{}", "%timeit -n1 {}", "%timeit -qv r {}", "%%prun -r\n{}", "time {}"]
)
@pytest.mark.parametrize(
    "line, effects", [("rm -rf data", ("shell",)), ("pip install x", ("install",)), ("run x.py", ("dynamic",)), ("x", ())]
)
def test_a_magic_takes_a_single_line_for_a_magic_too(magic: str, line: str, effects: tuple[str, ...]) -> None:
    assert policy.judge(Code(magic.format(line)), FACTS).effects == effects


@pytest.mark.parametrize(
    "magic", ["%prun -r {}", "%prun -l 5 -s time {}", "%time --no-raise-error {}", "%debug --breakpoint a.py:3 {}", "%memit -r 1 {}"]
)
def test_the_options_of_a_magic_hide_nothing_of_what_it_runs(magic: str) -> None:
    assert policy.judge(Code(magic.format("os.remove('x')")), FACTS).effects == ("write_files",)
    assert policy.judge(Code(magic.format("x.sum()")), FACTS).decision == "allow"


def test_code_for_a_newer_python_is_judged_by_its_words() -> None:
    for line in ("os.system('ls')", "!rm -rf data", "x = !ls", "%run x.py", "joblib.load('x')", "archive.extractall()"):
        assert policy.judge(Code(f"type X = int\n{line}"), FACTS).effects == ("dynamic",), line
    assert policy.judge(Code("%matplotlib inline\ntype X = int"), FACTS).decision == "allow"
    assert policy.judge(Code("type X = int\nprint(f'{d['a']}')"), FACTS).decision == "allow"


@pytest.mark.parametrize(
    "known, source, effects",
    [
        (Name("PosixPath"), "p.rename('x')", ("write_files",)),
        (Name("Series"), "p.rename('x')", ()),
        (Name("Session"), "p.get('https://example.org')", ("network",)),
        (Name("dict"), "p.get('https://example.org')", ()),
        (Name("ZMQInteractiveShell"), "p.run_cell('x')", ("dynamic",)),
        (Name("builtin_function_or_method"), "remove('x')", ("write_files",)),
        (Name("function"), "rmtree('x')", ("write_files",)),
        (Name("Connection"), "p.execute('DROP TABLE t')", ("write_files",)),
        (Name("Connection"), "p.execute('select * from t')", ()),
    ],
)
def test_names_of_earlier_actions_are_taken_for_what_the_kernel_says(known: Name, source: str, effects: tuple[str, ...]) -> None:
    name = source.partition("(")[0].partition(".")[0]
    assert policy.judge(Code(source), Facts(names={name: known}, folder="/w")).effects == effects


@pytest.mark.parametrize(
    "known, source, effects",
    [
        (Name("PosixPath", texts=("/srv/data",)), "pd.read_csv(at / 'x.csv')", ("read_outside",)),
        (Name("str", texts=("/srv/data",)), "open(f'{at}/x.csv')", ("read_outside",)),
        (Name("str", texts=("data/2024",)), "open(f'{at}/x.csv')", ()),
        (Name("str", texts=("https://example.org",)), "pd.read_json(at + '/x.json')", ("network",)),
        (Name("str", texts=("https://example.org",)), "print(at)", ()),
        (Name("list", texts=("https://example.org/x",)), "frames = [pd.read_csv(one) for one in at]", ("network",)),
        (Name("dict", texts=("https://example.org/x",)), "for key, one in at.items():\n    pd.read_csv(one)", ("network",)),
        (Name("str", texts=("@os.system('ls')",)), "df.query(at)", ("shell",)),
        (Name("str"), "df.query(at)", ()),
        (Name("str", texts=("/srv/data",)), "at = 'x.csv'\nopen(at)", ()),
    ],
)
def test_a_path_of_an_earlier_action_is_judged_where_it_is_read(known: Name, source: str, effects: tuple[str, ...]) -> None:
    facts = Facts(names={"at": known}, folder="/home/ana/work", root="/home/ana")
    assert policy.judge(Code(source), facts).effects == effects
