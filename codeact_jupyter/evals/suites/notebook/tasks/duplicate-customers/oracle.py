# %%
import pandas as pd

customers = pd.read_csv("customers.csv")
print(len(customers), customers.email.head(8).tolist())

# %%
clean = (
    customers.assign(email=customers.email.str.strip().str.lower())
    .sort_values("changed")
    .drop_duplicates("email", keep="last")
    .sort_values("email")
)
clean.to_csv("clean.csv", index=False)
print(len(clean))

# %% [markdown]
# There are 40 customers.
