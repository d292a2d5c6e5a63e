COUNTS = {"A": 57, "B": 58, "C": 54, "D": 59}
MEANS = {"A": 20.040877, "B": 55.004483, "C": 21.077222, "D": 90.565593}

assert {"time", "sensor", "value"} <= set(kept.columns), f"The columns are {list(kept.columns)}."
for sensor, count in COUNTS.items():
    values = kept.value[kept.sensor == sensor]
    assert len(values) == count, (
        f"Of sensor {sensor} {len(values)} readings remain instead of {count}: each sensor has quartiles of its own."
    )
    assert abs(values.mean() - MEANS[sensor]) < 0.001, f"Other readings of sensor {sensor} remain than should."
assert "12" in answer, "The answer does not say how many were left out."
