# %%
import matplotlib.pyplot as plt
import pandas as pd

sold = pd.read_csv("books.csv").groupby("genre").sold.sum()
figure, axes = plt.subplots()
axes.bar(sold.index, sold)
axes.set(xlabel="Genre", ylabel="Copies sold", title="Copies sold by genre")
figure.savefig("chart.png")

# %% [markdown]
# Atlas sold best.
