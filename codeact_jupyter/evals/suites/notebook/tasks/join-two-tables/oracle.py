# %%
import pandas as pd

orders, customers = pd.read_csv("orders.csv"), pd.read_csv("customers.csv", dtype=str)
print(orders.head(3), customers.head(3), customers.customer.duplicated().sum(), sep="\n")

# %%
region = customers.assign(customer=customers.customer.astype(int)).drop_duplicates("customer").set_index("customer").region
revenue = orders.amount.groupby(orders.customer.map(region).fillna("unknown")).sum().to_dict()
assert abs(sum(revenue.values()) - orders.amount.sum()) < 0.01
print(revenue)

# %% [markdown]
# Orders of customers that are missing come to 1359.94.
