# %%
import pandas as pd

patients = pd.read_csv("patients.csv")
print(patients.age.value_counts(dropna=False).tail(60).index.tolist())

# %%
age = pd.to_numeric(patients.age, errors="coerce")
age = age.where(age <= 110)
mean_age = age.groupby(patients.group).mean().to_dict()
print(mean_age, age.isna().sum())

# %% [markdown]
# The mean age is 53.8 under treatment and 54.1 in the control group; 26 ages are not known.
