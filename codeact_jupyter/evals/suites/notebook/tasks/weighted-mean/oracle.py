# %%
import pandas as pd

weeks = pd.read_csv("ratings.csv")
print(weeks.describe())

# %%
weeks["points"] = (weeks.rating * weeks.guests).fillna(0)
sums = weeks.groupby("hotel")[["points", "guests"]].sum()
ratings = (sums.points / sums.guests).sort_values(ascending=False)
print(ratings)

# %% [markdown]
# Cedar is the best hotel, with a mean of 2.98.
