"""Requests in two languages, and what is true of the orders they ask about.

`{M}` is the figure, `{C}` a second one, `{Q}` the pieces, `{R}` the region, `{P}` the product, `{L}` the country,
in the words of whoever asks.
"""

from __future__ import annotations

from datetime import date

from tests.llm.truth import Truth

T = Truth

# A question, not figures: what is asked cannot be reckoned, or not without knowing more.
ASKED = "asked"
# Any proposal or question will do.
ANY = "any"
HISTOGRAM = "histogram"
ROWS = "rows"
# Two figures side by side, by region and by month.
BOTH, BOTH_BY_MONTH = "both", "both by month"

Phrase = str | list[str]
CASES: tuple[tuple[Phrase, Phrase, T | list[T] | str], ...] = (
    ("total {M}", "Summe {M}", T()),
    ("what is the total {M}?", "Wie hoch ist der gesamte {M}?", T()),
    ("average {M}", "Durchschnitt {M}", T(how="avg")),
    ("what's the mean {M} per order", "durchschnittlicher {M} pro Bestellung", T(how="avg")),
    ("median {M}", "Median {M}", T(how="median")),
    ("how many rows are there", "wie viele Zeilen gibt es", T(how="count")),
    ("number of orders per {R}", "Anzahl Bestellungen pro {R}", T(how="count", by=("R",))),
    ("minimum {M}", "Minimum {M}", T(how="min")),
    ("max {M} by {R}", "maximaler {M} je {R}", T(how="max", by=("R",))),
    ("{M} per month", "{M} pro Monat", T(by=("month",))),
    ("monthly {M}", "monatlicher {M}", T(by=("month",))),
    ("{M} per quarter", "{M} je Quartal", T(by=("quarter",))),
    ("{M} by week", "{M} nach Woche", T(by=("week",))),
    ("{M} by weekday", "{M} nach Wochentag", T(by=("weekday",))),
    ("{M} per day of the week", "{M} je Wochentag", T(by=("weekday",))),
    ("{M} per year", "{M} pro Jahr", T(by=("year",))),
    ("top 5 {Ps} by {M}", "Top 5 {Ps} nach {M}", T(by=("P",), top=5)),
    ("the five best {Ps} by {M}", "die fünf besten {Ps} nach {M}", T(by=("P",), top=5)),
    ("bottom 3 {Ps} by {M}", "die 3 schwächsten {Ps} nach {M}", T(by=("P",), top=-3)),
    ("top 3 {Ps} by {M} and the others", "Top 3 {Ps} nach {M} und der Rest", T(by=("P",), top=3, others=True)),
    ("{M} by {R} and {P}", "{M} nach {R} und {P}", T(by=("R", "P"))),
    ("{M} by {P} split by {R}", "{M} nach {P} aufgeteilt nach {R}", T(by=("P", "R"))),
    (
        "compare North and South by {M}",
        "Vergleiche North und South nach {M}",
        T(by=("R",), where=lambda o: o.region in ("North", "South")),
    ),
    ("compare {M} and {C} by {R}", "Vergleiche {M} und {C} nach {R}", BOTH),
    ("{M} vs {C} per month", "{M} vs. {C} pro Monat", BOTH_BY_MONTH),
    ("{M} trend", "{M} Trend", T(by=("month",))),
    ("how did {M} develop?", "Wie hat sich der {M} entwickelt?", T(by=("month",))),
    ("distribution of {M}", "Verteilung von {M}", HISTOGRAM),
    ("histogram of {M}", "Histogramm {M}", HISTOGRAM),
    ("how many orders over 100 €", "Wie viele Bestellungen über 100 €", T(how="count", where=lambda o: o.amount > 100)),
    (
        "how many orders with {M} over 1,000",
        "Wie viele Bestellungen mit {M} über 1.000",
        T(how="count", where=lambda o: o.amount > 1000),
    ),
    ("{M} by {R} where {M} > 1500", "{M} nach {R} mit {M} > 1500", T(by=("R",), where=lambda o: o.amount > 1500)),
    (
        "{M} by {R} for orders of at least 5 {Q}",
        "{M} nach {R} bei {Q} mindestens 5",
        T(by=("R",), where=lambda o: o.pieces >= 5),
    ),
    (
        "count orders with {M} between 500 and 1000",
        "Anzahl Bestellungen mit {M} zwischen 500 und 1000",
        T(how="count", where=lambda o: 500 <= o.amount <= 1000),
    ),
    ("{M} under 250.50 by {R}", "{M} unter 250,50 nach {R}", T(by=("R",), where=lambda o: float(o.amount) < 250.5)),
    ("{M} in the last 3 months", "{M} der letzten 3 Monate", T(where=lambda o: o.day >= date(2025, 3, 1))),
    (
        "{M} per month for the last 6 months",
        "{M} pro Monat in den letzten 6 Monaten",
        T(by=("month",), where=lambda o: o.day >= date(2024, 12, 1)),
    ),
    ("{M} in 2024 by {R}", "{M} 2024 nach {R}", T(by=("R",), where=lambda o: o.day.year == 2024)),
    (
        "{M} between March and May 2024",
        "{M} zwischen März und Mai 2024",
        T(where=lambda o: date(2024, 3, 1) <= o.day < date(2024, 6, 1)),
    ),
    ("{M} in October by {R}", "{M} im Oktober nach {R}", T(by=("R",), where=lambda o: o.day.month == 10)),
    ("{M} between March and May", "{M} zwischen März und Mai", ASKED),
    ("{M} since 1 March 2025", "{M} seit dem 1. März 2025", T(where=lambda o: o.day >= date(2025, 3, 1))),
    (
        "{M} in Q2 2024 by {P}",
        "{M} im 2. Quartal 2024 nach {P}",
        T(by=("P",), where=lambda o: date(2024, 4, 1) <= o.day < date(2024, 7, 1)),
    ),
    ("only Germany: {M} by {R}", "nur Germany: {M} nach {R}", T(by=("R",), where=lambda o: o.country == "Germany")),
    (
        "{M} for {L} = France per quarter",
        "{M} für {L} = France pro Quartal",
        T(by=("quarter",), where=lambda o: o.country == "France"),
    ),
    (
        "{M} by {R} not in Germany",
        "{M} nach {R} nicht in Germany",
        T(by=("R",), where=lambda o: o.country != "Germany"),
    ),
    ("{M} by {R} without returns", "{M} nach {R} ohne Retouren", T(by=("R",), where=lambda o: not o.returned)),
    ("{M} by {R} only returned", "{M} nach {R} nur Retouren", T(by=("R",), where=lambda o: o.returned)),
    ("share of {M} by {R}", "Anteil {M} nach {R}", T(by=("R",), share=True)),
    (
        "what percentage of {M} comes from each {R}",
        "wie viel Prozent vom {M} kommt aus jeder {R}",
        T(by=("R",), share=True),
    ),
    ("pie chart of {M} by {L}", "Kuchendiagramm {M} nach {L}", T(by=("L",), share=True)),
    ("90th percentile of {M}", "90. Perzentil {M}", T(how="p90")),
    ("which {R} has the lowest {M}?", "welche {R} hat den niedrigsten {M}?", T(by=("R",), top=-1)),
    ("which month had the highest {M}?", "in welchem Monat war der {M} am höchsten?", T(by=("month",), top=1)),
    ("how many different {Ps} are there", "wie viele verschiedene {Ps} gibt es", T(how="products")),
    (
        "{P} containing 'la' {M} by {R}",
        "{M} nach {R} mit {P} enthält 'la'",
        T(by=("R",), where=lambda o: "la" in o.product.lower()),
    ),
    (
        "{M} by {R} where {P} is Lamp or Desk",
        "{M} nach {R} wenn {P} Lamp oder Desk ist",
        T(by=("R",), where=lambda o: o.product in ("Lamp", "Desk")),
    ),
    ("revnue per mnoth", "Umsazt pro Monta", T(by=("month",))),
    ("reveneu by regoin", "Umstaz nach Regoin", T(by=("R",))),
    ("show me something interesting", "zeig mir etwas Spannendes", ANY),
    ("is there a problem with my data?", "stimmt was mit meinen Daten nicht?", ANY),
    ("growth of {M} per month", "Wachstum {M} pro Monat", ASKED),
    ("cumulative {M} per month", "kumulierter {M} pro Monat", ASKED),
    ("{M} minus {C} by {R}", "{M} minus {C} nach {R}", ASKED),
    ("{M} per {P} per piece", "{M} je {P} pro Stück", ASKED),
    ("forecast {M} for next month", "Prognose {M} nächster Monat", ASKED),
    ("correlation between {M} and {C}", "Zusammenhang zwischen {M} und {C}", ASKED),
    ("standard deviation of {M}", "Standardabweichung {M}", ASKED),
    ("list the 10 largest orders", "liste die 10 größten Bestellungen", ROWS),
    ("show all rows where {M} > 2000", "zeige alle Zeilen mit {M} > 2000", ROWS),
    (["{M} per month", "and by {R}?"], ["{M} pro Monat", "und nach {R}?"], [T(by=("month", "R")), T(by=("R",))]),
    (["{M} per month", "by {R} instead"], ["{M} pro Monat", "lieber nach {R}"], T(by=("R",))),
    (["{M} per month", "now as bars"], ["{M} pro Monat", "jetzt als Balken"], T(by=("month",))),
    (["{M} per month", "same for {C}"], ["{M} pro Monat", "dasselbe für {C}"], T(of="C", by=("month",))),
    (["{M} per month", "make it a table"], ["{M} pro Monat", "als Tabelle"], T(by=("month",))),
    (["{M} per month", "explain row 3"], ["{M} pro Monat", "erkläre Zeile 3"], ANY),
    (
        ["{M} per month only Germany", "by week"],
        ["{M} pro Monat nur Germany", "pro Woche"],
        T(by=("week",), where=lambda o: o.country == "Germany"),
    ),
    (
        ["{M} by {R} in 2024", "and for 2025?"],
        ["{M} nach {R} 2024", "und für 2025?"],
        T(by=("R",), where=lambda o: o.day.year == 2025),
    ),
    (
        ["{M} by {R} only Germany", "and France?"],
        ["{M} nach {R} nur Germany", "und France?"],
        [
            T(by=("R",), where=lambda o: o.country == "France"),
            T(by=("R",), where=lambda o: o.country in ("France", "Germany")),
        ],
    ),
    (["top 5 {Ps} by {M}", "only the top 3"], ["Top 5 {Ps} nach {M}", "nur die Top 3"], T(by=("P",), top=3)),
    (["{M} by {R}", "the average instead"], ["{M} nach {R}", "lieber den Durchschnitt"], T(how="avg", by=("R",))),
    (
        ["{M} by {R}", "without Germany"],
        ["{M} nach {R}", "ohne Germany"],
        T(by=("R",), where=lambda o: o.country != "Germany"),
    ),
    (
        ["{M} by {R}", "how many orders is that?"],
        ["{M} nach {R}", "wie viele Bestellungen sind das?"],
        [T(how="count"), T(how="count", by=("R",))],
    ),
)
