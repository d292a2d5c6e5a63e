"""Questions about the tables, and what pandas says: the numbers that a right answer holds."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

Truth = Callable[[pd.DataFrame], object]


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Each table as an expert would read it."""
    read = {
        "weather": pd.read_csv(folder / "weather/weather.csv", parse_dates=["Date"]),
        "patients": pd.read_csv(folder / "patients/patients.csv"),
        "trees": pd.read_csv(folder / "trees/city trees.tsv", sep="\t"),
        "taxis": pd.read_csv(folder / "taxis/taxi_trips.csv", parse_dates=["pickup_time"]),
        "films": pd.read_csv(folder / "films/films.csv", thousands=","),
        "energy": pd.read_csv(folder / "energy/energy.csv", parse_dates=["reading_date"], date_format="%d/%m/%Y"),
        "loans": pd.read_csv(
            folder / "loans/ausleihen.csv", sep=";", decimal=",", encoding="latin-1", parse_dates=["Datum"], date_format="%d.%m.%Y"
        ),
        "staff": pd.read_csv(folder / "staff/staff.csv"),
        "coffee": pd.read_csv(folder / "coffee/coffee_sales.csv", parse_dates=["sold_on"], encoding="utf-8-sig"),
        "rivers": pd.read_csv(folder / "rivers/rivers.csv"),
    }
    weight = read["patients"]["BodyWeight"].str.removesuffix(" kg")
    read["patients"]["kg"] = pd.to_numeric(weight.where(weight != "refused"))
    read["staff"]["pay"] = read["staff"]["Annual Salary"].str.replace("[$,]", "", regex=True).astype(float)
    return read


def _month(frame: pd.DataFrame, name: str) -> "pd.Series[str]":
    return frame[name].dt.strftime("%Y-%m")


QUESTIONS: Sequence[tuple[str, str, Truth]] = (
    ("weather", "What is the average temperature by station?", lambda d: d.groupby("Station Name")["TempC"].mean()),
    ("weather", "total rainfall by month", lambda d: d.groupby(_month(d, "Date"))["Rainfall (mm)"].sum()),
    ("weather", "Which station is the warmest?", lambda d: d.groupby("Station Name")["TempC"].mean().nlargest(1)),
    ("weather", "What was the highest temperature in Bergen?", lambda d: d[d["Station Name"] == "Bergen"]["TempC"].max()),
    ("weather", "how much did it rain per town on average?", None),
    ("weather", "Mean rainfall in March 2022, please", lambda d: d[_month(d, "Date") == "2022-03"]["Rainfall (mm)"].mean()),
    ("patients", "How many patients are there in each department?", lambda d: d.groupby("Department").size()),
    ("patients", "average body weight of smokers", None),
    ("patients", "average body weight where smoker is no", lambda d: d[d["smoker"] == "no"]["kg"].mean()),
    ("patients", "median age by sex", lambda d: d.groupby("Sex")["ageYears"].median()),
    ("patients", "maximum body weight per department", lambda d: d.groupby("Department")["kg"].max()),
    ("patients", "How many patients in the general ward are over 60?", None),
    ("patients", "number of patients with age at least 65", lambda d: int((d["ageYears"] >= 65).sum())),
    ("trees", "What is the average height per common name? Plot it.", lambda d: d.groupby("common.name")["HEIGHT_M"].mean()),
    ("trees", "show me the 4 tallest trees", lambda d: d.nlargest(4, "HEIGHT_M")["HEIGHT_M"].tolist()),
    ("trees", "how many red oaks are in Riverside", lambda d: len(d[(d["common.name"] == "Red Oak") & (d["district"] == "Riverside")])),
    (
        "trees",
        "median trunk diameter for Ginkgo and London Plane",
        lambda d: d[d["common.name"].isin(["Ginkgo", "London Plane"])]["trunk_diameter_cm"].median(),
    ),
    ("trees", "Which district has the most trees?", lambda d: d.groupby("district").size().nlargest(1)),
    ("taxis", "total fare by payment type as a bar chart", lambda d: d.groupby("payment type")["fare"].sum()),
    ("taxis", "average fare by hour", lambda d: d.groupby(d["pickup_time"].dt.hour)["fare"].mean()),
    ("taxis", "How many trips by weekday?", lambda d: d.groupby(d["pickup_time"].dt.day_name()).size()),
    (
        "taxis",
        "How many passengers were there from Staten Island?",
        lambda d: int(d[d["pickup_borough"] == "Staten Island"]["passengers"].sum()),
    ),
    ("taxis", "average fare for trips over 10 km", lambda d: d[d["trip_km"] > 10]["fare"].mean()),
    ("taxis", "average fare where trip_km > 10", lambda d: d[d["trip_km"] > 10]["fare"].mean()),
    ("taxis", "fare between 10 and 20: how many rows?", lambda d: int(d["fare"].between(10, 20).sum())),
    ("films", "top 3 films by box office", lambda d: d.nlargest(3, "Box Office")["Box Office"].tolist()),
    ("films", "average box office by genre", lambda d: d.groupby("Genre")["Box Office"].mean()),
    ("films", "number of films per director", lambda d: d.groupby("Director").size()),
    (
        "films",
        "mean rating of horror films since 2005",
        lambda d: d[(d["Genre"] == "horror") & (d["release_year"] >= 2005)]["rating"].mean(),
    ),
    ("films", "Average rating for Ivy Oz", lambda d: d[d["Director"] == "Ivy Oz"]["rating"].mean()),
    ("films", "How many different directors are there?", lambda d: d["Director"].nunique()),
    ("energy", "total consumption by month as a line chart", lambda d: d.groupby(_month(d, "reading_date"))["consumption_kwh"].sum()),
    (
        "energy",
        "Which month had the highest consumption?",
        lambda d: d.groupby(_month(d, "reading_date"))["consumption_kwh"].sum().nlargest(1),
    ),
    (
        "energy",
        "average consumption for each site in July",
        lambda d: d[d["reading_date"].dt.month == 7].groupby("site")["consumption_kwh"].mean(),
    ),
    ("loans", "Average Gebuehr by Rubrik", lambda d: d.groupby("Rubrik")["Gebuehr"].mean()),
    ("loans", "sum of Tage per month", lambda d: d.groupby(_month(d, "Datum"))["Tage"].sum()),
    ("loans", "total Tage for Müller", lambda d: int(d[d["Leser"] == "Müller"]["Tage"].sum())),
    ("loans", "maximum of Gebühr", lambda d: d["Gebuehr"].max()),
    ("staff", "average salary by department", lambda d: d.groupby("Dept")["pay"].mean()),
    ("staff", "average salary in OR", lambda d: d[d["state"] == "OR"]["pay"].mean()),
    ("staff", "average years of service in IN", lambda d: d[d["state"] == "IN"]["years_of_service"].mean()),
    ("staff", "How many people work in IT?", lambda d: int((d["Dept"] == "IT").sum())),
    ("staff", "which dept has the lowest average annual salary", lambda d: d.groupby("Dept")["pay"].mean().nsmallest(1)),
    ("coffee", "Which drink sold best?", lambda d: d.groupby("drink")["qty"].sum().nlargest(1)),
    ("coffee", "which 2 drinks sold most", lambda d: d.groupby("drink")["qty"].sum().nlargest(2)),
    ("coffee", "average unit price by shop and drink", lambda d: d.groupby(["shop", "drink"])["unit_price"].mean()),
    (
        "coffee",
        "how many flat whites were sold at Main St",
        lambda d: int(d[(d["drink"] == "flat white") & (d["shop"] == "Main St")]["qty"].sum()),
    ),
    ("coffee", "revenue by shop", None),
    ("coffee", "monthly total qty", lambda d: d.groupby(_month(d, "sold_on"))["qty"].sum()),
    ("rivers", "mean lead by river", lambda d: d.groupby("river")["lead_mg_l"].mean().round(6)),
    ("rivers", "how many gauges in class 2", lambda d: int((d["class"] == 2).sum())),
    ("rivers", "What rivers are there?", lambda d: d["river"].value_counts()),
    ("films", "average rating per box office", None),
    ("films", "average rating by release year", lambda d: d.groupby("release_year")["rating"].mean()),
    ("coffee", "which drink sold most by shop", None),
    ("coffee", "cheapest drink by unit price", None),
    ("rivers", "highest lead and where", None),
    ("weather", "average temperature from January to March", None),
    ("staff", "average years of service per salary", None),
    ("rivers", "What is the correlation between lead and class?", lambda d: round(d["lead_mg_l"].corr(d["class"]), 4)),
)
"""Domain, request, and the truth; None: there is none that the words give, or it is beyond the model."""


