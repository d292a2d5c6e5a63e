# %%
import pandas as pd

orders = pd.read_csv("orders.csv")
print(orders.placed.head(10).tolist(), orders.isna().sum().sum())

# %%
placed = orders.placed
day = pd.to_datetime(placed, format="%Y-%m-%d", errors="coerce")
for form in ("%d.%m.%Y", "%d %b %Y"):
    day = day.fillna(pd.to_datetime(placed, format=form, errors="coerce"))
assert day.notna().all()
monthly = orders.groupby(day.dt.strftime("%Y-%m")).amount.sum()
print(monthly)

# %% [markdown]
# 2025-05 had the highest revenue: 7222.96.
