"""Words of a request that carry no meaning of their own, English and German, folded. Pure data."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())


FILLERS = word_set(
    """
    kommt kommen woher welchem deren dessen comes coming come goes popular performing selling happened happen worth
    including geschah passiert beliebt beliebteste beliebtesten s m re ll sich showing shows shown drawing x y over
    a an the this that these those it its is are was were be been am do does did doing done have has had having
    there here i me my mine we us our you your please kindly can could would will shall should may might must let
    lets want need like love just also too only some any all every much so very really quick quickly nice simple new
    good well clear clearly now then next again thanks thank hi hello hey ok okay yes of to at on as from with into
    out up get got give make create build produce generate show display see look find tell say know list return
    compute calculate work looks using use based file csv data dataset set column columns field values value figures
    numbers rows table tables sheet spreadsheet uploaded upload attached attachment mission job task thing things
    one ones result results answer question what how which who whose when where why if and or but than about whole
    entire full complete different individual respective month-wise wise developed develop change changed changes
    history timeline time period periods boss team colleagues manager meeting presentation slide slides them they
    wurde wurden worden wird werden made sold-out write writing prepare explain erklaere schreib schreibe schreiben
    verfasse regarding concerning overall present picture image view visual visualisation visualization information
    info ein eine einen einem einer eines der die das den dem des dies diese dieser dieses diesen diesem ist sind
    war waren sein bin hat haben hatte hatten habe es ich mir mich mein meine meinen meiner wir uns unser unsere du
    dir dich dein deine ihr ihnen sie bitte kannst koennte koenntest koennten kann koennen wuerde wuerdest soll
    sollte sollen moechte moechten wollen brauche brauchen braeuchte haette gern gerne mal doch auch nur noch schon
    ganz alle alles allen jeder sehr einfach schnell schoen schoenes huebsch gut gute guten neu neue jetzt dann nun
    wieder danke hallo moin tag servus ja von vom zu zum zur auf aus mit ins im in bei als ob dass damit daraus
    davon dazu daran gib gibt gebe geben mach mache machen erstelle erstellen erzeuge erzeugen generiere zeig zeige
    zeigen zeigt anzeigen sehen siehst finde finden sag sage sagen wissen liste auflisten berechne berechnen rechne
    ermittle ermitteln bereite datei dateien daten datensatz tabelle tabellen spalte spalten feld wert werte werten
    zahlen zahl hochgeladen hochgeladene hochgeladenen angehaengt anhang ergebnis ergebnisse antwort frage wie
    welche welcher welches welchen wer wann wo warum wieso wenn und oder aber pro ueber unter hinweg entwickelt
    entwickeln entwicklung verlauf zeitverlauf zeitlich zeitlicher veraendert veraenderung trendverlauf chef chefin
    kollegen sitzung praesentation bild ansicht darstellung stelle stell dar darstellen uebersichtlich viel viele
    vielen hoch gross gesamten ganze ganzen jeweils jeweilige jeweiligen einzelne einzelnen unterschiedliche
    verschiedene verschiedenen insgesamt for fuer sort sorted order ordered sortiert sortiere geordnet absteigend
    aufsteigend descending ascending
    """
)
# What may stand between `by` and the name of a column.
DETERMINERS = word_set(
    """
    the a an each every all its their our my der die das den dem des einer einem jeder jede jeden jedem jedes single
    einzelnen different individual einzelne down it them this column spalte feld field
    """
)
