"""Questions about files of many kinds, and what pandas and numpy say; None: the words give no one truth, so it should say that it cannot."""

import re
from collections.abc import Callable, Mapping, Sequence
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
_FLAT = ["size_m2", "rooms", "floor"]

QUESTIONS: Sequence[tuple[str, str, Callable[[Frames], object] | None]] = (
    # how columns go together
    ("flats", "Is the rent correlated with the size?", lambda f: (r(f["flats"], "rent_eur", "size_m2"),)),
    ("flats", "What is the correlation between rooms and floor?", lambda f: (r(f["flats"], "rooms", "floor"),)),
    ("flats", "Which columns correlate?", lambda f: (r(f["flats"], "rent_eur", "size_m2"),)),
    ("flats", "Which column is most strongly correlated with rent_eur?", lambda f: (strongest(f["flats"], "rent_eur", _FLAT),)),
    ("flats", "correlation of rent and size in Old Mill", lambda f: (r(f["flats"].query("district == 'Old Mill'"), "rent_eur", "size_m2"),)),
    ("flats", "correlation between district and rent", None),
    ("flats", "Spearman correlation between rent and size", None),
    ("flats", "Fit a line to rent against size", lambda f: line(f["flats"], "rent_eur", "size_m2")),
    ("flats", "linear regression of rent on rooms", lambda f: line(f["flats"], "rent_eur", "rooms")),
    ("flats", "How does rent depend on size?", lambda f: line(f["flats"], "rent_eur", "size_m2")),
    ("flats", "slope and intercept of rent versus size for flats with heating gas",
     lambda f: line(f["flats"].query("heating == 'gas'"), "rent_eur", "size_m2")),
    ("flats", "fit a model that predicts rent", None),
    ("flats", "Histogram of rent", lambda f: Drawn('kind="hist"', five(f["flats"]["rent_eur"]))),
    ("flats", "plot the distribution of size with 12 bins", lambda f: Drawn("bins=12", five(f["flats"]["size_m2"]))),
    ("flats", "Box plot of rent by district", lambda f: Drawn(".boxplot(", boxes(f["flats"], "district", "rent_eur"))),
    ("flats", "Show a scatter plot of rent against size",
     lambda f: Drawn('kind="scatter", x="size_m2", y="rent_eur"', (r(f["flats"], "rent_eur", "size_m2"),))),
    ("flats", "plot rent vs. size", lambda f: Drawn('kind="scatter"', (r(f["flats"], "rent_eur", "size_m2"),))),
    ("flats", "Scatter plot of size and rent with a trend line", lambda f: Drawn('kind="scatter"', line(f["flats"], "size_m2", "rent_eur"))),
    ("flats", "distribution of heating", lambda f: Drawn('kind="bar"', f["flats"].groupby("heating").size())),
    ("flats", "How has the average rent developed over time?", lambda f: ("…", trend(by(f["flats"], "listed", "M")["rent_eur"].mean()))),
    ("flats", "trend of the number of flats listed by quarter", lambda f: ("…", trend(by(f["flats"], "listed", "Q").size()))),
    ("flats", "Is the median rent rising by year?", lambda f: ("…", trend(by(f["flats"], "listed", "Y")["rent_eur"].median()))),
    ("flats", "line chart of the average size by month", lambda f: Drawn('kind="line"', f["flats"].groupby(f["flats"]["listed"].dt.strftime("%Y-%m"))["size_m2"].mean())),
    # several tasks in one request
    ("flats", "the mean rent by district, and plot a histogram of rent; then how many rows are there?",
     lambda f: [f["flats"].groupby("district")["rent_eur"].mean(), Drawn('kind="hist"', five(f["flats"]["rent_eur"])), 220]),
    ("flats", "What is the average size? And the correlation between size and floor? Then fit a line to rent against size.",
     lambda f: [f["flats"]["size_m2"].mean(), (r(f["flats"], "size_m2", "floor"),), line(f["flats"], "rent_eur", "size_m2")]),
    ("flats", "1. How many flats are in Harbour?\n2. What is the maximum rent?\n3. box plot of size by heating",
     lambda f: [int((f["flats"]["district"] == "Harbour").sum()), f["flats"]["rent_eur"].max(), Drawn(".boxplot(", boxes(f["flats"], "heating", "size_m2"))]),
    ("flats", "average rent by heating and the total number of rooms", lambda f: [f["flats"].groupby("heating")["rent_eur"].mean(), f["flats"]["rooms"].sum()]),
    ("flats", "Average rent by heating. Plot it.", lambda f: Drawn('kind="bar"', f["flats"].groupby("heating")["rent_eur"].mean())),
    ("flats", "median size by district, then by heating", lambda f: [f["flats"].groupby("district")["size_m2"].median(), f["flats"].groupby("heating")["size_m2"].median()]),
    ("flats", "average rent by district but ignore the outliers; how many rows?", None),
    # numbers and dates as text, marks for missing
    ("shop", "average price by category in orders.csv", lambda f: f["orders"].groupby("category")["price"].mean()),
    ("shop", "What is the mean discount?", lambda f: (f["orders"]["discount"].mean(),)),
    ("shop", "total quantity by category", lambda f: f["orders"].groupby("category")["quantity"].sum()),
    ("shop", "How many missing values are there in quantity?", lambda f: (int(f["orders"]["quantity"].isna().sum()),)),
    ("shop", "total price by quarter", lambda f: f["orders"].groupby(f["orders"]["ordered"].dt.to_period("Q").astype(str))["price"].sum()),
    ("shop", "is there a correlation between price and discount?", lambda f: (r(f["orders"], "price", "discount"),)),
    ("shop", "linear fit of quantity on price", lambda f: line(f["orders"], "quantity", "price")),
    ("shop", "histogram of price", lambda f: Drawn('kind="hist"', five(f["orders"]["price"]))),
    ("shop", "average age by country", lambda f: f["customers"].groupby("country")["age"].mean()),
    ("shop", "Join orders.csv with customers.csv on customer_id and show the total price by country", lambda f: f["joined"].groupby("country")["price"].sum()),
    ("shop", "average price by country in orders joined with customers", lambda f: f["joined"].groupby("country")["price"].mean()),
    ("shop", "How many rows are in orders.csv? How many rows are in customers.csv?", lambda f: [180, 22]),
    ("shop", "how many rows are there?", None),
    ("schools", "median fee by school", lambda f: f["schools"].groupby("school")["fee"].median()),
    ("schools", "How has the test score changed over the years?", None),
    ("schools", "trend of the average test score by year", lambda f: ("rises", trend(f["schools"].groupby("year")["test_score"].mean()))),
    ("schools", "average price by school", lambda f: f["schools"].groupby("school")["price_usd"].mean()),
    ("schools", "correlation between price_usd and price_eur", lambda f: (r(f["schools"], "price_usd", "price_eur"),)),
    ("schools", "how many values are missing in lunch?", lambda f: (int(f["schools"]["lunch"].isin(["-", "?"]).sum()),)),
    # workbooks and Parquet
    ("clinic", "average cost by ward", lambda f: f["visits"].groupby("Ward")["Cost"].mean()),
    ("clinic", "total minutes by month", lambda f: f["visits"].groupby(f["visits"]["Visit Date"].dt.strftime("%Y-%m"))["Minutes"].sum()),
    ("clinic", "maximum salary per ward", None),
    ("clinic", "maximum salary per ward in the Staff sheet", lambda f: f["staff"].groupby("Ward")["Salary"].max()),
    ("clinic", "correlation of salary and years in the Staff sheet", lambda f: (r(f["staff"], "Salary", "Years"),)),
    ("clinic", "how many rows does the sheet Archive 2019 have?", lambda f: (7,)),
    ("clinic", "average salary in the sheet “Archive 2019”", lambda f: (f["archive"]["Salary"].mean(),)),
    ("ledger", "total booked by account", lambda f: f["ledger"].groupby("Account")["Booked"].sum()),
    ("ledger", "how many rows are in ledger.xlsx?", lambda f: (60,)),
    ("wind", "mean wind speed by site", lambda f: f["wind"].groupby("site", observed=True)["wind_speed"].mean()),
    ("wind", "regress power on wind speed", lambda f: line(f["wind"], "power_kw", "wind_speed")),
    ("wind", "what correlates with humidity?", lambda f: (strongest(f["wind"], "humidity", ["wind_speed", "power_kw", "turbine"]),)),
    ("wind", "trend in humidity by week", lambda f: ("…", trend(by(f["wind"], "measured_at", "W")["humidity"].mean()))),
    ("wind", "number of rows by turbine", lambda f: f["wind"].groupby("turbine").size()),
    ("wind", "boxplot of power by site", lambda f: Drawn(".boxplot(", boxes(f["wind"], "site", "power_kw"))),
    ("wind", "missing values in humidity", lambda f: (int(f["wind"]["humidity"].isna().sum()),)),
    # separators, decimal commas, encodings
    ("staedte", "average Temperatur by Stadt", lambda f: f["staedte"].groupby("Stadt")["Temperatur"].mean()),
    ("staedte", "maximum Umsatz in Köln", lambda f: (f["staedte"].query("Stadt == 'Köln'")["Umsatz"].max(),)),
    ("staedte", "average Einwohner", lambda f: (f["staedte"]["Einwohner"].mean(),)),
    ("staedte", "total Umsatz by month", lambda f: f["staedte"].groupby(f["staedte"]["Datum"].dt.strftime("%Y-%m"))["Umsatz"].sum()),
    ("staedte", "trend of the total Umsatz by quarter", lambda f: ("…", trend(by(f["staedte"], "Datum", "Q")["Umsatz"].sum()))),
    ("staedte", "correlation between Temperatur and Umsatz", lambda f: (r(f["staedte"], "Temperatur", "Umsatz"),)),
    ("survey", "average hours online by city", lambda f: f["survey"].groupby("city")["hours_online"].mean()),
    ("survey", "how many respondents are there in Łódź?", lambda f: (int((f["survey"]["city"] == "Łódź").sum()),)),
    ("pubs", "total takings by café", lambda f: f["pubs"].groupby("Café")["takings"].sum()),
    ("pubs", "fit a straight line to takings against visitors", lambda f: line(f["pubs"], "takings", "visitors")),
    ("gates", "total visitors by month", lambda f: f["gates"].groupby(f["gates"]["day"].dt.strftime("%Y-%m"))["visitors"].sum()),
    ("gates", "Are visitors falling over time?", lambda f: ("falls", trend(by(f["gates"], "day", "W")["visitors"].sum()))),
    ("gates", "line plot of total visitors by week", lambda f: Drawn('kind="line"', by(f["gates"], "day", "W")["visitors"].sum())),
    ("doors", "total visitors by month", None),
    ("doors", "total visitors by month, day first", lambda f: f["doors"].groupby(f["doors"]["day"].dt.strftime("%Y-%m"))["visitors"].sum()),
    ("runs", "average distance by year", lambda f: f["runs"].groupby(f["runs"]["date"].dt.year)["distance_km"].mean()),
    ("runs", "is the distance increasing over time?", lambda f: ("rises", trend(by(f["runs"], "date", "M")["distance_km"].mean()))),
    ("runs", "correlation between distance and minutes", lambda f: (r(f["runs"], "distance_km", "minutes"),)),
    ("events", "mean ms by kind", lambda f: f["events"].groupby("kind")["ms"].mean()),
    ("events", "histogram of ms by country", lambda f: Drawn(".hist(", boxes(f["events"], "country", "ms"))),
    ("lab", "average acid by batch in lab.txt", lambda f: f["lab"].groupby("batch")["acid"].mean()),
    ("lab", "scatter plot of temp against acid in lab.txt", lambda f: Drawn('kind="scatter"', (r(f["lab"], "temp", "acid"),))),
    ("sensors", "how many rows are there?", lambda f: (64,)),
    ("sensors", "average column_0", lambda f: (f["sensors"][0].mean(),)),
)  # fmt: skip


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
            return len(said) == len(truth) and all(_near(one, other) for one, other in pairs) or _after_dots(answer, truth)
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
