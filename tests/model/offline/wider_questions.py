"""More questions, in more of the words that people use, and what pandas says; None: it should say that it cannot."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from tests.model.offline.questions import Truth, holds, same


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Each table as an expert would read it."""
    read = {
        "marathon": pd.read_csv(folder / "marathon/marathon_results.csv"),
        "hives": pd.read_csv(folder / "hives/hives.csv", parse_dates=["inspected_on"]),
        "museum": pd.read_csv(folder / "museum/museum.tsv", sep="\t", parse_dates=["visit_date"]),
        "quakes": pd.read_csv(folder / "quakes/earthquakes.csv", parse_dates=["time"]),
        "tickets": pd.read_csv(folder / "tickets/tickets.csv", parse_dates=["opened"]),
        "homes": pd.read_csv(folder / "homes/homes.csv", parse_dates=["listed_on"]),
        "stock": pd.read_csv(folder / "stock/stock.csv", sep=";"),
        "wildlife": pd.read_csv(folder / "wildlife/sightings.csv"),
    }
    read["homes"]["price"] = read["homes"]["asking_price"].str.replace("[£,]", "", regex=True).astype(float)
    return read


def _month(frame: pd.DataFrame, name: str) -> "pd.Series[str]":
    return frame[name].dt.strftime("%Y-%m")


def _told(value: object) -> str:
    """A group as an answer writes it."""
    return str(value).removesuffix(".0")


def _agrees(told: str, value: object) -> bool:
    return told == str(value) or same(told, value)


def holds_all(answer: str, truth: object) -> bool:
    """As `holds`, for several numbers of each group or of all rows, for dates, and for groups that are whole numbers with gaps."""
    match truth:
        case pd.DataFrame():
            rows = [line.strip("| ").split(" | ") for line in answer.splitlines() if line.startswith("| ")][2:]
            told = {row[0]: row[1:] for row in rows}
            wanted = {_told(key): list(row) for key, row in zip(truth.index, truth.to_numpy().tolist(), strict=True)}
            return told.keys() == wanted.keys() and all(all(map(_agrees, told[key], row)) for key, row in wanted.items())
        case pd.Series() if truth.index.dtype == float:
            return holds(answer, truth.set_axis([_told(key) for key in truth.index]))
        case tuple():
            told_all = re.findall(r"\*\*([^*]+)\*\*", answer)
            return len(told_all) == len(truth) and all(map(_agrees, told_all, truth))
        case date():
            return f"**{truth}**" in answer
        case _:
            return holds(answer, truth)


def outcome(answer: str, truth: object) -> str:
    """right | refused | wrong"""
    if answer.startswith("I cannot answer this:"):
        return "refused"
    return "right" if truth is not None and holds_all(answer, truth) else "wrong"


def _share(frame: pd.DataFrame, name: str, value: object) -> float:
    return float(100 * (frame[name] == value).mean())


