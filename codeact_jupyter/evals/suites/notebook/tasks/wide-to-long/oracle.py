# %%
print(open("production.csv", encoding="utf-8").read())

# %%
import pandas as pd

wide = pd.read_csv("production.csv", sep=";", skiprows=2, dtype=str)
tidy = wide[wide.Country != "Total"].melt("Country", var_name="year", value_name="production").rename(columns={"Country": "country"})
tidy["year"] = tidy.year.str[:4].astype(int)
tidy["production"] = pd.to_numeric(tidy.production.str.replace(" ", ""), errors="coerce")
tidy = tidy.dropna().astype({"production": int}).sort_values(["country", "year"], ignore_index=True)
print(tidy.groupby("year").production.sum())

# %% [markdown]
# Production was highest in 2018.
