"""The English and German words a request for figures is made of, folded (`für` is `fuer`). Pure data."""

from __future__ import annotations

from collections.abc import Mapping

from jambot.llm.fillers import word_set


def _means(words: Mapping[str, str]) -> dict[str, str]:
    """word -> meaning, from meaning -> words."""
    return {word: meaning for meaning, text in words.items() for word in text.split()}


# Words that stand before what groups: `by channel`, `pro Monat`.
GROUP_WORDS = word_set(
    """
    by per each every across grouped group pro je nach jeder jedem jeden jede gruppiert gruppiere
    """
)
SPLIT_WORDS = word_set(
    """
    split divided separated separately broken stacked coloured colored breakdown aufgeteilt unterteilt getrennt
    aufgeschluesselt gestapelt aufteilung unterteile teile
    """
)
OVER_TIME = word_set(
    """
    trend trends trendverlauf verlauf zeitverlauf entwicklung timeline evolution development history entwickelt
    entwickeln developed develop develops evolve evolved evolves zeitlich zeitlicher
    """
)
JOINERS = word_set(
    """
    and und sowie as well plus
    """
)
ONLY_WORDS = word_set(
    """
    only for in nur fuer im aus from where with bei mit wo of auf
    """
)
NOT_WORDS = word_set(
    """
    without except excluding exclude not no ohne ausser nicht ausgenommen kein keine keinen keiner non
    """
)
GRANULARITY = _means(
    {
        "day": "day days daily tag tage taeglich taegliche taeglichen tagesweise",
        "week": "week weeks weekly woche wochen woechentlich woechentliche wochenweise kw kalenderwoche",
        "month": (
            "month months monthly monat monate monaten monats monatlich monatliche monatlichen monatlicher monatsweise"
        ),
        "quarter": "quarter quarters quarterly quartal quartale quartalen quartalsweise vierteljahr vierteljaehrlich",
        "year": "year years yearly annual annually jahr jahre jahren jaehrlich jaehrliche jahresweise",
    }
)
AGGREGATIONS = _means(
    {
        "sum": (
            "sum total totals overall summe summen summiere summiert gesamt gesamte gesamter gesamten "
            "gesamtes aufsummiert addiere add"
        ),
        "avg": (
            "average averages avg mean durchschnitt durchschnittlich durchschnittliche durchschnittlicher "
            "durchschnittlichen durchschnittliches mittel mittelwert mittlere mittlerer mittleren schnitt"
        ),
        "median": "median mediane",
        "max": "maximum max maximal maximale maximaler maximalen",
        "min": "minimum min minimal minimale minimaler minimalen",
    }
)
COUNT_WORDS = word_set(
    """
    count counts number anzahl haeufigkeit frequency zaehle zaehlen zahl many viele wieviele
    """
)
HIGHEST = word_set(
    """
    busiest bestselling
    highest most best largest biggest greatest top strongest hoechste hoechster hoechsten hoechstes meiste meisten
    beste bester besten bestes groesste groesster groessten groesstes staerkste staerksten staerkster oberste
    obersten teuerste teuersten umsatzstaerkste umsatzstaerksten
    """
)
LOWEST = word_set(
    """
    quietest
    lowest least worst smallest fewest weakest bottom niedrigste niedrigsten niedrigster niedrigstes wenigste
    wenigsten schlechteste schlechtesten kleinste kleinsten kleinster geringste geringsten schwaechste schwaechsten
    billigste guenstigste
    """
)
CHART_KINDS = _means(
    {
        "line": "line lines linie linien curve kurve liniendiagramm linienchart liniengrafik verlaufskurve",
        "stacked_bar": "stacked gestapelt gestapelte gestapeltes gestapelten stapel",
        "bar": "bar bars balken balkendiagramm saeulen saeulendiagramm balkengrafik balkenchart",
    }
)
CHART_WORDS = word_set(
    """
    chart charts plot plots plotte plotten graph graphs graphic graphik grafik diagram diagramm diagramme draw
    balkenchart zeichne zeichnen visualise visualize visualisiere visualisieren veranschauliche schaubild bars line
    curve kurve
    """
) | frozenset(CHART_KINDS)
# Charts of parts of a whole: bars of shares say the same and can be compared.
PIES = word_set(
    """
    pie donut doughnut kuchendiagramm kuchengrafik kreisdiagramm tortendiagramm tortengrafik torte treemap
    """
)
UNSUPPORTED_CHARTS = word_set(
    """
    scatter scatterplot heatmap streudiagramm karte map bubble radar boxplot violin sankey gantt
    """
)
SHARE_WORDS = word_set(
    """
    share shares percentage percentages percent proportion proportions portion fraction anteil anteile anteilig
    prozent prozentual prozentuale prozentualen prozentualer prozentsatz
    """
)
DISTRIBUTION_WORDS = word_set(
    """
    distribution distributed distributions verteilung verteilt histogram histogramm spread streuung
    """
)
DISTINCT_WORDS = word_set(
    """
    different distinct unique verschiedene verschiedenen verschiedener unterschiedliche unterschiedlichen eindeutige
    eindeutigen
    """
)
VERSUS = word_set(
    """
    vs versus against gegen gegenueber
    """
)
LIST_WORDS = word_set(
    """
    list show display find zeig zeige zeigen liste auflisten anzeigen finde suche search give gib which welche
    """
)
# What no tool of ours reckons; the idea as the question names it.
UNSERVED = _means(
    {
        "growth": (
            "growth grow grew grows increase increased decrease decreased wachstum gewachsen zuwachs anstieg "
            "rueckgang wachstumsrate vorjahresvergleich vorjahr vormonat yoy mom change changes veraenderung"
        ),
        "running": (
            "cumulative cumulated running kumuliert kumulierte kumulierter kumulativ laufende rolling gleitender"
        ),
        "forecast": "forecast forecasts predict prediction projection prognose prognosen vorhersage hochrechnung",
        "correlation": "correlation correlate correlated regression zusammenhang korrelation korrelieren",
        "having": "having",
        "spread": "deviation stddev variance standardabweichung varianz abweichung variation",
        "ratio": "ratio ratios verhaeltnis minus difference differenz subtract abzueglich divided geteilt dividiert",
    }
)
REPORT_WORDS = word_set(
    """
    report reports bericht berichte reporting auswertungsbericht dossier berichts
    """
)
SUMMARY_WORDS = word_set(
    """
    summarise summarize summary summarising zusammenfassung zusammenfassen fasse zusammen sum-up overview ueberblick
    uebersicht digest
    """
)
PROFILE_WORDS = word_set(
    """
    profile profil profiling describe description describes beschreibe beschreibung inspect explore contain contains
    content contents enthaelt inhalt inside drin steht quality qualitaet check pruefe pruefen schema structure
    struktur problem problems probleme error errors fehler stimmt clean broken gaps luecken types datentypen columns
    spalten headers kopfzeile missing fehlende examine untersuche
    """
)
# Asks that leave open what to look at.
VAGUE_WORDS = word_set(
    """
    interesting anything something important useful surprising spannend spannendes interessant interessantes etwas
    irgendwas irgendetwas wichtig wichtiges auffaellig auffaelliges nuetzliches ideas ideen suggest suggestion
    suggestions vorschlag vorschlaege insight insights erkenntnisse
    """
)
WHICH_WORDS = word_set(
    """
    which who welche welcher welches welchen wer
    """
)
ANALYSE_WORDS = word_set(
    """
    analyse analyze analysis analysiere analysieren auswertung auswerten auswerte evaluate
    """
)
COMPARE_WORDS = word_set(
    """
    compare compared comparison vergleiche vergleich vergleichen verglichen gegenueberstellung
    """
)
ENTITIES = word_set(
    """
    rows row records record entries entry lines items zeilen zeile eintraege eintrag datensaetze datensaetzen
    positionen vorgaenge faelle cases times mal
    """
)
# What one row often is, in tables that do not say so.
TRANSACTIONS = word_set(
    """
    orders order sales transactions transaction purchases purchase bookings booking receipts invoices deals
    bestellungen bestellung auftraege verkaeufe buchungen buchung belege transaktionen rechnungen kaeufe
    """
)
FOLLOW_UP = word_set(
    """
    instead tabularmark rather lieber stattdessen sondern statt same nochmal again dasselbe gleiche aber but now
    jetzt nun
    """
)
# A request that begins with one of these goes on with the one before.
LEANING = word_set(
    """
    and und only just nur without ohne excluding except ausser exclude by per pro nach as als it es
    """
)
RELATIVE_TIME = word_set(
    """
    first erste ersten erster last past previous recent latest newest yesterday today current next upcoming naechste
    naechsten naechster naechstes kommende kommenden neueste neuesten letzte letzten letzter letztes letztem vorige
    vorigen vergangene vergangenen gestern heute aktuelle aktuellen
    """
)
NON_ADDITIVE = word_set(
    """
    price temperature rate percent percentage rating score age humidity pressure speed height ratio average avg mean
    median share quote satz note grade latency margin dichte density level index satisfaction zufriedenheit
    kundenzufriedenheit
    """
)
