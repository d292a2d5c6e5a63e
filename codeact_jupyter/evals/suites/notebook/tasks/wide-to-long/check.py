EXPECTED = [
    ("Chile", 2018, 33002),
    ("Chile", 2019, 6065),
    ("Chile", 2020, 4368),
    ("Chile", 2021, 31094),
    ("Chile", 2022, 4919),
    ("Ghana", 2018, 15426),
    ("Ghana", 2019, 13489),
    ("Ghana", 2020, 30208),
    ("Ghana", 2022, 3103),
    ("Laos", 2019, 21783),
    ("Laos", 2020, 19990),
    ("Laos", 2022, 31877),
    ("Malta", 2018, 6562),
    ("Malta", 2019, 32127),
    ("Malta", 2020, 33891),
    ("Malta", 2021, 30573),
    ("Malta", 2022, 7806),
    ("Nepal", 2018, 36024),
    ("Nepal", 2019, 5666),
    ("Nepal", 2020, 1187),
    ("Nepal", 2021, 5051),
    ("Nepal", 2022, 29495),
    ("Peru", 2018, 25392),
    ("Peru", 2020, 9329),
    ("Peru", 2021, 17197),
    ("Peru", 2022, 8730),
    ("Togo", 2018, 41437),
    ("Togo", 2019, 7424),
    ("Togo", 2020, 15203),
    ("Togo", 2021, 31899),
]

assert list(tidy.columns) == ["country", "year", "production"], f"The columns are {list(tidy.columns)}."
for column in ("year", "production"):
    assert str(tidy[column].dtype).lower().startswith("int"), f"{column} is {tidy[column].dtype}."
rows = [(row.country, int(row.year), int(row.production)) for row in tidy.itertuples()]
assert len(rows) == len(EXPECTED), f"There are {len(rows)} rows instead of {len(EXPECTED)}."
assert rows == EXPECTED, next(f"{one} instead of {other}." for one, other in zip(rows, EXPECTED) if one != other)
assert "2018" in answer, "The answer does not name the year."
