"""Messages that have the words looked for, each a link to its place in the conversation."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import age_time, go
from jambot.web.hit_items import HitItem, HitPiece
from jambot.web.states.history import HistoryState
from jambot.web.strings import t


def hits() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("history.hits"), class_name="section-title"), rx.foreach(HistoryState.hits, _hit), class_name="hits"
    )


def _hit(hit: rx.Var[HitItem]) -> rx.Component:
    return rx.fragment(
        rx.cond(hit.workspace != "", rx.el.h3(hit.workspace, class_name="med cut")),
        go(
            rx.el.span(hit.who, class_name="meta who"),
            rx.el.span(rx.foreach(hit.pieces, _piece), class_name="fg2 cut grow"),
            age_time(hit.age, hit.at, class_name="meta nw"),
            href=hit.href,
            class_name="pick hit",
        ),
        key=hit.id,
    )


def _piece(piece: rx.Var[HitPiece]) -> rx.Component:
    return rx.cond(piece.is_found, rx.el.mark(piece.text), rx.el.span(piece.text))
