EXPECTED = {"Cedar": 2.983819, "Birch": 2.617871, "Alder": 2.565546, "Doune": 2.493557}

assert list(ratings.index) == list(EXPECTED), f"The order is {list(ratings.index)}."
for hotel, mean in EXPECTED.items():
    assert abs(ratings[hotel] - mean) < 0.001, (
        f"{hotel}: {ratings[hotel]:.3f} instead of {mean:.3f}: each guest counts once, not each week."
    )
assert "Cedar" in answer and "2.98" in answer, "The answer does not give the best hotel with its mean."
