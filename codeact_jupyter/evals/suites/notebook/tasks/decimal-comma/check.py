EXPECTED = {"Köln": 93469.51, "Münster": 112090.41, "Düsseldorf": 94717.02, "Straßburg": 100857.3, "Zürich": 123204.02, "Genève": 161911.66}

assert set(turnover) == set(EXPECTED), f"The branches are {sorted(turnover)}."
for branch, total in EXPECTED.items():
    assert abs(turnover[branch] - total) < 0.01, f"{branch}: {turnover[branch]} instead of {total}."
digits = "".join(filter(str.isdigit, answer))
assert "68624992" in digits, "The answer does not give the sum to the cent."
