# %%
import pandas as pd

readings = pd.read_csv("stations.csv")
print(readings.columns.tolist())

# %%
readings.columns = readings.columns.str.strip()
readings["celsius"] = (readings["Temp (F)"] - 32) * 5 / 9
means = readings.groupby("Station").celsius.mean()
warmest = means.idxmax()
print(means, warmest)

# %% [markdown]
# The columns' names had spaces around them, and the conversion forgot to take away 32 first. The warmest station is Ridge.
