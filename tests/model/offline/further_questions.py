"""Questions that were written after the words for them, over four more made-up tables; None: it should say that it cannot."""

import random
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.model.offline.questions import Truth

Rows = list[list[object]]


def write_all(folder: Path, seed: int) -> None:
    """Each domain in a folder of its own."""
    for name, (file, rows) in _tables(random.Random(seed)).items():
        (folder / name).mkdir()
        (folder / name / file).write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", "utf-8")


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Each table as an expert would read it."""
    return {
        "ferry": pd.read_csv(folder / "ferry/crossings.csv", parse_dates=["sailing_date"]),
        "wine": pd.read_csv(folder / "wine/cellar.csv"),
        "school": pd.read_csv(folder / "school/exam_scores.csv"),
        "farm": pd.read_csv(folder / "farm/harvest.csv", parse_dates=["harvested_on"], date_format="%d/%m/%Y"),
    }


def _tables(chance: random.Random) -> dict[str, tuple[str, Rows]]:
    return {
        "ferry": ("crossings.csv", _ferry(chance)),
        "wine": ("cellar.csv", _wine(chance)),
        "school": ("exam_scores.csv", _school(chance)),
        "farm": ("harvest.csv", _farm(chance)),
    }


def _ferry(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            f"2023-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            chance.choice(["Skua", "Heron", "Grey Goose"]),
            chance.choice(["North Quay", "South Quay"]),
            chance.randint(10, 400),
            chance.randint(0, 80),
            chance.choice([chance.randint(0, 90)] * 8 + [""]),
            chance.choice(["calm", "rough"]),
            chance.choice(["no", "no", "yes"]),
        ]
        for _ in range(200)
    ]
    return [["sailing_date", "vessel", "terminal", "passengers", "cars", "delay_min", "weather", "cancelled"], *rows]


def _wine(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            n,
            chance.choice(["Syrah", "Merlot", "Pinot Noir", "Riesling"]),
            chance.choice(["red", "white"]),
            chance.randint(1998, 2020),
            chance.choice(["Rhone", "Mosel", "Alto Adige"]),
            chance.choice([chance.randint(80, 100)] * 9 + [""]),
            round(chance.uniform(4, 120), 2),
            chance.randint(1, 24),
        ]
        for n in range(180)
    ]
    return [["bottle_id", "grape", "grape_colour", "vintage", "region", "points", "price_eur", "bottles"], *rows]


def _school(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            f"pupil {chance.randint(1, 60)}",
            chance.choice(["3A", "3B", "4A"]),
            chance.choice(["maths", "history", "art"]),
            chance.choice([chance.randint(0, 100)] * 9 + [""]),
            chance.choice([0, 1, 1]),
            chance.randint(2016, 2022),
            chance.choice(["Ms Low", "Mr High"]),
        ]
        for _ in range(220)
    ]
    return [["pupil", "class", "subject", "score", "passed", "school_year", "teacher"], *rows]


def _farm(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            f"Field {chance.randint(1, 12)}",
            chance.choice(["potato", "wheat", "leaf beet", "cherry"]),
            f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/2022",
            round(chance.uniform(1, 90), 1),
            chance.choice(["true", "false"]),
            chance.randint(1, 40),
            round(chance.uniform(8, 22), 1),
            chance.choice(["Ola", "Per"]),
        ]
        for _ in range(160)
    ]
    return [["field", "crop", "harvested_on", "tonnes", "organic", "hectares", "moisture_pct", "farm manager"], *rows]


def _months(frame: pd.DataFrame, name: str) -> "pd.Series[str]":
    return frame[name].dt.strftime("%Y-%m")


QUESTIONS: Sequence[tuple[str, str, Truth | None]] = (
    ("ferry", "Which vessel carried the most passengers?", None),
    ("ferry", "Which vessel has the highest number of passengers?", lambda d: d.groupby("vessel").passengers.sum().nlargest(1)),
    ("ferry", "How many crossings were cancelled?", lambda d: int((d.cancelled == "yes").sum())),
    ("ferry", "What percentage of crossings were cancelled?", lambda d: 100 * (d.cancelled == "yes").mean()),
    (
        "ferry",
        "percentage of crossings cancelled by vessel",
        lambda d: d.groupby("vessel").cancelled.apply(lambda one: 100 * (one == "yes").mean()),
    ),
    ("ferry", "how many crossings were not cancelled?", None),
    ("ferry", "average delay in rough weather", lambda d: d[d.weather == "rough"].delay_min.mean()),
    ("ferry", "longest delay at the North Quay terminal", lambda d: d[d.terminal == "North Quay"].delay_min.max()),
    ("ferry", "What is the longest delay?", lambda d: d.delay_min.max()),
    ("ferry", "passengers by month", None),
    ("ferry", "total passengers and cars by month", lambda d: d.groupby(_months(d, "sailing_date"))[["passengers", "cars"]].sum()),
    ("ferry", "latest date", lambda d: d.sailing_date.max().date()),
    ("ferry", "how many times is the delay missing?", None),
    ("ferry", "missing delay values", lambda d: int(d.delay_min.isna().sum())),
    ("ferry", "Does delay have missing values?", lambda d: int(d.delay_min.isna().sum())),
    ("ferry", "What was the average delay per passenger?", None),
    ("ferry", "the top 3 delays", lambda d: d.nlargest(3, "delay_min").delay_min.tolist()),
    ("ferry", "4 lowest passengers", lambda d: d.nsmallest(4, "passengers").passengers.tolist()),
    ("ferry", "Which month had the fewest cars in total?", lambda d: d.groupby(_months(d, "sailing_date")).cars.sum().nsmallest(1)),
    ("ferry", "average number of cars for Grey Geese", lambda d: d[d.vessel == "Grey Goose"].cars.mean()),
    ("ferry", "crossings with the most passengers", lambda d: d.nlargest(1, "passengers").passengers.tolist()),
    ("ferry", "share of passengers by vessel", None),
    ("ferry", "cancelled crossings by vessel", None),
    ("ferry", "How many passengers in all?", lambda d: int(d.passengers.sum())),
    ("wine", "Average points by vintage", lambda d: d.groupby("vintage").points.mean()),
    ("wine", "average price by points", lambda d: d.groupby("points").price_eur.mean()),
    ("wine", "average points by price", None),
    ("wine", "How many different grapes are there?", lambda d: d.grape.nunique()),
    ("wine", "the oldest vintage from the Mosel region", lambda d: d[d.region == "Mosel"].vintage.min()),
    ("wine", "newest vintage by grape", lambda d: d.groupby("grape").vintage.max()),
    ("wine", "oldest vintage by region", lambda d: d.groupby("region").vintage.min()),
    ("wine", "which grape has the oldest vintage?", None),
    ("wine", "How many points are missing?", lambda d: int(d.points.isna().sum())),
    ("wine", "how many bottles of Syrah are there in total?", lambda d: int(d[d.grape == "Syrah"].bottles.sum())),
    ("wine", "number of red wines", None),
    ("wine", "share of red by region", lambda d: d.groupby("region").grape_colour.apply(lambda one: 100 * (one == "red").mean())),
    ("wine", "mean and median price for vintage 2010", lambda d: tuple(d[d.vintage == 2010].price_eur.agg(["mean", "median"]))),
    ("wine", "cheapest price", lambda d: d.price_eur.min()),
    ("wine", "most expensive grape", lambda d: d.groupby("grape").price_eur.mean().nlargest(1)),
    ("wine", "average price of the 2015 vintage", lambda d: d[d.vintage == 2015].price_eur.mean()),
    ("wine", "average price since 2010", lambda d: d[d.vintage >= 2010].price_eur.mean()),
    ("wine", "total bottles each vintage", lambda d: d.groupby("vintage").bottles.sum()),
    ("school", "How many missing values are there in score?", lambda d: int(d.score.isna().sum())),
    ("school", "average score by school year", lambda d: d.groupby("school_year").score.mean()),
    ("school", "How many passed?", lambda d: int(d.passed.sum())),
    ("school", "how many passed by subject", lambda d: d[d.passed == 1].groupby("subject").size()),
    ("school", "What share passed in class 3A?", None),
    ("school", "percentage of rows with passed = 1 by class", lambda d: 100 * d.groupby("class").passed.mean()),
    ("school", "How many different pupils?", lambda d: d.pupil.nunique()),
    ("school", "5 highest scores", lambda d: d.nlargest(5, "score").score.tolist()),
    ("school", "highest 5 scores in art", lambda d: d[d.subject == "art"].nlargest(5, "score").score.tolist()),
    ("school", "Which teacher has the highest average score overall?", lambda d: d.groupby("teacher").score.mean().nlargest(1)),
    ("school", "What's the typical score in maths?", lambda d: d[d.subject == "maths"].score.mean()),
    ("school", "min, median and max score by subject", lambda d: d.groupby("subject").score.agg(["min", "median", "max"])),
    ("school", "average score for class 3A and 3B", lambda d: d[d["class"].isin(["3A", "3B"])].score.mean()),
    ("school", "Which class has the worst average score?", None),
    ("school", "the lowest score in total", None),
    ("school", "most recent school year", lambda d: d.school_year.max()),
    ("school", "How many exams in each school year?", lambda d: d.groupby("school_year").size()),
    ("farm", "total tonnes of potatoes", lambda d: d[d.crop == "potato"].tonnes.sum()),
    ("farm", "total tonnes for potatoes in March", lambda d: d[(d.crop == "potato") & (d.harvested_on.dt.month == 3)].tonnes.sum()),
    ("farm", "average moisture by hectares", lambda d: d.groupby("hectares").moisture_pct.mean()),
    ("farm", "tonnes per hectare", None),
    ("farm", "total tonnes per hectare", None),
    ("farm", "What percent of rows are organic?", lambda d: 100 * d.organic.mean()),
    ("farm", "how many fields are organic?", None),
    ("farm", "How many different fields are there?", lambda d: d.field.nunique()),
    ("farm", "earliest harvest date", lambda d: d.harvested_on.min().date()),
    ("farm", "which field has the largest total tonnes?", lambda d: d.groupby("field").tonnes.sum().nlargest(1)),
    ("farm", "which 3 fields have the most tonnes in total", lambda d: d.groupby("field").tonnes.sum().nlargest(3)),
    ("farm", "total tonnes on Field 7", lambda d: d[d.field == "Field 7"].tonnes.sum()),
    ("farm", "tonnes in total for farm manager Ola", lambda d: d[d["farm manager"] == "Ola"].tonnes.sum()),
    ("farm", "average tonnes for the manager Per", lambda d: d[d["farm manager"] == "Per"].tonnes.mean()),
    ("farm", "are there gaps in tonnes or moisture?", None),
    ("farm", "missing values in tonnes and hectares", lambda d: (0, 0)),
    ("farm", "biggest field", None),
    ("farm", "average tonnes without wheat", None),
    ("farm", "is organic ever empty?", lambda d: 0),
    ("farm", "driest crop on average", None),
)