QUESTIONS: Sequence[tuple[str, str, Truth | None]] = (
    ("marathon", "average finish minutes by race year", lambda d: d.groupby("race_year")["finish_minutes"].mean()),
    ("marathon", "How many missing values are there in finish minutes?", lambda d: int(d["finish_minutes"].isna().sum())),
    ("marathon", "how many finish minutes are missing", lambda d: int(d["finish_minutes"].isna().sum())),
    ("marathon", "Is finish_minutes ever empty?", lambda d: int(d["finish_minutes"].isna().sum())),
    ("marathon", "average and maximum finish minutes by club", lambda d: d.groupby("club")["finish_minutes"].agg(["mean", "max"])),
    ("marathon", "min, max and mean of age", lambda d: tuple(d["age"].agg(["min", "max", "mean"]))),
    ("marathon", "What percentage of runners finished?", None),
    ("marathon", "What percentage of the results have finished = yes?", lambda d: _share(d, "finished", "yes")),
    ("marathon", "average finish minutes for the Harriers club", lambda d: d[d["club"] == "Harriers"]["finish_minutes"].mean()),
    ("marathon", "what's the lowest 3 finish minutes", lambda d: d.nsmallest(3, "finish_minutes")["finish_minutes"].tolist()),
    ("marathon", "the oldest race year", lambda d: d["race_year"].min()),
    ("marathon", "Average age by finish minutes", None),
    ("marathon", "how many women and men are there?", lambda d: len(d)),
    ("marathon", "How many rows for each age?", lambda d: d.groupby("age").size()),
    ("hives", "Which apiary has the most honey in total?", lambda d: d.groupby("apiary")["honey_kg"].sum().nlargest(1)),
    ("hives", "How much honey overall at the Heath apiary?", None),
    ("hives", "What was the total honey at the Heath apiary?", lambda d: d[d["apiary"] == "Heath"]["honey_kg"].sum()),
    ("hives", "share of rows with swarmed true", lambda d: _share(d, "swarmed", True)),
    ("hives", "percentage of swarmed = True by apiary", lambda d: d.groupby("apiary")["swarmed"].mean() * 100),
    ("hives", "latest inspected date", lambda d: d["inspected_on"].max().date()),
    ("hives", "are there any missing values in mites?", lambda d: int(d["mites"].isna().sum())),
    ("hives", "Can you tell me the average number of mites per apiary, please?", lambda d: d.groupby("apiary")["mites"].mean()),
    ("hives", "honey by month", None),
    ("hives", "How many different hives are there?", lambda d: d["hive"].nunique()),
    ("hives", "5 highest honey", lambda d: d.nlargest(5, "honey_kg")["honey_kg"].tolist()),
    ("hives", "how many rows swarmed?", lambda d: int(d["swarmed"].sum())),
    ("museum", "Which gallery has the most visitors altogether?", lambda d: d.groupby("gallery")["visitors"].sum().nlargest(1)),
    ("museum", "Which gallery had the fewest visitors overall?", lambda d: d.groupby("gallery")["visitors"].sum().nsmallest(1)),
    ("museum", "Average revenue for the East wing", lambda d: d[d["wing"] == "East"]["revenue_eur"].mean()),
    ("museum", "total visitors in the gallery Modern Art", lambda d: int(d[d["gallery"] == "Modern Art"]["visitors"].sum())),
    ("museum", "what is the total revenue for tickets of type child", lambda d: d[d["ticket_type"] == "child"]["revenue_eur"].sum()),
    ("museum", "total revenue for ticket type child", lambda d: d[d["ticket_type"] == "child"]["revenue_eur"].sum()),
    ("museum", "On average, how many visitors by gallery?", lambda d: d.groupby("gallery")["visitors"].mean()),
    ("museum", "I'd like the visitors in total by month", lambda d: d.groupby(_month(d, "visit_date"))["visitors"].sum()),
    ("museum", "the earliest visit date", lambda d: d["visit_date"].min().date()),
    (
        "museum",
        "Which day had the most visitors in total?",
        lambda d: (
            d.groupby("visit_date")["visitors"].sum().set_axis([str(day)[:10] for day in sorted(d["visit_date"].unique())]).nlargest(1)
        ),
    ),
    ("museum", "What's the typical revenue per wing?", lambda d: d.groupby("wing")["revenue_eur"].mean()),
    ("museum", "total and average revenue by wing", lambda d: d.groupby("wing")["revenue_eur"].agg(["sum", "mean"])),
    ("quakes", "the largest magnitude in Vrancea", lambda d: d[d["region"] == "Vrancea"]["magnitude"].max()),
    ("quakes", "average magnitude in the region Jan Mayen", lambda d: d[d["region"] == "Jan Mayen"]["magnitude"].mean()),
    ("quakes", "smallest depth by region", lambda d: d.groupby("region")["depth_km"].min()),
    ("quakes", "average magnitude by depth", None),
    ("quakes", "Average depth by felt", lambda d: d.groupby("felt")["depth_km"].mean()),
    ("quakes", "percentage of earthquakes with felt = 1", lambda d: _share(d, "felt", 1)),
    ("quakes", "how many earthquakes in all?", lambda d: len(d)),
    ("quakes", "How many stations are missing?", lambda d: int(d["stations"].isna().sum())),
    ("quakes", "What's the largest number of stations?", lambda d: d["stations"].max()),
    ("quakes", "three largest magnitudes", lambda d: d.nlargest(3, "magnitude")["magnitude"].tolist()),
    ("quakes", "How many earthquakes were there per year?", lambda d: d.groupby(d["time"].dt.year).size()),
    ("quakes", "mean depth over time", lambda d: d.groupby(_month(d, "time"))["depth_km"].mean()),
    ("tickets", "average satisfaction per each agent", lambda d: d.groupby("agent")["satisfaction"].mean()),
    ("tickets", "Which agent closed the most tickets?", None),
    ("tickets", "Which agent has the most tickets?", lambda d: d.groupby("agent").size().nlargest(1)),
    ("tickets", "how many tickets have no satisfaction", None),
    (
        "tickets",
        "give me the median minutes to close for all urgent tickets",
        lambda d: d[d["priority"] == "urgent"]["minutes_to_close"].median(),
    ),
    ("tickets", "Average minutes to close by satisfaction", lambda d: d.groupby("satisfaction")["minutes_to_close"].mean()),
    ("tickets", "which channel has the longest minutes to close?", None),
    ("tickets", "What is the longest minutes to close?", lambda d: d["minutes_to_close"].max()),
    ("tickets", "number of tickets with priority urgent by agent", lambda d: d[d["priority"] == "urgent"].groupby("agent").size()),
    ("tickets", "shortest minutes to close for Cleo", lambda d: d[d["agent"] == "Cleo"]["minutes_to_close"].min()),
    (
        "tickets",
        "what share of tickets is reopened Y, by channel",
        lambda d: d.groupby("channel")["reopened"].apply(lambda one: (one == "Y").mean() * 100),
    ),
    ("tickets", "show the newest opened date", lambda d: d["opened"].max().date()),
    ("homes", "Average asking price by bedrooms", lambda d: d.groupby("bedrooms")["price"].mean()),
    ("homes", "average asking price by year built", lambda d: d.groupby("year_built")["price"].mean()),
    ("homes", "What is the oldest year built in Elm Hill?", lambda d: d[d["neighbourhood"] == "Elm Hill"]["year_built"].min()),
    ("homes", "how many houses are there?", lambda d: int((d["property_type"] == "house").sum())),
    ("homes", "average floor area of flats", lambda d: d[d["property_type"] == "flat"]["floor_area_m2"].mean()),
    (
        "homes",
        "Average asking price of all the bungalows in the neighbourhood Kings Park",
        lambda d: d[(d["property_type"] == "bungalow") & (d["neighbourhood"] == "Kings Park")]["price"].mean(),
    ),
    ("homes", "the biggest floor area", lambda d: d["floor_area_m2"].max()),
    (
        "homes",
        "Which neighbourhood has the largest average floor area?",
        lambda d: d.groupby("neighbourhood")["floor_area_m2"].mean().nlargest(1),
    ),
    ("homes", "the newest home", None),
    ("homes", "median asking price of homes with 3 bedrooms", lambda d: d[d["bedrooms"] == 3]["price"].median()),
    ("homes", "percentage of homes with a garden", lambda d: _share(d, "garden", "yes")),
    ("homes", "Total floor area for each property type", lambda d: d.groupby("property_type")["floor_area_m2"].sum()),
    ("stock", "How many different shelves are there?", lambda d: d["shelf"].nunique()),
    ("stock", "How many distinct categories do we have?", lambda d: d["category"].nunique()),
    ("stock", "How many different foremen are there?", lambda d: d["foreman"].nunique()),
    ("stock", "total quantity of knives", lambda d: int(d[d["article"] == "knife"]["quantity"].sum())),
    ("stock", "total quantity of scarves and brushes", lambda d: int(d[d["article"].isin(["scarf", "brush"])]["quantity"].sum())),
    ("stock", "average unit cost for batteries", lambda d: d[d["article"] == "battery"]["unit_cost"].mean()),
    ("stock", "What was the total quantity for supplier Firm Q?", lambda d: int(d[d["supplier"] == "Firm Q"]["quantity"].sum())),
    (
        "stock",
        "total quantity from the supplier Firm Q on shelf B1",
        lambda d: int(d[(d["supplier"] == "Firm Q") & (d["shelf"] == "B1")]["quantity"].sum()),
    ),
    ("stock", "How many toy boxes are there on shelf B2?", None),
    ("stock", "which shelf has the greatest total quantity", lambda d: d.groupby("shelf")["quantity"].sum().nlargest(1)),
    ("stock", "quantity by category", None),
    ("stock", "average unit cost by unit cost", None),
    ("wildlife", "How many different species are there?", lambda d: d["species"].nunique()),
    (
        "wildlife",
        "How many sightings of wolves were there on Route 7A?",
        lambda d: len(d[(d["species"] == "wolf") & (d["route"] == "Route 7A")]),
    ),
    ("wildlife", "average distance for wild geese", lambda d: d[d["species"] == "wild goose"]["distance_m"].mean()),
    ("wildlife", "average distance to red foxes", None),
    ("wildlife", "total young seen by season", lambda d: d.groupby("season")["young_seen"].sum()),
    ("wildlife", "Total young seen per season", lambda d: d.groupby("season")["young_seen"].sum()),
    ("wildlife", "How many mice at dawn?", lambda d: len(d[(d["species"] == "mouse") & (d["daytime"] == "dawn")])),
    ("wildlife", "average distance in the season 2020", lambda d: d[d["season"] == 2020]["distance_m"].mean()),
    ("wildlife", "the latest season", lambda d: d["season"].max()),
    ("wildlife", "number of sightings by route and daytime", lambda d: d.groupby(["route", "daytime"]).size()),
    ("wildlife", "young seen by distance", None),
    ("wildlife", "how many sightings have a missing distance?", lambda d: int(d["distance_m"].isna().sum())),
    ("wildlife", "Which route has the largest average distance?", lambda d: d.groupby("route")["distance_m"].mean().nlargest(1)),
)
