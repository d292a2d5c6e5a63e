"""What `report.md`, `report.html` and the pictures say."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from codeact_jupyter.evals.report import write
from codeact_jupyter.evals.report.figures import NEAREST, apart
from codeact_jupyter.evals.row import Row
from tests.evals.report.made import kept, realistic, row

VOID = {"meta", "img", "source", "br", "hr", "link", "input"}


def told(out: Path, rows: list[Row], torn: str = "", seed: int = 0) -> str:
    write(kept(out, rows, torn), seed)
    return (out / "report.md").read_text()


def cells(report: str, caption: str) -> list[list[str]]:
    """The rows of a table of `report.md`."""
    lines = report.split(f"**{caption}**\n\n", 1)[1].split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|---")]


class Page(HTMLParser):
    """Is read strictly: each element is closed, in its order."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


FEW = [
    *(
        row(f"kind/{name}", "code", solved, turns)
        for name, solved, turns in (("a", True, 2), ("b", True, 4), ("c", True, 3), ("d", False, 10))
    ),
    *(
        row(f"kind/{name}", "json", solved, turns)
        for name, solved, turns in (("a", True, 6), ("b", False, 10), ("c", False, 10), ("d", False, 10))
    ),
]


def test_success_and_turns_are_those_of_the_rows(tmp_path: Path):
    found = cells(told(tmp_path, FEW), "sums: success and turns by format")
    assert found[0] == ["Format", "Tasks", "Trials", "Success, reference rule", "Success, fixed rule", "Turns", "Turns when solved"]
    assert [re.sub(r" \(.*?\)", "", " | ".join(each)) for each in found[1:]] == [
        "code | 4 | 4 | 75.0 % | 75.0 % | 4.75 | 3.00",
        "json | 4 | 4 | 25.0 % | 25.0 % | 9.00 | 6.00",
    ]


def test_formats_are_tested_in_pairs_by_both_rules(tmp_path: Path):
    rows = [one.model_copy(update={"success_fixed": True}) if one.task == "kind/b" else one for one in FEW]
    report = told(tmp_path, rows)
    reference = cells(report, "sums: success by the reference rule, between formats")[1]
    assert reference[:4] == ["code − json", "4", "75.0 %", "25.0 %"]
    assert reference[4].startswith("+50.0 (")
    assert reference[5:] == ["2", "0", "0.500", "0.500"]  # 2 · (1/2)²
    fixed = cells(report, "sums: success by the fixed rule, between formats")[1]
    assert fixed[:4] == ["code − json", "4", "75.0 %", "50.0 %"]
    assert fixed[5:7] == ["1", "0"]
    assert cells(report, "sums: turns, between formats")[1][:4] == ["code − json", "4", "4.75", "9.00"]


def test_dabench_is_told_in_its_three_accuracies(tmp_path: Path):
    def marks(*right: bool) -> dict[str, object]:
        return {"sub": {str(at): {"reference": each, "fixed": True} for at, each in enumerate(right)}}

    rows = [row("1", suite="dabench", detail=marks(True)), row("2", suite="dabench", detail=marks(True, False, False), solved=False)]
    text = told(tmp_path, rows)
    assert "| code | 50.0 % | 66.7 % | 50.0 % | 100.0 % | 100.0 % | 100.0 % |" in text, text


def test_survival_counts_what_is_not_solved_after_each_turn(tmp_path: Path):
    found = cells(told(tmp_path, FEW), "sums: tasks not yet solved after so many turns, reference rule")
    assert found[1] == ["code", "100.0 %", "75.0 %", "50.0 %", *["25.0 %"] * 7]
    assert found[2] == ["json", *["100.0 %"] * 5, *["75.0 %"] * 5]


def test_few_tasks_are_said_to_be_few_and_one_format_is_not_tested(tmp_path: Path):
    report = told(tmp_path, FEW[:4])
    assert "n = 4 tasks: few, so the intervals are wide" in report
    assert "One format was tried: there is nothing to test it against." in report
    assert "McNemar" not in report.split("## How it was counted")[0]


def test_an_unknown_price_is_unknown_and_never_0(tmp_path: Path):
    rows = [row("a", cost=None), row("b", cost=None), row("a", "json", cost=0.5), row("b", "json", cost=None), row("a", "text", cost=0.25)]
    found = cells(told(tmp_path, rows), "sums: tokens, time, cost")
    assert [each[-2:] for each in found[1:]] == [["unknown", "unknown"], ["at least 0.5 (known for 1 of 2)", "unknown"], ["0.25", "0.25"]]


