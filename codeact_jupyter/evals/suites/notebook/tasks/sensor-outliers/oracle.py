# %%
import pandas as pd

readings = pd.read_csv("readings.csv")
print(readings.groupby("sensor").value.describe())

# %%
values = readings.groupby("sensor").value
low, high = values.transform("quantile", 0.25), values.transform("quantile", 0.75)
reach = 1.5 * (high - low)
kept = readings[readings.value.between(low - reach, high + reach)]
print(len(readings) - len(kept), kept.sensor.value_counts())

# %% [markdown]
# 12 readings were left out; 57 of A, 58 of B, 54 of C, 59 of D remain.
