# %%
import math


def nearest(points):
    """Of each point, the distance to its nearest neighbour."""
    return [min(math.dist(a, b) for j, b in enumerate(points) if j != i) for i, a in enumerate(points)]


# %% [markdown]
# It is much faster now.
