EXPECTED = {"DE": 3980.87, "AT": 1545.7}

assert set(revenue) == set(EXPECTED), f"The countries are {sorted(revenue)}."
for country, total in EXPECTED.items():
    assert abs(revenue[country] - total) < 0.01, f"{country}: {revenue[country]} instead of {total}."
assert "9" in answer, "The answer does not say how many lines could not be read."
