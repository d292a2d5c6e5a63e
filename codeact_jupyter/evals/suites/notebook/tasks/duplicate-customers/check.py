import csv

EXPECTED = {
    "ada.diaz-brandt@example.org": "Turin 2023-11-11",
    "ada.egger@example.org": "Graz 2024-01-30",
    "ben.cohen-brandt@example.org": "Turin 2023-05-18",
    "ben.diaz@example.org": "Bern 2024-06-29",
    "cleo.diaz-brandt@example.org": "Lyon 2024-06-20",
    "cleo.egger@example.org": "Bern 2023-07-10",
    "dana.diaz-egger@example.org": "Bern 2023-02-21",
    "dana.diaz@example.org": "Turin 2023-05-10",
    "emil.cohen-diaz@example.org": "Bern 2023-04-28",
    "emil.diaz@example.org": "Bern 2024-03-20",
    "fay.brandt-cohen@example.org": "Lyon 2024-09-06",
    "fay.cohen@example.org": "Graz 2024-09-17",
    "gus.abel@example.org": "Bern 2023-06-29",
    "gus.brandt-brandt@example.org": "Turin 2023-04-09",
    "hana.brandt@example.org": "Graz 2024-07-16",
    "hana.cohen-egger@example.org": "Turin 2023-06-27",
    "ivo.diaz-brandt@example.org": "Lyon 2024-11-03",
    "ivo.egger@example.org": "Lyon 2024-03-08",
    "jule.diaz-diaz@example.org": "Lyon 2023-11-17",
    "jule.diaz@example.org": "Bern 2024-11-05",
    "kai.diaz-diaz@example.org": "Lyon 2023-02-25",
    "kai.diaz@example.org": "Turin 2024-01-20",
    "lena.abel-brandt@example.org": "Lyon 2023-01-28",
    "lena.cohen@example.org": "Lyon 2023-10-22",
    "milo.abel-egger@example.org": "Bern 2024-04-21",
    "milo.diaz@example.org": "Turin 2023-08-22",
    "nora.egger-egger@example.org": "Turin 2023-11-24",
    "nora.egger@example.org": "Bern 2024-10-22",
    "otto.cohen-cohen@example.org": "Lyon 2024-02-10",
    "otto.egger@example.org": "Lyon 2023-02-14",
    "pia.abel@example.org": "Bern 2024-04-20",
    "pia.brandt-brandt@example.org": "Lyon 2024-09-17",
    "quin.abel-cohen@example.org": "Graz 2024-11-05",
    "quin.diaz@example.org": "Lyon 2024-09-16",
    "rosa.brandt-diaz@example.org": "Bern 2023-06-14",
    "rosa.cohen@example.org": "Turin 2024-11-20",
    "sven.diaz@example.org": "Bern 2024-06-15",
    "sven.egger-brandt@example.org": "Turin 2023-09-18",
    "tess.diaz@example.org": "Graz 2023-12-31",
    "tess.egger-brandt@example.org": "Bern 2023-09-07",
}

with open("clean.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
assert rows and list(rows[0]) == ["email", "name", "city", "changed"], "clean.csv has other columns."
assert [row["email"] for row in rows] == list(EXPECTED), f"clean.csv has {len(rows)} customers, or in another order."
for row in rows:
    assert row["city"] + " " + row["changed"][:10] == EXPECTED[row["email"]], f"{row['email']} is not the latest entry."
assert "40" in answer, "The answer does not say how many there are."
