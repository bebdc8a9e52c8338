"""Phrases in two languages on tables nobody prepared for: the right query, or a question that names the candidates."""

from __future__ import annotations

import pytest

from jambot.llm.intent import Clarify, TableInfo
from jambot.llm.understand import understand
from jambot.tools.tables import profile_of, read_table
from tests.llm.tables import line, table

PHRASES = {
    "odd_headers.csv": (
        ("Chart the amount per month", "ask column:amount=Amount (EUR) (column 3)|Amount (EUR) (column 4)"),
        ("total discount by region", "chart sum(discount) by deliv_region as bar"),
        ("Zeig mir die Amount (column 3) pro Monat", "chart sum(amount_column_3) by order_date/month as bar"),
        (
            "how many orders per quarter?",
            "chart count(*) by order_date/quarter as bar",
        ),
        ("unit price by sales rep", "chart avg(unit_price) by sales_rep as bar"),
        ("average % discount per sales rep", "chart avg(discount) by sales_rep as bar"),
        ("What is in this file?", "profiletable"),
        (
            "amount (column 4) by region split by paid",
            "chart sum(amount_column_4) by deliv_region x paid as stacked_bar",
        ),
        ("which sales rep has the highest unit price?", "question avg(unit_price) by sales_rep top 1"),
        ("amount by month for Ana Pohl", "ask column:amount=Amount (EUR) (column 3)|Amount (EUR) (column 4)"),
        ("Anzahl Zeilen pro Deliv. Region", "chart count(*) by deliv_region as bar"),
        (
            "show profit per region",
            "ask word:profit=Amount (EUR) (column 3)|Amount (EUR) (column 4)|% Discount|"
            "unit-price [USD]|Sales Rep|Leave it out",
        ),
        ("Summarise the file", "summarise"),
        ("plot amount over time as a line", "ask column:amount=Amount (EUR) (column 3)|Amount (EUR) (column 4)"),
        (
            "make me a chart",
            "ask measure=Amount (EUR) (column 3)|Amount (EUR) (column 4)|% Discount|unit-price [USD]|Number of rows",
        ),
        ("write a report", "report"),
        (
            "unit price for the North region by month",
            "chart avg(unit_price) by order_date/month [deliv_region in North] as bar",
        ),
        ("column 5 by month", "ask count:column_5=Number of rows|Different values of column 5"),
    ),
    "kassenbuch.csv": (
        ("Umsatz pro Monat", "ask column:umsatz=Umsatz netto|Umsatz brutto; x=Verkaufsdatum|Lieferdatum"),
        ("Umsatz netto pro Monat nach Verkaufsdatum", "chart sum(umsatz_netto) by verkaufsdatum/month as bar"),
        ("Nettoumsatz je Filiale", "chart sum(umsatz_netto) by filiale as bar"),
        (
            "Zeige den Bruttoumsatz nach Warengruppe als Balkendiagramm",
            "chart sum(umsatz_brutto) by warengruppe as bar",
        ),
        ("net revenue by store", "chart sum(umsatz_netto) by filiale as bar"),
        ("Wie viele Stück wurden in Köln verkauft?", "question sum(stueck) [filiale in Köln]"),
        ("Durchschnittliche Kundenzufriedenheit je Filiale", "chart avg(kundenzufriedenheit) by filiale as bar"),
        ("Top 2 Warengruppen nach Umsatz brutto", "chart sum(umsatz_brutto) by warengruppe top 2 as bar"),
        (
            "Umsatz brutto pro Quartal nach Lieferdatum, aufgeteilt nach Filiale",
            "chart sum(umsatz_brutto) by lieferdatum/quarter x filiale as stacked_bar",
        ),
        ("Welche Filiale hat den niedrigsten Umsatz netto?", "question sum(umsatz_netto) by filiale bottom 1"),
        (
            "Gewinn pro Filiale",
            "ask word:gewinn=Umsatz netto|Umsatz brutto|Stück|Kundenzufriedenheit|Filiale|Weglassen",
        ),
        ("Wie hoch war der Umsatz netto in München?", "question sum(umsatz_netto) [filiale in München]"),
        ("Fasse die Tabelle zusammen", "summarise"),
        ("Was steht in der Datei?", "profiletable"),
        ("Bericht über Umsatz netto je Filiale", "report sum(umsatz_netto) by filiale as bar"),
        ("Monatsumsatz netto nach Lieferdatum", "chart sum(umsatz_netto) by lieferdatum/month as bar"),
        (
            "Umsatz netto ohne Zürich nach Warengruppe",
            "chart sum(umsatz_netto) by warengruppe [filiale not in Zürich] as bar",
        ),
        ("Anzahl der Verkäufe pro Warengruppe", "ask count:stueck=Anzahl der Zeilen|Summe von Stück"),
        ("Stück je Warengruppe im März 2025", "ask period=Verkaufsdatum|Lieferdatum|Die ganze Datei"),
        ("Zeig mir die Entwicklung des Umsatzes netto", "ask x=Verkaufsdatum|Lieferdatum"),
        ("Ich hätte gerne ein Kuchendiagramm der Stückzahl nach Filiale", "chart sum(stueck) by filiale as bar"),
    ),
    "cities.csv": (
        ("population by country", "chart sum(population) by country as bar"),
        ("Einwohner pro Land", "chart sum(population) by country as bar"),
        ("which city has the most inhabitants?", "question sum(population) by city top 1"),
        ("average area by country", "chart avg(area) by country as bar"),
        ("population per month", "ask x=City|Country|Mayor|Capital|No grouping, one figure"),
        ("chart population over time", "ask x=City|Country|Mayor|Capital|No grouping, one figure"),
        ("how many cities per country?", "chart count(*) by country as bar"),
        ("what columns are there?", "profiletable"),
        ("top 3 cities by area", "chart sum(area) by city top 3 as bar"),
        ("total population", "question sum(population)"),
        ("Summe der Einwohner in Germany", "question sum(population) [country in Germany]"),
        ("bar chart of area by city", "chart sum(area) by city as bar"),
        (
            "compare population of Austria and Switzerland",
            "chart sum(population) by country [country in Austria|Switzerland] as bar",
        ),
        ("smallest city by population", "question sum(population) by city bottom 1"),
        ("population density by country", "ask word:density=Population|Area (km²)|City|Country|Mayor|Leave it out"),
        ("revenue by country", "ask word:revenue=Population|Area (km²)|City|Country|Mayor|Leave it out"),
        ("capital cities by country", "chart count(*) by country [capital in true] as bar"),
        ("summary please", "summarise"),
        ("population by country split by capital", "chart sum(population) by country x capital as stacked_bar"),
    ),
    "wide.csv": (
        (
            "Temperature by machine",
            "ask column:temperature=Temperature 01 (°C)|Temperature 02 (°C)|Temperature 03 (°C)|"
            "Temperature 04 (°C)|Temperature 05 (°C)|Temperature 06 (°C)",
        ),
        ("Temperature 07 by machine", "chart avg(temperature_07) by machine as bar"),
        ("average temperature 07 per day", "chart avg(temperature_07) by timestamp/day as bar"),
        ("plot pressure 12 over time", "chart avg(pressure_12) by timestamp/day as line"),
        (
            "energy by day",
            "ask column:energy=Energy 01 (kWh)|Energy 02 (kWh)|Energy 03 (kWh)|Energy 04 (kWh)|"
            "Energy 05 (kWh)|Energy 06 (kWh)",
        ),
        ("Energy 03 pro Tag nach Maschine", "chart sum(energy_03) by timestamp/day x machine as stacked_bar"),
        (
            "humidity by machine as line chart",
            "ask column:humidity=Humidity 01 (%)|Humidity 02 (%)|Humidity 03 (%)|Humidity 04 (%)|"
            "Humidity 05 (%)|Humidity 06 (%)",
        ),
        ("describe the table", "profiletable"),
        ("Fasse zusammen", "summarise"),
        ("max temperature 01 by machine", "chart max(temperature_01) by machine as bar"),
        ("how many rows per machine", "chart count(*) by machine as bar"),
        ("Temperatur 07 je Maschine", "chart avg(temperature_07) by machine as bar"),
        ("report on energy 05 by machine", "report sum(energy_05) by machine as bar"),
        (
            "vibration by machine",
            "ask word:vibration=Temperature 01 (°C)|Pressure 01 (bar)|Humidity 01 (%)|"
            "Energy 01 (kWh)|Temperature 02 (°C)|Leave it out",
        ),
        (
            "sum of energy 49 in february 2026",
            "question sum(energy_49) [timestamp >= 2026-02-01] [timestamp < 2026-03-01]",
        ),
    ),
    "empty.csv": (
        ("Chart revenue per month", "empty_table"),
        ("Was steht in der Datei?", "empty_table"),
        ("summarise", "empty_table"),
        ("top 5 products", "empty_table"),
        ("Umsatz pro Monat", "empty_table"),
        ("how many rows", "empty_table"),
        ("report please", "empty_table"),
        ("plot anything", "empty_table"),
        ("average price", "empty_table"),
        ("describe it", "empty_table"),
        ("zeig mir ein Diagramm", "empty_table"),
        ("hello", "greeting"),
    ),
    "header_only.csv": (
        ("Chart revenue per month", "empty_table"),
        ("What is in it?", "empty_table"),
        ("revenue by channel", "empty_table"),
    ),
    "umsatz.csv": (
        ("Umsatz pro Monat", "chart sum(umsatz) by datum/month as bar"),
        ("Umsatz pro Monat nach Kanal", "chart sum(umsatz) by datum/month x kanal as stacked_bar"),
        ("wie viele Bestellungen pro Monat?", "chart count(*) by datum/month as bar"),
        ("Umsatz im Kanal Web pro Woche", "chart sum(umsatz) by datum/week [kanal in Web] as bar"),
        ("Gesamtumsatz", "question sum(umsatz)"),
        ("welcher Kanal hatte die meisten Bestellungen?", "question count(*) by kanal top 1"),
        ("Durchschnittlicher Umsatz je Kanal", "chart avg(umsatz) by kanal as bar"),
        (
            "Umsatz von 2025-03 bis 2025-05 pro Monat",
            "chart sum(umsatz) by datum/month [datum >= 2025-03-01] [datum < 2025-06-01] as bar",
        ),
        (
            "Umsatz von 01.03.2025 bis 15.03.2025 nach Kanal",
            "chart sum(umsatz) by kanal [datum >= 2025-03-01] [datum < 2025-03-16] as bar",
        ),
        ("Umsatz am 05.03.2025", "question sum(umsatz) [datum >= 2025-03-05] [datum < 2025-03-06]"),
        ("Umsatz vor 2025-03", "question sum(umsatz) [datum < 2025-03-01]"),
        ("revenue after 2025-03", "question sum(umsatz) [datum >= 2025-04-01]"),
        ("revenue between 2025-02 and 2025-04", "question sum(umsatz) [datum >= 2025-02-01] [datum < 2025-05-01]"),
        (
            "revenue in January 2025 and March 2025",
            "question sum(umsatz) [datum within 2025-01-01|2025-02-01|2025-03-01|2025-04-01]",
        ),
        ("Umsatz ohne Web und Laden pro Monat", "chart sum(umsatz) by datum/month [kanal not in Web|Laden] as bar"),
        ("Umsatz seit 2025-06 nach Kanal", "chart sum(umsatz) by kanal [datum >= 2025-06-01] as bar"),
        ("orders by channel in Q2 2025", "chart count(*) by kanal [datum >= 2025-04-01] [datum < 2025-07-01] as bar"),
        ("revenue next month", "ask word:next=The whole file"),
        ("Umsatz 2025", "question sum(umsatz) [datum >= 2025-01-01] [datum < 2026-01-01]"),
        ("chart it", "ask measure=Umsatz (€)|Number of rows"),
        ("Umsatz in Berlin", "ask word:berlin=Umsatz (€)|Kanal|Weglassen"),
        ("revenue and orders by month", "ask measure=Umsatz (€)|Number of rows"),
        (
            "show the revenue of the web channel per quarter for my boss please",
            "chart sum(umsatz) by datum/quarter [kanal in Web] as bar",
        ),
        ("Kannst du mir bitte ein Balkendiagramm mit dem Umsatz je Kanal machen?", "chart sum(umsatz) by kanal as bar"),
        ("Umsätze nach Monaten und Kanälen", "chart sum(umsatz) by datum/month x kanal as stacked_bar"),
        (
            "compare web and laden revenue by month",
            "chart sum(umsatz) by datum/month x kanal [kanal in Web|Laden] as stacked_bar",
        ),
        ("Sum up revenue grouped by channel", "chart sum(umsatz) by kanal as bar"),
        ("Vergleiche die Kanäle nach Umsatz", "chart sum(umsatz) by kanal as bar"),
    ),
}


