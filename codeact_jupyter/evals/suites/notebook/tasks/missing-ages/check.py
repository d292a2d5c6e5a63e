EXPECTED = {"control": 54.0625, "treatment": 53.8}

assert set(mean_age) == set(EXPECTED), f"The groups are {sorted(mean_age)}."
for group, mean in EXPECTED.items():
    assert abs(mean_age[group] - mean) < 0.001, f"{group}: {mean_age[group]} instead of {mean:.3f}."
    assert f"{mean:.1f}" in answer, f"The answer does not give the mean of {group}."
assert "26" in answer, "The answer does not say how many ages are not known."
