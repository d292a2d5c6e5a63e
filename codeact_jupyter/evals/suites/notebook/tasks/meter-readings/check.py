EXPECTED = {
    "2025-06-01": 13.5,
    "2025-06-02": 12.3,
    "2025-06-03": 12.4,
    "2025-06-04": 9.55,
    "2025-06-05": 13.95,
    "2025-06-06": 12.4,
    "2025-06-07": 8.1,
    "2025-06-08": 11.0,
    "2025-06-09": 13.5,
    "2025-06-10": 12.8143,
    "2025-06-11": 12.2286,
    "2025-06-12": 8.6571,
    "2025-06-13": 13.3,
    "2025-06-14": 14.7,
    "2025-06-15": 16.0,
    "2025-06-16": 12.8,
    "2025-06-17": 12.0,
    "2025-06-18": 16.1,
    "2025-06-19": 10.4,
    "2025-06-20": 9.0,
}

assert list(daily.index) == list(EXPECTED), f"There are {len(daily)} days, from {daily.index[0]} to {daily.index[-1]}."
for day, used in EXPECTED.items():
    assert abs(daily[day] - used) < 0.01, f"{day}: {daily[day]} instead of {used}."
assert "2025-06-18" in answer, "The answer does not name the day as 2025-06-01."
