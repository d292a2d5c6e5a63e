# %%
import pandas as pd

ratings = pd.read_csv("ratings.csv").groupby("hotel").rating.mean().sort_values(ascending=False)

# %% [markdown]
# Cedar is the best hotel, with a mean of 2.98.
