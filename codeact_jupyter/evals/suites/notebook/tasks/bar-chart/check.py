from pathlib import Path

EXPECTED = {"Atlas": 3749, "Novel": 3318, "Poetry": 3228, "Cookbook": 2686, "Travel": 2670, "Comic": 2367}

(axes,) = figure.axes
assert axes.get_xlabel() == "Genre" and axes.get_ylabel() == "Copies sold", f"The axes say {axes.get_xlabel()!r} and {axes.get_ylabel()!r}."
assert axes.get_title() or figure.get_suptitle(), "The figure has no title."
bars = sorted((bar for bar in axes.patches if bar.get_height()), key=lambda bar: bar.get_x())
heights = [round(bar.get_height()) for bar in bars]
assert heights == list(EXPECTED.values()), f"The bars are {heights} high, from left to right."
figure.canvas.draw()  # the ticks have their labels from then on
labels = [label.get_text() for label in axes.get_xticklabels()]
assert labels == list(EXPECTED), f"The bars are called {labels}."
picture = Path("chart.png")
assert picture.exists() and picture.read_bytes().startswith(b"\x89PNG"), "There is no picture chart.png."
assert "Atlas" in answer, "The answer does not name the genre that sold best."
