"""Files of many kinds, made up with a fixed seed: workbooks, Parquet, other encodings and separators, numbers and dates as text."""

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 11


def write_all(folder: Path) -> None:
    """Each domain in a folder of its own, as a notebook would stand beside it."""
    for name, make in MAKERS.items():
        (folder / name).mkdir()
        make(folder / name, np.random.default_rng([SEED, len(name), *name.encode()]))


def _days(chance: np.random.Generator, first: str, count: int, rows: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.Timestamp(first) + pd.to_timedelta(np.sort(chance.integers(0, count, rows)), unit="D"))


def flats(folder: Path, chance: np.random.Generator) -> None:
    size = chance.uniform(25, 140, 220).round(1)
    frame = pd.DataFrame(
        {
            "flat_id": range(1, 221),
            "listed": _days(chance, "2021-02-01", 800, 220).strftime("%Y-%m-%d"),
            "district": chance.choice(["Harbour", "Old Mill", "Station", "Park View"], 220),
            "size_m2": size,
            "rooms": (size // 28 + 1).astype(int),
            "rent_eur": (size * 11 + chance.normal(120, 60, 220)).round(2),
            "floor": chance.integers(0, 9, 220),
            "heating": chance.choice(["gas", "heat pump", "district"], 220),
        }
    )
    frame.loc[chance.choice(220, 14, replace=False), "rent_eur"] = np.nan
    frame.to_csv(folder / "flats.csv", index=False)


def shop(folder: Path, chance: np.random.Generator) -> None:
    rows = 180
    prices = chance.uniform(3, 2400, rows).round(2)
    quantity = [str(value) for value in chance.integers(1, 30, rows)]
    for at in (3, 40, 41, 77):
        quantity[at] = "-"
    quantity[90], quantity[120], quantity[121] = "none", "n/a", ""
    pd.DataFrame(
        {
            "order_no": range(1000, 1000 + rows),
            "ordered": _days(chance, "2023-01-01", 700, rows).strftime("%B %d, %Y"),
            "customer_id": chance.integers(1, 25, rows),
            "category": chance.choice(["Garden", "Kitchen", "Toys"], rows),
            "price": [f"${value:,.2f}" for value in prices],
            "discount": [f"{value} %" for value in chance.integers(0, 40, rows)],
            "quantity": quantity,
        }
    ).to_csv(folder / "orders.csv", index=False)
    pd.DataFrame(
        {
            "customer_id": range(1, 23),
            "country": chance.choice(["France", "Spain", "Italy"], 22),
            "age": chance.integers(19, 80, 22),
        }
    ).to_csv(folder / "customers.csv", index=False)


def clinic(folder: Path, chance: np.random.Generator) -> None:
    wards = ["Cardiology", "Surgery", "Eye"]
    visits = pd.DataFrame(
        {
            "Visit Date": _days(chance, "2022-01-01", 365, 150),
            "Ward": chance.choice(wards, 150),
            "Minutes": chance.integers(5, 95, 150),
            "Cost": chance.uniform(20, 900, 150).round(2),
        }
    )
    staff = pd.DataFrame(
        {
            "Name": [f"Person {n}" for n in range(30)],
            "Ward": chance.choice(wards, 30),
            "Salary": chance.integers(30, 90, 30) * 1000,
            "Years": chance.integers(0, 35, 30),
        }
    )
    with pd.ExcelWriter(folder / "clinic.xlsx") as book:
        visits.to_excel(book, sheet_name="Visits", index=False)
        staff.to_excel(book, sheet_name="Staff", index=False)
        staff.head(7).to_excel(book, sheet_name="Archive 2019", index=False)


def ledger(folder: Path, chance: np.random.Generator) -> None:
    frame = pd.DataFrame({"Account": chance.choice(["Rent", "Travel", "Food"], 60), "Booked": chance.uniform(1, 400, 60).round(2)})
    with pd.ExcelWriter(folder / "ledger.xlsx") as book:
        frame.to_excel(book, sheet_name="Sheet1", index=False, startrow=3)
        book.sheets["Sheet1"].cell(row=1, column=1, value="Ledger of the year")


def wind(folder: Path, chance: np.random.Generator) -> None:
    rows = 900
    speed = chance.gamma(4, 2, rows)
    frame = pd.DataFrame(
        {
            "measured_at": pd.date_range("2023-03-01", periods=rows, freq="7h"),
            "site": pd.Categorical(chance.choice(["North Ridge", "Bay", "Plain"], rows)),
            "wind_speed": speed.round(2),
            "power_kw": (speed * 31.5 - 20 + chance.normal(0, 25, rows)).round(1),
            "humidity": chance.uniform(20, 99, rows).round(1),
            "turbine": pd.array(chance.integers(1, 6, rows), dtype="Int64"),
        }
    )
    frame.loc[frame.index % 97 == 0, "humidity"] = np.nan
    frame.to_parquet(folder / "wind.parquet")


def staedte(folder: Path, chance: np.random.Generator) -> None:
    rows = 96
    umsatz = (np.arange(rows) * 35.0 + chance.uniform(300, 2500, rows)).round(2)
    lines = ["Datum;Stadt;Temperatur;Umsatz;Einwohner"]
    for at, day in enumerate(pd.date_range("2022-01-03", periods=rows, freq="6D")):
        money = f"{umsatz[at]:,.2f}".translate(str.maketrans(",.", ".,"))
        people = f"{int(chance.integers(8000, 99000)):,}".replace(",", ".")
        warm = f"{chance.normal(11, 7):.1f}".replace(".", ",")
        lines.append(f"{day:%d.%m.%Y};{chance.choice(['Köln', 'München', 'Jena'])};{warm};{money};{people}")
    (folder / "städte.csv").write_bytes(("\n".join(lines) + "\n").encode("cp1252"))


def survey(folder: Path, chance: np.random.Generator) -> None:
    frame = pd.DataFrame(
        {
            "respondent": [f"r{n:03}" for n in range(120)],
            "city": chance.choice(["Łódź", "Gdańsk", "Kraków"], 120),
            "age": chance.integers(18, 88, 120),
            "hours_online": chance.uniform(0, 9, 120).round(2),
        }
    )
    frame.to_csv(folder / "survey.csv", sep="\t", index=False, encoding="utf-16")


def pubs(folder: Path, chance: np.random.Generator) -> None:
    frame = pd.DataFrame(
        {
            "Café": chance.choice(["Zoë’s", "Le Nord", "Ampère"], 80),
            "visitors": chance.integers(10, 300, 80),
            "takings": chance.uniform(80, 4000, 80).round(2),
        }
    )
    (folder / "cafés.csv").write_bytes(frame.to_csv(sep="|", index=False).encode("cp1252"))


def gates(folder: Path, chance: np.random.Generator) -> None:
    days = pd.date_range("2024-01-02", periods=120, freq="D")
    frame = pd.DataFrame(
        {"day": days.strftime("%d/%m/%Y"), "gate": chance.choice(["A", "B"], 120), "visitors": chance.integers(50, 400, 120)}
    )
    frame["visitors"] -= np.arange(120) // 3
    frame.to_csv(folder / "gates.csv", index=False)


def doors(folder: Path, chance: np.random.Generator) -> None:
    days = [f"{chance.integers(1, 13):02}/{chance.integers(1, 13):02}/2024" for _ in range(40)]
    pd.DataFrame({"day": days, "visitors": chance.integers(50, 400, 40)}).to_csv(folder / "doors.csv", index=False)


def runs(folder: Path, chance: np.random.Generator) -> None:
    days = pd.date_range("2020-01-01", periods=60, freq="MS")
    lines = ["# exported from the watch", "# runner 7", "date,distance_km,minutes"]
    for at, day in enumerate(days):
        lines.append(f"{day:%Y%m%d},{chance.uniform(4, 9) + at * 0.08:.2f},{chance.uniform(25, 60):.1f}")
    (folder / "runs.csv").write_text("\n".join(lines) + "\n")


def events(folder: Path, chance: np.random.Generator) -> None:
    frame = pd.DataFrame(
        {
            "kind": chance.choice(["click", "view", "buy"], 200),
            "ms": chance.integers(1, 900, 200),
            "country": chance.choice(["PE", "CL"], 200),
        }
    )
    frame.to_json(folder / "events.jsonl", orient="records", lines=True)


def lab(folder: Path, chance: np.random.Generator) -> None:
    rows = [f"{chance.normal(20, 3):8.2f} {chance.normal(5, 1):8.3f} {chance.choice(['x', 'y'])}" for _ in range(50)]
    (folder / "lab.txt").write_text("temp     acid     batch\n" + "\n".join(rows) + "\n")


def sensors(folder: Path, chance: np.random.Generator) -> None:
    rows = [f"{chance.normal(4, 1):.3f},{chance.integers(1, 9)},s{chance.integers(1, 4)}" for _ in range(64)]
    (folder / "sensors.csv").write_text("\n".join(rows) + "\n")


def schools(folder: Path, chance: np.random.Generator) -> None:
    rows = 140
    frame = pd.DataFrame(
        {
            "year": chance.integers(2005, 2021, rows),
            "school": chance.choice(["East", "West", "Hill"], rows),
            "test_score": chance.normal(60, 9, rows).round(1),
            "price_usd": chance.uniform(100, 900, rows).round(2),
            "price_eur": chance.uniform(100, 900, rows).round(2),
        }
    )
    frame["test_score"] += (frame["year"] - 2005) * 1.2
    frame["fee"] = [f"EUR {value:.2f}" for value in chance.uniform(5, 80, rows)]
    frame["lunch"] = chance.choice(["yes", "no", "-", "?"], rows, p=[0.5, 0.4, 0.06, 0.04])
    frame["test_score"] = frame["test_score"].round(1)
    frame.to_csv(folder / "schools.csv", index=False, encoding="utf-8-sig")


MAKERS = {
    "flats": flats,
    "shop": shop,
    "clinic": clinic,
    "ledger": ledger,
    "wind": wind,
    "staedte": staedte,
    "survey": survey,
    "pubs": pubs,
    "gates": gates,
    "doors": doors,
    "runs": runs,
    "events": events,
    "lab": lab,
    "sensors": sensors,
    "schools": schools,
}
