"""Tables of many domains, made up for the tests: odd column names, text among numbers, gaps, several ways to write a date."""

import random
from datetime import date, timedelta
from pathlib import Path


def write_all(folder: Path, seed: int) -> None:
    """Each domain in a folder of its own, as a notebook would stand beside it."""
    for name, (file, make, separator, encoding) in TABLES.items():
        (folder / name).mkdir()
        rows = make(random.Random(f"{seed}{name}"))
        text = "\n".join(separator.join(str(value) for value in row) for row in rows) + "\n"
        (folder / name / file).write_bytes(text.encode(encoding))


def _day(chance: random.Random, year: int, days: int = 360) -> date:
    return date(year, 1, 1) + timedelta(days=chance.randrange(days))


def weather(chance: random.Random) -> list[list[object]]:
    towns = ["Oslo", "Bergen", "Tromsø"]
    rows = [
        [_day(chance, 2022, 500), chance.choice(towns), round(chance.gauss(8, 9), 1), round(chance.random() * 20, 1)] for _ in range(300)
    ]
    return [["Date", "Station Name", "TempC", "Rainfall (mm)"], *rows]


def patients(chance: random.Random) -> list[list[object]]:
    rows = [
        [
            f"P{number:03}",
            chance.choice(["F", "M"]),
            chance.randint(18, 91),
            chance.choice(["cardiology", "oncology", "general ward"]),
            chance.choice([f"{chance.randint(50, 120)} kg"] * 12 + ["refused", ""]),
            chance.choice(["yes", "no"]),
        ]
        for number in range(180)
    ]
    return [["patient_id", "Sex", "ageYears", "Department", "BodyWeight", "smoker"], *rows]


def trees(chance: random.Random) -> list[list[object]]:
    kinds = ["Silver Birch", "Red Oak", "London Plane", "Ginkgo"]
    rows = [
        [
            number,
            chance.choice(kinds),
            round(chance.uniform(2, 31), 1),
            chance.randint(8, 140),
            chance.choice(["North Park", "Riverside", "Old Town"]),
        ]
        for number in range(160)
    ]
    return [["tree_no", "common.name", "HEIGHT_M", "trunk_diameter_cm", "district"], *rows]


def taxis(chance: random.Random) -> list[list[object]]:
    rows = [
        [
            f"{_day(chance, 2023)} {chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00",
            chance.randint(1, 5),
            round(chance.uniform(0.4, 24), 2),
            round(chance.uniform(4, 90), 2),
            chance.choice(["cash", "card"]),
            chance.choice(["Queens", "Bronx", "Staten Island"]),
        ]
        for _ in range(250)
    ]
    return [["pickup_time", "passengers", "trip_km", "fare", "payment type", "pickup_borough"], *rows]


def films(chance: random.Random) -> list[list[object]]:
    rows = [
        [
            f"Film {number}",
            chance.choice(["drama", "comedy", "horror"]),
            chance.randint(1990, 2020),
            round(chance.uniform(1, 10), 1),
            f'"{chance.randint(100_000, 90_000_000):,}"',
            chance.choice(["Ana Li", "Bo Ek", "Cy Moe", "Di Rao", "Ed Orr", "Fay Kim", "Gus Ley", "Hal Poe", "Ivy Oz", "Jo Ng"]),
        ]
        for number in range(140)
    ]
    return [["title", "Genre", "release_year", "rating", "Box Office", "Director"], *rows]


def energy(chance: random.Random) -> list[list[object]]:
    start = date(2021, 1, 1)
    sites = ["Mill", "Depot", "Office"]
    return [
        ["reading_date", "site", "consumption_kwh"],
        *(
            [(start + timedelta(days=day)).strftime("%d/%m/%Y"), site, round(chance.uniform(20, 300), 2)]
            for day in range(0, 365, 3)
            for site in sites
        ),
    ]


def loans(chance: random.Random) -> list[list[object]]:
    rows = [
        [
            _day(chance, 2024).strftime("%d.%m.%Y"),
            chance.choice(["Krimi", "Reise", "Kinder"]),
            str(round(chance.uniform(0, 4), 2)).replace(".", ","),
            chance.randint(1, 40),
            chance.choice(["Müller", "Groß", "Ebert"]),
        ]
        for _ in range(130)
    ]
    return [["Datum", "Rubrik", "Gebuehr", "Tage", "Leser"], *rows]


def staff(chance: random.Random) -> list[list[object]]:
    rows = [
        [
            f"E{number}",
            chance.choice(["Sales", "IT", "HR"]),
            f'"${chance.randint(30, 140)},{chance.randint(0, 999):03}"',
            chance.choice(["OR", "IN", "ME"]),
            chance.randint(0, 30),
        ]
        for number in range(110)
    ]
    return [["Employee", "Dept", "Annual Salary", "state", "years_of_service"], *rows]


def coffee(chance: random.Random) -> list[list[object]]:
    drinks = ["latte", "mocha", "espresso", "flat white"]
    rows = [
        [
            _day(chance, 2023),
            chance.choice(drinks),
            chance.randint(1, 4),
            round(chance.uniform(2, 6), 2),
            chance.choice(["Kiosk", "Main St"]),
        ]
        for _ in range(220)
    ]
    return [["sold_on", "drink", "qty", "unit_price", "shop"], *rows]


def rivers(chance: random.Random) -> list[list[object]]:
    rows = [
        [f"Station {number}", chance.choice(["Elbe", "Oder", "Spree"]), round(chance.uniform(0.001, 0.06), 5), chance.randint(1, 3)]
        for number in range(90)
    ]
    return [["gauge", "river", "lead_mg_l", "class"], *rows]


TABLES = {
    "weather": ("weather.csv", weather, ",", "utf-8"),
    "patients": ("patients.csv", patients, ",", "utf-8"),
    "trees": ("city trees.tsv", trees, "\t", "utf-8"),
    "taxis": ("taxi_trips.csv", taxis, ",", "utf-8"),
    "films": ("films.csv", films, ",", "utf-8"),
    "energy": ("energy.csv", energy, ",", "utf-8"),
    "loans": ("ausleihen.csv", loans, ";", "latin-1"),
    "staff": ("staff.csv", staff, ",", "utf-8"),
    "coffee": ("coffee_sales.csv", coffee, ",", "utf-8-sig"),
    "rivers": ("rivers.csv", rivers, ",", "utf-8"),
}