def test_errors_recovery_and_invalid_replies_are_rates(tmp_path: Path):
    rows = [row("a", turns=5, error_turns=2, recovered=2, invalid=1), row("b", solved=False, turns=5, error_turns=2, recovered=1)]
    assert cells(told(tmp_path, rows), "sums: errors, recovery, invalid replies")[1] == [
        "code",
        "4.00",
        "4 of 8 (50.0 %)",
        "3 of 4 (75.0 %)",
        "1 of 2 (50.0 %)",
        "1 of 10 (10.0 %)",
    ]


def test_what_broke_off_is_counted_with_its_reason_and_as_not_solved(tmp_path: Path):
    rows = [
        row("a"),
        row("b", solved=False, end="failed", turns=0, message="No key."),
        row("c", solved=False, end="timeout", message="Late."),
    ]
    report = told(tmp_path, rows)
    assert cells(report, "sums: trials by how they ended") == [
        ["Format", "answered", "failed", "timeout", "Trials"],
        ["code", "1", "1", "1", "3"],
    ]
    assert "2 of 3 (66.7 %) of the trials were broken off" in report
    assert "- 1 trial, failed: No key." in report


def test_the_newest_row_of_a_trial_wins_and_a_torn_last_line_is_left_out(tmp_path: Path):
    report = told(tmp_path, [row("a", solved=False, turns=9), row("b"), row("a", turns=2)], torn='{"suite": "sums", "ta')
    assert cells(report, "sums: success and turns by format")[1][:3] == ["code", "2", "2"]
    assert "100.0 %" in report


def test_each_trial_of_a_task_leads_to_its_events(tmp_path: Path):
    rows = [
        row("a b", events="events/a b.jsonl"),
        row("a b", "json", False, 10, success_fixed=True, events=str(tmp_path / "events" / "x.jsonl")),
    ]
    assert cells(told(tmp_path, rows), "sums, m: 1 task")[1] == ["a b", "[✓ 3](events/a%20b.jsonl)", "[≈ 10](events/x.jsonl)"]


def test_ours_stand_above_what_was_published(tmp_path: Path):
    found = cells(
        told(tmp_path, [*(one.model_copy(update={"suite": "m3tooleval"}) for one in FEW)]),
        "m3tooleval: what was published, and what was measured here (tasks solved, by the reference rule)",
    )
    assert found[1] == ["**m**", "**here**", "4", "**75.0 % / 4.8**", "**25.0 % / 9.0**", "**—**"]
    assert found[2] == ["gpt-4-1106-preview", "paper", "82", "74.4 % / 5.5", "52.4 % / 7.6", "53.7 % / 7.7"]
    assert len(found) == 1 + 1 + 18
    report = told(tmp_path / "other", [row("a", suite="apibank")])
    assert "| gpt-4-1106-preview | paper | 399 | 76.7 % | 82.7 % | 73.4 % |" in report
    assert "published" not in told(tmp_path / "mine", FEW).lower()


def test_models_and_observations_are_kept_apart_and_models_pooled_besides(tmp_path: Path):
    report = told(tmp_path, realistic(observations=("none", "full"), repeats=2)[:2400])
    found = cells(report, "m3tooleval: success and turns by format")
    assert [each[:2] for each in found[1:]][::3] == [
        [seen, model] for seen in ("full", "none") for model in ("gpt-x", "small-model-8b-instruct", "all models")
    ]
    assert cells(report, "m3tooleval: success by the reference rule, between what is told of an error")[1][2] == "none − full"