def holds(answer: str, truth: object) -> bool:
    """The answer says just these numbers."""
    match truth:
        case pd.Series():
            rows = [line.strip("| ").split(" | ") for line in answer.splitlines() if line.startswith("| ")][1:]
            rows = [row for row in rows if set(row[0]) != {"-"}]
            told = {tuple(row[:-1]): row[-1] for row in rows}
            wanted = {tuple(str(one) for one in (key if isinstance(key, tuple) else (key,))): value for key, value in truth.items()}
            return told.keys() == wanted.keys() and all(same(told[key], value) for key, value in wanted.items())
        case list():
            rows = [line.strip("| ").split(" | ") for line in answer.splitlines() if line.startswith("| ")][2:]
            return len(rows) >= len(truth) and all(same(row[-1], value) for row, value in zip(rows, truth, strict=False))  # more: ties
        case _:
            return any(same(told, truth) for told in re.findall(r"\*\*([^*]+)\*\*", answer))


def same(told: str, value: object) -> bool:
    """The number that the answer shows is this one, rounded to two decimals, or to six where it is small."""
    try:
        shown, real = float(told), float(str(value))
    except ValueError:
        return False
    return abs(shown - real) <= (0.0051 if abs(real) >= 1 else 6e-7 if len(told.partition(".")[2]) > 2 else 1e-9)


def outcome(answer: str, truth: object) -> str:
    """right | refused | wrong"""
    if answer.startswith("I cannot answer this:"):
        return "refused"
    return "right" if truth is not None and holds(answer, truth) else "wrong"


def by_domain() -> Mapping[str, Sequence[tuple[str, Truth]]]:
    domains: dict[str, list[tuple[str, Truth]]] = {}
    for domain, request, truth in QUESTIONS:
        domains.setdefault(domain, []).append((request, truth))
    return domains
