"""The words that requests are made of, each with the symbol that the grammar of `grammar.py` reads.

What is in no table here, no column and no value of the data is unknown, and an unknown word is never passed over.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from codeact_jupyter.model.offline.columns import words_in


def _parts(text: str) -> list[str]:
    return text.split("|")


Entry = tuple[str, Any]
"""Symbol, and what the word stands for."""

_TABLE: tuple[tuple[str, Any, str], ...] = (
    ("F", "mean", "average|mean|avg|averages|means|averaged|typical"),
    ("F", "sum", "sum|total|totals|combined|sums|total sum|overall total"),
    ("F", "median", "median|medians"),
    ("F", "min", "minimum|min|minimal"),
    ("F", "max", "maximum|max|maximal"),
    ("F", "latest", "latest|newest|most recent"),
    ("F", "earliest", "earliest"),
    ("F", "range", "range|min and max|minimum and maximum|highest and lowest|lowest and highest"),
    ("F", "std", "standard deviation|std|standard deviations"),
    ("F", "nunique", "number of distinct|number of unique|number of different|how many distinct|how many different|how many unique"),
    ("F", "nunique", "distinct count of|unique count of|count of distinct|count of unique|count distinct|count unique"),
    ("a", "sum", "in total|altogether|in all|all in all|all told"),
    ("a", "mean", "on average|on the average"),
    ("p", "", "percentage|percentage of|percent of|share|share of|proportion|proportion of|what percent of|percent|fraction of"),
    ("H", "many", "how many|number of|total number of|count how many|numbers of|number"),
    ("H", "count", "count of|total count of|count|counts|counts of"),
    (
        "B",
        "by",
        "by|across|grouped by|broken down by|split by|by each|according to|for each|for every|in each|in every|within each|for each of the",
    ),
    (
        "B",
        "per",
        "per|each|every|of each|per each|on each|at each|from each",
    ),
    ("T", "year", "year|years|yearly|annual|annually"),
    ("T", "quarter", "quarter|quarters|quarterly"),
    ("T", "month", "month|months|monthly"),
    ("T", "week", "week|weeks|weekly"),
    ("T", "day", "day|days|daily"),
    ("T", "weekday", "weekday|weekdays|day of the week|day of week|days of the week"),
    ("T", "hour", "hour|hours|hourly"),
    ("O", ">", "over|above|more than|greater than|larger than|higher than|bigger than|exceeding|exceeds|>"),
    ("O", ">=", "at least|not less than|no less than|minimum of|>="),
    ("O", "<", "under|below|less than|fewer than|smaller than|lower than|<"),
    ("O", "<=", "at most|not more than|no more than|up to|<="),
    ("O", "==", "equal to|equals|equal|exactly|=|=="),
    ("O", "!=", "not equal to|!=|<>"),
    ("y", ">", "after"),
    ("y", ">=", "since|from year"),
    ("y", "<", "before"),
    ("K", "", "between"),
    ("t", "", "to|through|until"),
    (
        "G",
        "",
        "not|except|excluding|other than|isnt|arent|wasnt|apart from|but not",
    ),
    ("G", "", "all but|any but|anything but|everything but|everyone but|but for"),
    ("A", "", "and|,|&|as well as|plus"),
    ("o", "", "or"),
    ("L", "", "for|in|where|with|from|on|at|during|whose|within|that have|which have|having|among"),
    ("W", "", "which|what|what are the"),
    ("", "", "what about|how about|what is|what are|what was|what were|what will|what does|what do|id like|id like to|id love to|lets"),
    ("D", True, "top"),
    ("D", False, "bottom"),
    ("d", True, "highest|largest|biggest|greatest|most|the most"),
    ("d", False, "lowest|smallest|least|fewest"),
    ("U", True, "most common|most frequent|commonest|most often|most popular|occurs most often|appears most often|most frequently"),
    ("U", False, "least common|least frequent|rarest|least often"),
    (
        "E",
        "",
        "describe|description|summary|summarise|summarize|overview|whats in|what is in|tell me about|explore|look at|inspect|profile",
    ),
    (
        "E",
        "",
        "summary of|describe the|statistics|summary statistics|descriptive statistics|data types|types of the columns|column types|dtypes",
    ),
    ("S", "", "columns|column names|names of the columns|list of columns|variables|fields|headers|what columns|which columns|column"),
    ("S", "", "rows and columns|columns and rows"),
    ("Z", "", "missing values|missing value|missing data|missing|nulls|null values|null|nan|nans|na values|empty values|empty cells|gaps"),
    ("Z", "", "incomplete|blank|blanks|empty|missing entries|missing cells|not filled in"),
    ("l", "", "unique values|distinct values|unique|distinct|different|list|list of|unique values of|distinct values of|possible values"),
    ("R", "", "rows|row|records|record|entries|entry|observations|data points|lines"),
    ("P", "hist", "histogram|histograms|distribution|distributions|distributed|frequency distribution|frequency plot"),
    ("P", "box", "box plot|boxplot|box plots|boxplots|box and whisker plot|box and whisker plots|whisker plot|box chart"),
    ("P", "scatter", "scatter plot|scatterplot|scatter plots|scatter|scatter chart|scatter graph|scatter diagram"),
    ("c", "", "correlation|correlations|correlate|correlates|correlated|pearson|pearson correlation|correlation coefficient"),
    ("c", "", "correlation matrix|pearson correlation coefficient|pearsons r|pairwise correlation|pairwise correlations"),
    ("c", "related", "relationship|relationships|related|relate"),
    ("s", "", "strong|strongly|strongest|closely|highly|linearly|linear"),
    ("m", "", "trend|trends|over time|through time|trending|evolve|evolved|evolution|development|developed|develop"),
    ("m", "year", "over the years|through the years|from year to year"),
    ("m", "month", "over the months|from month to month"),
    ("m", "week", "over the weeks|from week to week"),
    ("m", "day", "over the days|from day to day"),
    ("m", "up", "increasing|growing|rising|going up|increased|grown|risen|gone up"),
    ("m", "down", "decreasing|falling|declining|going down|decreased|fallen|declined|gone down|shrinking"),
    ("f", "", "linear fit|linear regression|regression|regress|fit|fit a line|fit a linear model|fit a straight line|best fit line|slope"),
    ("f", "", "line of best fit|least squares|least squares fit|linear model|trend line|trendline|regression line|straight line|fit line"),
    ("f", "", "intercept|slope and intercept|slope and the intercept|r squared|r2|r²|simple linear regression|least squares line"),
    ("v", "", "versus|vs|against|as a function of|as function of"),
    ("v", "depends", "depend on|depends on|depending on|dependent on"),
    ("b", "", "bins|bin"),
    ("q", "day", "day first|dayfirst|day comes first|day is first|day before month|day month year|european dates|dates are european"),
    ("q", "month", "month first|monthfirst|month comes first|month is first|month before day|month day year|american dates|us dates"),
    ("P", "bar", "bar chart|bar plot|barchart|bar graph|barplot|as bars|bars|column chart|bar charts"),
    ("P", "line", "line chart|line plot|line graph|linechart|as a line|line charts"),
    (
        "P",
        "any",
        "plot|chart|graph|draw|visualise|visualize|plot it|plot them|as a chart|as a plot|a plot|plotted|plots|plot that|plot this",
    ),
    ("P", "any", "chart it|draw it|make a chart|with a chart|with a plot|and a chart|visualization|visualisation|diagram"),
)

_FILLERS = words_in(
    "the a an of is are was were be been do does did has have had there this that these those it its their they them please "
    "me us can could you i we want would like know give show tell print calculate compute find get display determine work out "
    "using use let see whats all value values overall entire whole dataset data table file csv tsv frame dataframe set "
    "now then also only just again instead same as about make made my our your so but any here s hi hello hey thanks thank "
    "kindly need report present provide return shown how ones one occur occurs appear appears contained contain contains "
    "exist exists different kind kinds create add group grouped will sheet worksheet workbook "
    "ever theres thats theyre weve ive im youre pls plz actually"
)

SOLD = ("quantity", "qty", "units", "copies", "sold", "sales")
"""What columns are called that say how much was sold, the surest first."""

ADJECTIVES: dict[str, tuple[bool, tuple[str, ...], str]] = {
    "heaviest": (True, ("mass", "weight"), "mean"),
    "lightest": (False, ("mass", "weight"), "mean"),
    "tallest": (True, ("height",), "mean"),
    "longest": (True, ("length", "duration", "runtime"), "mean"),
    "shortest": (False, ("length", "duration", "height", "runtime"), "mean"),
    "widest": (True, ("width",), "mean"),
    "deepest": (True, ("depth",), "mean"),
    "oldest": (True, ("age",), "mean"),
    "youngest": (False, ("age",), "mean"),
    "cheapest": (False, ("price", "cost", "fare"), "mean"),
    "least expensive": (False, ("price", "cost", "fare"), "mean"),
    "most expensive": (True, ("price", "cost", "fare"), "mean"),
    "priciest": (True, ("price", "cost", "fare"), "mean"),
    "hottest": (True, ("temperature", "temp"), "mean"),
    "warmest": (True, ("temperature", "temp"), "mean"),
    "coldest": (False, ("temperature", "temp"), "mean"),
    "coolest": (False, ("temperature", "temp"), "mean"),
    "fastest": (True, ("speed", "velocity"), "mean"),
    "slowest": (False, ("speed", "velocity"), "mean"),
    "best rated": (True, ("rating", "score"), "mean"),
    "highest rated": (True, ("rating", "score"), "mean"),
    "worst rated": (False, ("rating", "score"), "mean"),
    "lowest rated": (False, ("rating", "score"), "mean"),
    "best selling": (True, SOLD, "sum"),
    "sold best": (True, SOLD, "sum"),
    "sells best": (True, SOLD, "sum"),
    "sold most": (True, SOLD, "sum"),
    "sold the most": (True, SOLD, "sum"),
    "sold least": (False, SOLD, "sum"),
    "bestselling": (True, SOLD, "sum"),
}
"""Superlatives: the most or the least, of a column about which of these, and how a group's rows are put together."""

