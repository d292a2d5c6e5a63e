EXPECTED = {"North": 14.4481, "Harbour": 13.7333, "Ridge": 16.8093}

assert set(means.index) == set(EXPECTED), f"The stations are {sorted(means.index)}."
for station, mean in EXPECTED.items():
    assert abs(means[station] - mean) < 0.01, f"{station}: {means[station]} instead of {mean}."
assert warmest == "Ridge", f"The warmest station is said to be {warmest}."
assert "Ridge" in answer, "The answer does not name the warmest station."
