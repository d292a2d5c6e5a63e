EXPECTED = {"München": 62, "New York": 37, "Saint-Denis": 23, "Århus": 8}

assert sum(living.values()) == 130, f"{sum(living.values())} people are counted, of 130."
assert {city: int(count) for city, count in living.items()} == EXPECTED, f"The counts are {living}."
for count in EXPECTED.values():
    assert str(count) in answer, f"The answer does not have the count {count}."
