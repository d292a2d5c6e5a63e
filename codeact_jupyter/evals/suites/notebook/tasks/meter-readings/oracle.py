# %%
import pandas as pd

meter = pd.read_csv("meter.csv", parse_dates=["time"]).set_index("time").kwh.sort_index()
print(len(meter), meter.index[[0, -1]], meter.index.to_series().diff().value_counts())

# %%
midnight = meter.resample("6h").mean().interpolate("time").asfreq("D")
used = midnight.diff().shift(-1).dropna()
daily = used.set_axis(used.index.strftime("%Y-%m-%d"))
print(daily.idxmax(), daily.max())

# %% [markdown]
# Consumption was highest on 2025-06-18: 16.10 kWh.
