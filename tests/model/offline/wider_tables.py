"""More made-up tables: flags, years, dates that are nearly years, names that contain one another, irregular plurals."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

Rows = list[list[object]]


def write_all(folder: Path, seed: int) -> None:
    """Each domain in a folder of its own."""
    for name, (file, make, separator) in TABLES.items():
        (folder / name).mkdir()
        rows = make(random.Random(f"{seed}{name}"))
        text = "\n".join(separator.join(str(value) for value in row) for row in rows) + "\n"
        (folder / name / file).write_text(text, "utf-8")


def _day(chance: random.Random, year: int, days: int = 360) -> date:
    return date(year, 1, 1) + timedelta(days=chance.randrange(days))


def marathon(chance: random.Random) -> Rows:
    clubs = ["Harriers", "Lakeside AC", "Road Runners", "Hill Goats"]
    rows: Rows = [
        [
            number,
            chance.choice(clubs),
            chance.choice(["women", "men"]),
            chance.randint(2009, 2023),
            round(chance.uniform(130, 330), 1) if chance.random() > 0.1 else "",
            chance.choice(["yes", "yes", "no"]),
            chance.randint(20, 70),
        ]
        for number in range(240)
    ]
    return [["bib", "club", "category", "race_year", "finish_minutes", "finished", "age"], *rows]


def hives(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            f"H{chance.randint(1, 24)}",
            chance.choice(["Orchard", "Heath", "Mill Lane"]),
            round(chance.uniform(0, 40), 1),
            _day(chance, 2021, 700),
            chance.randint(4, 12),
            chance.choice(["True", "False", "False"]),
            chance.randint(0, 9) if chance.random() > 0.15 else "",
        ]
        for _ in range(150)
    ]
    return [["hive", "apiary", "honey_kg", "inspected_on", "frames", "swarmed", "mites"], *rows]


def museum(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            _day(chance, 2023),
            chance.choice(["Fossils", "Armour", "Modern Art", "Textiles"]),
            chance.choice(["adult", "child", "senior"]),
            chance.randint(1, 120),
            round(chance.uniform(0, 900), 2),
            chance.choice(["East", "West"]),
        ]
        for _ in range(260)
    ]
    return [["visit_date", "gallery", "ticket_type", "visitors", "revenue_eur", "wing"], *rows]


def quakes(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            f"{_day(chance, 2018, 1500)} {chance.randint(0, 23):02}:{chance.randint(0, 59):02}",
            chance.choice(["Aegean", "Azores", "Jan Mayen", "Vrancea"]),
            round(chance.uniform(1.5, 7.4), 1),
            round(chance.uniform(2, 180), 3),
            chance.choice([0, 0, 1]),
            chance.randint(3, 60) if chance.random() > 0.2 else "",
        ]
        for _ in range(220)
    ]
    return [["time", "region", "magnitude", "depth_km", "felt", "stations"], *rows]


def tickets(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            f"T{number}",
            _day(chance, 2024, 300),
            chance.choice(["Ana", "Ben", "Cleo", "Dov"]),
            chance.choice(["low", "normal", "urgent"]),
            chance.randint(5, 900),
            chance.randint(1, 5) if chance.random() > 0.25 else "",
            chance.choice(["phone", "mail", "chat"]),
            chance.choice(["Y", "N", "N", "N"]),
        ]
        for number in range(200)
    ]
    return [["ticket_id", "opened", "agent", "priority", "minutes_to_close", "satisfaction", "channel", "reopened"], *rows]


def homes(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            chance.choice(["Old Town", "Harbourside", "Kings Park", "Elm Hill"]),
            chance.choice(["house", "flat", "bungalow"]),
            chance.randint(1, 6),
            f'"£{chance.randint(90, 890)},{chance.randint(0, 999):03}"',
            chance.randint(1970, 2022),
            chance.choice(["yes", "no"]),
            round(chance.uniform(30, 260), 1),
            _day(chance, 2022, 600),
        ]
        for _ in range(170)
    ]
    return [["neighbourhood", "property_type", "bedrooms", "asking_price", "year_built", "garden", "floor_area_m2", "listed_on"], *rows]


def stock(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            f"{chance.choice('ABC')}{chance.randint(1, 5)}",
            chance.choice(["knife", "scarf", "toy box", "brush", "battery"]),
            chance.choice(["cutlery", "clothes", "toys"]),
            chance.choice([f"Firm {letter}" for letter in "PQRS"]),
            chance.randint(0, 80),
            round(chance.uniform(1, 60), 2),
            chance.choice([f"man {number}" for number in range(7)]),
        ]
        for _ in range(180)
    ]
    return [["shelf", "article", "category", "supplier", "quantity", "unit_cost", "foreman"], *rows]


def wildlife(chance: random.Random) -> Rows:
    rows: Rows = [
        [
            chance.choice(["wolf", "red fox", "wild goose", "mouse", "deer"]),
            chance.choice(["canid", "bird", "other"]),
            chance.choice(["Route 7A", "Route 9", "North Loop"]),
            chance.randint(2015, 2024),
            chance.randint(0, 9),
            round(chance.uniform(0, 35), 2) if chance.random() > 0.1 else "",
            chance.choice(["dawn", "day", "dusk"]),
        ]
        for _ in range(190)
    ]
    return [["species", "species_group", "route", "season", "young_seen", "distance_m", "daytime"], *rows]


TABLES: dict[str, tuple[str, Callable[[random.Random], Rows], str]] = {
    "marathon": ("marathon_results.csv", marathon, ","),
    "hives": ("hives.csv", hives, ","),
    "museum": ("museum.tsv", museum, "\t"),
    "quakes": ("earthquakes.csv", quakes, ","),
    "tickets": ("tickets.csv", tickets, ","),
    "homes": ("homes.csv", homes, ","),
    "stock": ("stock.csv", stock, ";"),
    "wildlife": ("sightings.csv", wildlife, ","),
}