@pytest.mark.parametrize(
    ("name", "phrase", "expected"), [(name, *case) for name, cases in PHRASES.items() for case in cases]
)
def test_a_phrase_becomes_the_query_it_means_or_a_question(name: str, phrase: str, expected: str) -> None:
    assert line(understand([phrase], [table(name)])) == expected


@pytest.mark.parametrize(
    ("name", "phrases", "expected"),
    [
        # Both questions answered in one form, one answer per line.
        (
            "kassenbuch.csv",
            ["Umsatz pro Monat", "Umsatz netto\nLieferdatum"],
            "chart sum(umsatz_netto) by lieferdatum/month as bar",
        ),
        # A form that repeats its questions.
        (
            "kassenbuch.csv",
            [
                "Umsatz pro Monat",
                "„umsatz“ kann Umsatz netto, Umsatz brutto sein. Welche Spalte?: Umsatz brutto\n"
                "Es gibt mehrere Daten: Verkaufsdatum, Lieferdatum. Welches zählt?: Verkaufsdatum",
            ],
            "chart sum(umsatz_brutto) by verkaufsdatum/month as bar",
        ),
        # One word of the option, then the next question.
        ("kassenbuch.csv", ["Umsatz je Filiale", "netto bitte"], "chart sum(umsatz_netto) by filiale as bar"),
        ("kassenbuch.csv", ["Umsatz je Filiale", "die zweite"], "chart sum(umsatz_brutto) by filiale as bar"),
        (
            "kassenbuch.csv",
            ["Umsatz pro Monat", "netto", "Lieferdatum"],
            "chart sum(umsatz_netto) by lieferdatum/month as bar",
        ),
        ("cities.csv", ["population per month", "by country"], "chart sum(population) by country as bar"),
        ("cities.csv", ["population per month", "No grouping, one figure"], "question sum(population)"),
        ("cities.csv", ["population density by country", "Leave it out"], "chart sum(population) by country as bar"),
        ("cities.csv", ["revenue by country", "Population"], "chart sum(population) by country as bar"),
        ("umsatz.csv", ["chart it", "Umsatz", "Kanal"], "chart sum(umsatz) by kanal as bar"),
        # An answer nobody offered, named in full.
        ("wide.csv", ["Temperature by machine", "Temperature 33"], "chart avg(temperature_33) by machine as bar"),
        # A new request instead of an answer.
        ("kassenbuch.csv", ["Umsatz pro Monat", "Stück je Filiale"], "chart sum(stueck) by filiale as bar"),
        # Leaning on what was said before.
        ("umsatz.csv", ["Umsatz pro Monat", "und nach Kanal stattdessen"], "chart sum(umsatz) by kanal as bar"),
        ("umsatz.csv", ["Umsatz pro Monat", "the same by week"], "chart sum(umsatz) by datum/week as bar"),
        (
            "kassenbuch.csv",
            ["Umsatz je Filiale", "Umsatz netto je Warengruppe"],
            "chart sum(umsatz_netto) by warengruppe as bar",
        ),
        ("umsatz.csv", ["Umsatz pro Monat", "only for Web"], "chart sum(umsatz) by datum/month [kanal in Web] as bar"),
        ("umsatz.csv", ["Umsatz pro Monat", "as lines please"], "chart sum(umsatz) by datum/month as line"),
        ("umsatz.csv", ["Umsatz pro Monat", "by week"], "chart sum(umsatz) by datum/week as bar"),
        ("umsatz.csv", ["Umsatz pro Monat", "lieber als Linie"], "chart sum(umsatz) by datum/month as line"),
    ],
)
def test_a_conversation_adds_up(name: str, phrases: list[str], expected: str) -> None:
    assert line(understand(phrases, [table(name)])) == expected


