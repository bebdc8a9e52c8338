"""Which of the two languages somebody writes in. Pure."""

from __future__ import annotations

import re

from jambot.llm.fillers import word_set
from jambot.llm.wordforms import split_compound
from jambot.tools.strings import Language
from jambot.tools.words import words

# Words that belong to one language only; those of both, such as `in`, `was`, `an`, `trend`, say nothing.
_GERMAN = word_set(
    """
    ab als analysiere anteil anteile anzahl artikel auf aufgeschluesselt aufgeteilt auflisten aus balken
    balkendiagramm bei bericht beschreibe beste bestellung bestellungen bestellwert besten bis bitte danke das
    dasselbe datei daten dem den der des dezember diagramm die diese diesen dieser dieses durchschnitt
    durchschnittlich durchschnittliche durchschnittlichen durchschnittlicher ein eine einem einen einer einzelpreis
    enthaelt enthalten entwicklung erklaere erstelle es fasse februar filiale filialen fuer gesamt gesamte gesamter
    gewinn gibt gleiche groesser gruss guten haben hallo hat hatte hilfe hoch hoechste hoechsten hoechstens
    hoechster ich im ist ja jaehrlich jahr jahre jahres januar je jetzt juli juni kanaele kanal kann kannst
    kategorie kleiner koennen kosten kreisdiagramm kuchendiagramm kunde kunden laender land letzte letztem letzten
    letzter letztes lieber linie liniendiagramm mach mache maerz mai mehr meiste meisten menge mich mindestens mir
    mit moin monat monate monaten monatlich monats morgen nach nein nicht niedrigste niedrigsten nur oder ohne
    oktober preis pro produkt produkte prozentual quartal quartale quartalsweise retouren saeulen schreib schreibe
    schwaechsten seit servus sind sonstige spalte spalten stattdessen steht stueck stueckzahl summe tabelle taeglich
    tag tage ueber umsaetze umsatz umsatzes und unter vergleich vergleiche verlauf verschiedene verschiedenen
    verteilung viel viele vom vor waren welche welchen welcher welches weniger wenigsten wer wert werte wie wieviel
    wieviele wir woche wochen wochentag woechentlich wuerde zeig zeige zeigen zeile zeilen zeitraum zum zur zusammen
    zusammenfassung zwischen
    """
)
_ENGLISH = word_set(
    """
    a across after all amount analyse analyze and are as at average bars before best between biggest by can category
    channel channels chart column columns compare comparison containing contains cost costs could count countries
    country customer customers daily data day days december describe different distribution does draw each every
    explain february file find for from greater had has have hello help hi highest how i instead is it january july
    june larger largest last least less line lines list lowest make many march may me mean month monthly months more
    most much my not now number october of on only or order orders others over percent percentage period please plot
    price product products profit quantity quarter quarterly quarters rather report returns revenue row rows sales
    same share show since smaller smallest split store stores sum summarise summarize summary table than thanks the
    there these this those to turnover under unit units until value values versus we week weekday weekly weeks were
    what which who with without worst would write year yearly years yes
    """
)
_UMLAUT = re.compile("[äöüßÄÖÜ]")


def spoken_in(phrase: str) -> Language | None:
    """The language of one phrase; None when it could be either."""
    said = [part for word in words(phrase[:1_500]) for part in split_compound(word)]
    german = sum(word in _GERMAN for word in said) + bool(_UMLAUT.search(phrase))
    english = sum(word in _ENGLISH for word in said)
    return None if german == english else "de" if german > english else "en"
