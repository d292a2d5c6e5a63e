EXPECTED = {"2025-01": 6102.86, "2025-02": 7037.08, "2025-03": 6661.3, "2025-04": 4813.82, "2025-05": 7222.96, "2025-06": 4695.81}

assert list(monthly.index) == list(EXPECTED), f"The months are {list(monthly.index)}."
for month, revenue in EXPECTED.items():
    assert abs(monthly[month] - revenue) < 0.01, f"{month}: {monthly[month]} instead of {revenue}."
assert "2025-05" in answer or "May" in answer, "The answer does not name the best month."
assert any(amount in answer.replace(",", "") for amount in ("7222.96", "7223")), "The answer does not give its revenue."
