# %%
print(open("umsatz.csv", "rb").read(200))

# %%
import pandas as pd

sales = pd.read_csv("umsatz.csv", sep=";", decimal=",", thousands=".", encoding="latin-1", parse_dates=["Datum"], date_format="%d.%m.%Y")
turnover = sales.groupby("Filiale")["Umsatz (EUR)"].sum().to_dict()
print(turnover, round(sum(turnover.values()), 2))

# %% [markdown]
# All branches together had a turnover of 686249.92 EUR.