@pytest.mark.parametrize(
    ("source", "phrase", "expected"),
    [
        ("Year,Sales\n2024,5\n2025,6\n", "sales in 2025", "question sum(sales) [year in 2025]"),
        ("Year,Sales\n2024,5\n2025,6\n", "sales per year", "chart sum(sales) by year as bar"),
        ("Bestellnummer;Bestelldatum;Lieferdatum;Umsatz\nA;01.01.2026;02.01.2026;5\nB;02.01.2026;03.01.2026;6\n",
         "revenue by order date", "chart sum(umsatz) by bestelldatum/day as bar"),
        ("Kanal;Umsatz;Menge\nWeb;5;1\nLaden;6;2\n", "turnover by sales channel", "chart sum(umsatz) by kanal as bar"),
        ("Code,Sales\n" + "".join(f"K{i:03d},{i}\n" for i in range(90)), "sales by code",
         "chart sum(sales) by code top 20 as bar"),
        # The thing measured is the price, not the units.
        ("Date,Unit Price\n2026-01-01,5\n2026-01-02,6\n", "how many units per day",
         "ask word:units=Number of rows|Unit Price"),
        ("Datum;Stückpreis\n01.01.2026;5,50\n02.01.2026;6,50\n", "Stück pro Tag",
         "ask word:stueck=Stückpreis|Weglassen"),
        ("Order ID,Order Date\nA,2026-01-01\nB,2026-01-02\n", "orders per day",
         "chart count(*) by order_date/day as bar"),
        ("Order ID,Order Date\nA,2026-01-01\nA,2026-01-02\n", "orders per day",
         "ask count:order_id=Number of rows|Different values of Order ID"),
        # A text that looks like the figure, and a figure that only sounds like it.
        ("Amount,Tax amount\nn/a,5\nnone yet,6\n", "total amount", "ask column:amount=Tax amount"),
        ("Anzahl,Kanal\n5,Web\n7,Laden\n", "Anzahl pro Kanal", "ask count:anzahl=Anzahl der Zeilen|Summe von Anzahl"),
        ("Umsatz,Date\n=1+1,2026-01-01\n=1+1,2026-01-02\n", "total umsatz", "ask column:umsatz=Weglassen"),
        # Running numbers name things, whatever the column is called; amounts of things do not run on.
        ("Order,Revenue\n" + "".join(f"{n},{n % 7}\n" for n in range(5000, 5040)), "how many orders over 3",
         "question count(*) [revenue > 3]"),
        ("Day,Orders\n" + "".join(f"2024-01-{n:02d},{n}\n" for n in range(1, 29)),
         "total orders", "question sum(orders)"),
        ("Web,Kanal,Shop\n1,Web,Web\n2,Laden,B\n", "shop by kanal", "chart count(*) by kanal as bar"),
    ],
)  # fmt: skip
def test_small_tables_with_traps(source: str, phrase: str, expected: str) -> None:
    info = TableInfo(id="t", name="trap.csv", profile=profile_of(read_table(source)))
    assert line(understand([phrase], [info])) == expected