CONCEPTS: dict[str, tuple[str, ...]] = {
    "sold": SOLD,
    "sell": SOLD,
}
"""Verbs that speak of a column."""

ADDITIVE = frozenset(
    words_in(
        "sale revenue amount unit quantity qty total sold count turnover profit spend visitor passenger download vote goal point "
        "copy loan production consumption energy kwh mwh rainfall precipitation rain volume order traffic emission kill cost "
        "income budget death birth case donation view click hour fee population"
    )
)
"""Columns whose values add up: "the region with the most revenue" asks for sums."""

INTENSIVE = frozenset(
    words_in(
        "temperature temp age height weight mass length width depth speed rating score price percent pct rate ratio bmi pressure "
        "humidity grade duration girth diameter circumference density wage salary fare pulse cholesterol latitude longitude "
        "altitude elevation distance runtime"
    )
)
"""Columns whose values do not: a group is compared by its average."""

PEOPLE = frozenset(
    words_in(
        "people person persons passengers customers students patients employees houses homes users items things members visitors "
        "players cars films movies books trips rides orders sales transactions purchases readings measurements samples cases "
        "animals birds penguins trees flowers countries cities stations products shops stores flights loans visits stays bookings "
        "apartments flats listings"
    )
)
"""Nouns that may simply call the rows, once no column and no value is called so."""

MONTHS = {
    name: number
    for number, names in enumerate(
        _parts(
            "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|n"
            "ovember nov|december dec"
        ),
        start=1,
    )
    for name in names.split()
}

NUMBERS = dict(zip(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(2, 11), strict=True))

FOLLOW_UPS = ("what about", "how about", "now", "and", "then", "also", "same", "instead", "but", "only", "just", "or")
"""A request that begins so goes on from the last one."""

OPEN = "FTHEZSlURPdDApcsmfvbq"
"""Symbols whose words may be a column's name as well."""


@cache  # built at first use
def phrases() -> Mapping[tuple[str, ...], Entry]:
    """All phrases by their words; the longest fitting one is to be taken."""
    table: dict[tuple[str, ...], Entry] = {(word,): ("", None) for word in _FILLERS}
    for symbol, value, words in _TABLE:
        table.update({tuple(phrase.split()): (symbol, value) for phrase in words.split("|")})
    table.update({tuple(words.split()): ("J", words) for words in ADJECTIVES})
    table.update({(word,): ("N", float(number)) for word, number in NUMBERS.items()})
    return table