def test_the_same_results_and_seed_give_the_same_files(tmp_path: Path):
    first, second = told(tmp_path / "a", FEW), told(tmp_path / "b", FEW)
    assert first == second
    for name in ("report.html", "report-success.png", "report-turns.png", "report-survival.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert told(tmp_path / "c", FEW, seed=1) != first


def test_no_rows_are_a_report_that_says_so(tmp_path: Path):
    assert "There are no results yet" in told(tmp_path, [])


def test_the_page_is_whole_accessible_and_loads_nothing(tmp_path: Path):
    write(kept(tmp_path, realistic()), 0)
    text = (tmp_path / "report.html").read_text()
    page = Page(text)
    assert page.all("script") == []
    assert all(not (each.get("src") or each.get("srcset") or "data:").startswith("http") for _, each in page.seen)
    assert "url(" not in text.split("</style>")[0]
    assert "@import" not in text
    assert len(page.all("img")) == 3
    assert all(each["alt"] for each in page.all("img"))
    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(each.get("scope") in ("col", "row", "rowgroup") for each in page.all("th"))
    assert len(page.ids) == len(set(page.ids))
    inner = [each["href"] for each in page.all("a") if (each["href"] or "").startswith("#")]
    assert {(href or "")[1:] for href in inner} <= set(page.ids)
    assert {each["aria-labelledby"] for _, each in page.seen if "aria-labelledby" in each} <= set(page.ids)
    assert len([each for each in page.all("a") if (each["href"] or "").startswith("events/")]) == 82 * 3 * 2


def test_names_are_words_and_no_markup(tmp_path: Path):
    rows = [row("<b>|x`", model="a|<i>*m*$\\foo$", end="failed", solved=False, message="<script>alert(1)</script>")]
    report = told(tmp_path, rows)
    assert "\\<script>" in report
    page = Page((tmp_path / "report.html").read_text())
    assert page.all("b") == page.all("i") == page.all("script") == []
    assert "<b>|x`" in page.words


@pytest.mark.parametrize(
    "rows",
    [FEW, FEW[:1], realistic(("a-model-with-a-name-that-goes-on-and-on-and-on-for-ever",), ("code", "json", "text", "flow", "tool"))],
)
def test_nothing_is_cut_off_at_the_edge_of_a_picture(tmp_path: Path, rows: list[Row]):
    from matplotlib.image import imread

    write(kept(tmp_path, rows), 0)
    for name in ("success", "turns", "survival"):
        picture = imread(tmp_path / f"report-{name}.png")
        ground = picture[0, 0]
        for edge in (picture[:4], picture[-4:], picture[:, :4], picture[:, -4:]):
            assert (edge == ground).all()


def test_labels_are_moved_apart_and_stay_within_the_panel():
    assert apart([0.0, 0.5, 1.0]) == [0.0, 0.5, 1.0]
    for heights in ([0.0] * 5, [1.0] * 5, [0.3, 0.31, 0.9, 0.91, 1.0]):
        found = apart(heights)
        assert all(after - before > NEAREST - 1e-9 for before, after in zip(found, found[1:], strict=False))
        assert 0 <= found[0] <= found[-1] <= 1


@pytest.mark.parametrize(
    ("lacking", "said", "files"),
    [
        ("matplotlib", "Without figures: matplotlib is not installed.", ["report.html", "report.md", "results.jsonl"]),
        (
            "scipy",
            "Without intervals and tests: scipy is not installed.",
            ["report-success.png", "report-survival.png", "report-turns.png", "report.html", "report.md", "results.jsonl"],
        ),
    ],
)
def test_what_is_not_installed_is_named_and_the_rest_is_there(tmp_path: Path, lacking: str, said: str, files: list[str]):
    kept(tmp_path, FEW)
    code = f"import sys; sys.modules[{lacking!r}] = None; import pathlib; from codeact_jupyter.evals.report import write; "
    code += "write(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    report = (tmp_path / "report.md").read_text()
    assert said in report
    assert 'pip install "codeact-jupyter\\[eval\\]"' in report
    assert cells(report, "sums: success and turns by format")[1][3].startswith("75.0 %")
    assert ("(" in cells(report, "sums: success and turns by format")[1][3]) == (lacking == "matplotlib")
    assert sorted(file.name for file in tmp_path.iterdir()) == files
    Page((tmp_path / "report.html").read_text())


@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_is_not_wider_than_its_window(tmp_path: Path, width: int):
    browser = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    if not Path(browser).exists():
        pytest.skip("no Chromium (CHROMIUM names one)")
    rows = realistic(("gpt-x", "an-endpoint/some-organisation/a-model-with-a-long-name-128b-instruct-2026-11"))
    write(kept(tmp_path, rows), 0)
    page = (tmp_path / "report.html").read_text().replace("<details>", "<details open>").replace("&", "&amp;").replace('"', "&quot;")
    measure = (
        "document.title=[this.contentDocument.documentElement.scrollWidth,this.contentDocument.querySelectorAll('details[open]').length]"
    )
    frame = tmp_path / "frame.html"
    frame.write_text(f'<!DOCTYPE html><iframe width="{width}" height="900" onload="{measure}" srcdoc="{page}"></iframe>')
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom",
        frame.as_uri(),
    ]
    dumped = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r"<title>(\d+),(\d+)</title>", dumped)
    assert found, dumped[:500]
    assert (int(found[1]) <= width, int(found[2])) == (True, 2)
