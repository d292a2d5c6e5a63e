"""What pandas and numpy say of the files of many kinds, and whether an answer agrees."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.model.offline.notebook import Told
from tests.model.offline.questions import same

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Drawn:
    """A chart, and what is said beside it."""

    code: str
    """Stands in the cell that draws."""
    truth: object


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Each table as an expert would read it."""
    read = {
        "flats": pd.read_csv(folder / "flats/flats.csv", parse_dates=["listed"]),
        "orders": pd.read_csv(folder / "shop/orders.csv", parse_dates=["ordered"], na_values=["-", "none"]),
        "customers": pd.read_csv(folder / "shop/customers.csv"),
        "visits": pd.read_excel(folder / "clinic/clinic.xlsx", sheet_name="Visits"),
        "staff": pd.read_excel(folder / "clinic/clinic.xlsx", sheet_name="Staff"),
        "archive": pd.read_excel(folder / "clinic/clinic.xlsx", sheet_name="Archive 2019"),
        "ledger": pd.read_excel(folder / "ledger/ledger.xlsx", header=3),
        "wind": pd.read_parquet(folder / "wind/wind.parquet"),
        "staedte": pd.read_csv(folder / "staedte/städte.csv", sep=";", encoding="cp1252", dtype=str),
        "survey": pd.read_csv(folder / "survey/survey.csv", sep="\t", encoding="utf-16"),
        "pubs": pd.read_csv(folder / "pubs/cafés.csv", sep="|", encoding="cp1252"),
        "gates": pd.read_csv(folder / "gates/gates.csv", parse_dates=["day"], date_format="%d/%m/%Y"),
        "doors": pd.read_csv(folder / "doors/doors.csv", parse_dates=["day"], date_format="%d/%m/%Y"),
        "runs": pd.read_csv(folder / "runs/runs.csv", comment="#", parse_dates=["date"], date_format="%Y%m%d"),
        "events": pd.read_json(folder / "events/events.jsonl", lines=True),
        "lab": pd.read_csv(folder / "lab/lab.txt", sep=r"\s+"),
        "sensors": pd.read_csv(folder / "sensors/sensors.csv", header=None),
        "schools": pd.read_csv(folder / "schools/schools.csv", encoding="utf-8-sig"),
    }
    orders, towns, schools = read["orders"], read["staedte"], read["schools"]
    orders["price"] = orders["price"].str.replace("[$,]", "", regex=True).astype(float)
    orders["discount"] = orders["discount"].str.removesuffix(" %").astype(float)
    towns["Datum"] = pd.to_datetime(towns["Datum"], format="%d.%m.%Y")
    for name in ("Temperatur", "Umsatz", "Einwohner"):
        towns[name] = towns[name].str.replace(".", "").str.replace(",", ".").astype(float)
    schools["fee"] = schools["fee"].str.removeprefix("EUR ").astype(float)
    read["joined"] = orders.merge(read["customers"], on="customer_id", how="left")
    return read


def r(frame: pd.DataFrame, one: str, other: str) -> float:
    """Pearson, by its formula."""
    pair = frame[[one, other]].dropna().astype(float)
    away = pair - pair.mean()
    return float((away[one] * away[other]).sum() / np.sqrt((away[one] ** 2).sum() * (away[other] ** 2).sum()))


def line(frame: pd.DataFrame, y: str, x: str) -> tuple[float, float, float]:
    """Slope, intercept and R²."""
    pair = frame[[x, y]].dropna().astype(float)
    slope = np.cov(pair[x], pair[y])[0, 1] / pair[x].var()
    return slope, pair[y].mean() - slope * pair[x].mean(), r(frame, x, y) ** 2


def trend(values: "pd.Series[float]") -> float:
    """Slope per period of a series whose index is of periods or years."""
    steps = np.array([int(getattr(period, "ordinal", period)) for period in values.index])
    return float(np.cov(steps, values)[0, 1] / np.var(steps, ddof=1))


def by(frame: pd.DataFrame, date: str, unit: str) -> Any:
    return frame.groupby(frame[date].dt.to_period(unit))


def five(values: "pd.Series[float]") -> tuple[float, float, float, float]:
    return values.min(), values.max(), values.median(), values.mean()


def boxes(frame: pd.DataFrame, group: str, name: str) -> pd.DataFrame:
    return frame.groupby(group)[name].describe().round(4)


def strongest(frame: pd.DataFrame, focus: str, others: Sequence[str]) -> float:
    return max((r(frame, focus, other) for other in others), key=abs)


_NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"


def outcome(told: Told, truth: object) -> str:
    """right | refused | wrong"""
    if told.answer.startswith("I cannot answer this"):
        return "refused"
    if isinstance(truth, list) and all(
        _refused(part) or _agrees(part, told, one) for part, one in zip(_parts(told.answer), truth, strict=False)
    ):
        return "refused" if any(map(_refused, _parts(told.answer))) else "right"
    return "right" if truth is not None and _agrees(told.answer, told, truth) else "wrong"


def _refused(part: str) -> bool:
    return part.strip().startswith("I cannot answer this")


def _parts(answer: str) -> list[str]:
    """The answers to the several things that were asked."""
    return re.split(r"^### \d+\. .*$", answer, flags=re.MULTILINE)[1:]


def _agrees(answer: str, told: Told, truth: object) -> bool:
    match truth:
        case Drawn():
            charts = [seen for cell, seen in zip(told.cells, told.seen, strict=True) if truth.code in cell]
            return any("[image/" in seen for seen in charts) and _agrees(answer, told, truth.truth)
        case list():
            parts = _parts(answer)
            return len(parts) == len(truth) and all(_agrees(part, told, one) for part, one in zip(parts, truth, strict=True))
        case tuple():
            said = re.findall(r"\*\*([^*]+)\*\*", answer)
            pairs = list(zip(said, truth, strict=False))
            return (len(said) == len(truth) and all(_near(one, other) for one, other in pairs)) or _after_dots(answer, truth)
        case pd.DataFrame():
            rows = _rows(answer)
            return rows.keys() == {str(key) for key in truth.index} and all(
                all(map(_near, rows[str(key)], row)) for key, row in zip(truth.index, truth.to_numpy().tolist(), strict=True)
            )
        case pd.Series():
            rows = _rows(answer)
            return rows.keys() == {str(key) for key in truth.index} and all(same(rows[str(key)][-1], value) for key, value in truth.items())
        case _:
            return any(same(said, truth) for said in re.findall(r"\*\*([^*]+)\*\*", answer))


def _after_dots(answer: str, truth: tuple[object, ...]) -> bool:
    """A trend without a word of whether it is clear: only its slope."""
    slope = re.search(r"slope \*\*([^*]+)\*\*", answer)
    return truth[0] == "…" and slope is not None and _near(slope[1], truth[-1])


def _rows(answer: str) -> dict[str, list[str]]:
    rows = [text.strip("| ").split(" | ") for text in answer.splitlines() if text.startswith("| ")][2:]
    return {row[0]: row[1:] for row in rows}


def _near(said: str, truth: object) -> bool:
    """As many digits as are shown agree."""
    if not re.fullmatch(_NUMBER, said):
        return said == str(truth)
    shown, real = float(said), float(str(truth))
    return abs(shown - real) <= max(0.5001 * 10 ** -len(said.partition(".")[2]), 1e-5 * abs(real)) and (shown != 0 or abs(real) < 1e-4)
