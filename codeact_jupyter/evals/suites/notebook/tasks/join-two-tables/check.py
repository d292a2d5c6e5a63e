EXPECTED = {"east": 2780.58, "north": 5960.03, "south": 2723.06, "unknown": 1359.94}

assert set(revenue) == set(EXPECTED), f"The regions are {sorted(map(str, revenue))}."
for region, total in EXPECTED.items():
    assert abs(revenue[region] - total) < 0.01, f"{region}: {revenue[region]} instead of {total}."
assert "1359.94" in answer.replace(",", ""), "The answer does not give the revenue of unknown."
