# %%
import pandas as pd

readings = pd.read_csv("stations.csv", skipinitialspace=True)
readings.columns = readings.columns.str.strip()
readings["celsius"] = readings["Temp (F)"] * 5 / 9 - 32
means = readings.groupby("Station").celsius.mean()
warmest = means.idxmax()

# %% [markdown]
# The columns' names had spaces around them. The warmest station is Ridge.
