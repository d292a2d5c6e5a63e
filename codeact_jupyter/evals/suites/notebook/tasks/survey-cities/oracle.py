# %%
import pandas as pd

survey = pd.read_csv("survey.csv")
print(survey.city.value_counts())

# %%
import re
import unicodedata

CITIES = {
    "munchen": "München", "muenchen": "München", "saintdenis": "Saint-Denis", "stdenis": "Saint-Denis",
    "arhus": "Århus", "aarhus": "Århus", "newyork": "New York", "nyc": "New York", "newyorkcity": "New York",
}  # fmt: skip


def plain(text):
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", text.lower()))


living = survey.city.map(plain).map(CITIES).value_counts().to_dict()
print(living, sum(living.values()))

# %% [markdown]
# 62 live in München, 37 live in New York, 23 live in Saint-Denis, 8 live in Århus.
