"""Forms and ideas of words: plurals, cases, compounds, and what means the same in two languages. Pure."""

from __future__ import annotations

import re
from functools import cache

from jambot.llm.fillers import FILLERS
from jambot.llm.lexicon import AGGREGATIONS, CHART_WORDS, GRANULARITY, PIES, UNSUPPORTED_CHARTS

CONCEPTS: dict[str, frozenset[str]] = {
    idea: frozenset(members.split())
    for idea, members in {
        "revenue": (
            "revenue revenues sales sold sells turnover verkauft verkaufte umsatz umsaetze erloes "
            "erloese einnahmen verkaeufe"
        ),
        "amount": "amount amounts betrag betraege",
        "quantity": (
            "quantity quantities qty menge mengen stueck stueckzahl stueckzahlen units pieces anzahl "
            "sales sold sells verkauft verkaufte verkaeufe volume absatz"
        ),
        "price": "price prices preis preise einzelpreis stueckpreis",
        "cost": "cost costs kosten expense expenses ausgabe ausgaben aufwand",
        "profit": "profit profits gewinn gewinne ertrag ertraege earnings",
        "margin": "margin margins marge margen",
        "date": "date dates datum daten-tag zeitpunkt timestamp",
        "customer": "customer customers client clients kunde kunden kundin kundinnen buyer kaeufer",
        "product": "product products produkt produkte artikel article articles item",
        "category": "category categories kategorie kategorien warengruppe produktgruppe group gruppe",
        "channel": (
            "channel channels kanal kanaele vertriebsweg vertriebswege vertriebskanal vertriebskanaele "
            "verkaufskanal absatzkanal"
        ),
        "country": "country countries land laender staat nation",
        "region": "region regions regionen gebiet gebiete area areas",
        "city": "city cities stadt staedte ort orte town",
        "store": "store stores filiale filialen shop shops laden laeden branch branches niederlassung",
        "status": "status state zustand",
        "order": "order orders bestell bestellung bestellungen auftrag auftraege",
        "invoice": "invoice invoices rechnung rechnungen",
        "delivery": "delivery deliveries shipping shipment shipments lieferung lieferungen versand",
        "payment": "payment payments zahlung zahlungen zahlungsart zahlungsweise bezahlung",
        "department": "department departments abteilung abteilungen",
        "employee": "employee employees mitarbeiter mitarbeiterin mitarbeitende staff personal",
        "supplier": "supplier suppliers lieferant lieferanten vendor vendors",
        "temperature": "temperature temperatures temperatur temperaturen temp",
        "weight": "weight weights gewicht gewichte",
        "discount": "discount discounts rabatt rabatte",
        "tax": "tax taxes steuer steuern mwst vat ust",
        "rating": "rating ratings bewertung bewertungen stars sterne",
        "hours": "hour hours stunde stunden",
        "duration": "duration durations dauer",
        "age": "age ages alter",
        "name": "name names namen",
        "return": (
            "return returns returned retoure retouren retourniert ruecksendung ruecksendungen rueckgabe rueckgaben "
            "zurueckgegeben zurueckgeschickt"
        ),
        "station": "station stations stationen messstelle",
        "machine": "machine machines maschine maschinen anlage anlagen",
        "net": "net netto",
        "gross": "gross brutto",
        "consumption": "consumption verbrauch verbraeuche usage",
        "population": "population einwohner einwohnerzahl bevoelkerung inhabitants",
        "humidity": "humidity luftfeuchte luftfeuchtigkeit feuchte",
        "species": "species art arten",
        "gender": "gender sex geschlecht",
        "salary": "salary salaries gehalt gehaelter wage wages lohn loehne",
        "rain": "rain rainfall precipitation niederschlag regen",
        "year": "year years jahr jahre",
    }.items()
}

# German writes `monthly revenue` as one word. Each part stands for itself once cut out.
_PREFIXES = {
    "tages": "tag",
    "wochen": "woche",
    "monats": "monat",
    "quartals": "quartal",
    "jahres": "jahr",
    "gesamt": "gesamt",
    "netto": "netto",
    "brutto": "brutto",
    "durchschnitts": "durchschnitt",
    "maximal": "maximal",
    "minimal": "minimal",
    "median": "median",
}
_SUFFIXES = {
    "entwicklung": "entwicklung",
    "verlauf": "verlauf",
    "diagramm": "diagramm",
    "bericht": "bericht",
    "summe": "summe",
    "report": "report",
    "zahlen": "zahlen",
    "uebersicht": "uebersicht",
    "auswertung": "auswertung",
    "trend": "trend",
    "vergleich": "vergleich",
    "grafik": "grafik",
    "chart": "chart",
    "staerkste": "staerkste",
    "staerksten": "staerkste",
    "schwaechste": "schwaechste",
    "schwaechsten": "schwaechste",
}
_ENDINGS = ("innen", "en", "er", "es", "e", "n", "s")
_SHORT_STEM = 4


@cache
def stem(word: str) -> str:
    """The word without plural and case endings; only ever compared with other stems."""
    word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    if word.endswith("ies") and len(word) > 5:
        word = word[:-3] + "y"
    cut = True
    while cut:
        cut = False
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORT_STEM:
                word, cut = word[: -len(ending)], True
                break
    return word


@cache
def concepts(word: str) -> frozenset[str]:
    """The ideas a word may stand for: `Umsatz` and `turnover` share one."""
    return _BY_STEM.get(stem(word), frozenset())


def split_compound(word: str) -> tuple[str, ...]:
    """`monatsumsatz` -> `monat umsatz`, `umsatzentwicklung` -> `umsatz entwicklung`; other words unchanged."""
    if (
        word in FILLERS
        or word in GRANULARITY
        or word in AGGREGATIONS
        or word in CHART_WORDS
        or word in UNSUPPORTED_CHARTS
        or word in PIES
    ):
        return (word,)
    for prefix, meaning in _PREFIXES.items():
        if word.startswith(prefix) and len(word) - len(prefix) >= 4:
            return (meaning, *split_compound(word[len(prefix) :]))
    for suffix, meaning in _SUFFIXES.items():
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return (*split_compound(re.sub(r"s$", "", word[: -len(suffix)])), meaning)
    return (word,)


def _by_stem() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for concept, members in CONCEPTS.items():
        for word in members:
            found.setdefault(stem(word), set()).add(concept)
    return {word: frozenset(names) for word, names in found.items()}


_BY_STEM = _by_stem()