def test_with_several_files_that_fit_the_user_is_asked_which() -> None:
    tables = [table("umsatz.csv"), table("kassenbuch.csv")]
    intent = understand(["Wie viele Zeilen gibt es?"], tables)
    assert line(intent) == "ask table=umsatz.csv|kassenbuch.csv"
    assert line(understand(["Wie viele Zeilen gibt es?", "kassenbuch.csv"], tables)) == "question count(*)"


def test_a_file_named_in_the_phrase_is_the_one_meant() -> None:
    tables = [table("umsatz.csv"), table("cities.csv")]
    assert line(understand(["what is in cities.csv?"], tables)) == "profiletable"
    assert (
        line(understand(["population by country in cities.csv"], tables)) == "chart sum(population) by country as bar"
    )


def test_the_file_in_which_every_word_means_something_is_the_one_meant() -> None:
    tables = [table("umsatz.csv"), table("cities.csv")]
    assert line(understand(["population by country"], tables)) == "chart sum(population) by country as bar"


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("chart revenue by month", "no_table"),
        ("Hallo", "greeting"),
        ("what can you do?", "help"),
        ("sing me a song", "no_request"),
    ],
)
def test_without_a_table_nothing_is_proposed(phrase: str, reason: str) -> None:
    assert line(understand([phrase], [])) == reason


def test_at_most_four_questions_stand_in_one_form() -> None:
    phrase = "foo bar baz qux quux by corge and grault per month"
    intent = understand([f"chart {phrase}"], [table("kassenbuch.csv")])
    assert isinstance(intent, Clarify)
    assert 1 <= len(intent.questions) <= 4


def test_every_question_offers_answers_and_knows_what_is_behind_each() -> None:
    for name, cases in PHRASES.items():
        for phrase, _ in cases:
            intent = understand([phrase], [table(name)])
            if isinstance(intent, Clarify):
                for question in intent.questions:
                    assert question.options, (phrase, question)
                    assert len(intent.choices[question.id]) == len(question.options)


@pytest.mark.parametrize(
    "phrase",
    ["", " ", "???", "\ud83d", "x" * 100_000, "umsatz " * 2_000, "'; DROP TABLE data; --", "\u202eUmsatz", "ａｂｃ"],
)
def test_any_phrase_gets_an_intent(phrase: str) -> None:
    understand([phrase], [table("umsatz.csv")])
