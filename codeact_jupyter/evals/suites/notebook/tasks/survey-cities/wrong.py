# %%
import pandas as pd

living = pd.read_csv("survey.csv").city.str.strip(" ,").str.title().value_counts().to_dict()

# %% [markdown]
# 62 live in München, 37 live in New York, 23 live in Saint-Denis, 8 live in Århus.
