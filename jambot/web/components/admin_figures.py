"""The cards and the charts of the dashboard."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web.admin_cards import Card
from jambot.web.admin_charts import Chart, HeatCell, HeatRow, Series
from jambot.web.components.admin_shell import alone
from jambot.web.components.basics import icon
from jambot.web.states.admin import AdminState
from jambot.web.states.admin_charts import AdminChartsState
from jambot.web.strings import t


class Plot(rx.NoSSRComponent):
    """The drawing itself, in the browser: the points travel as numbers, and only when they changed."""

    library = "$/public/parts/plot.js"
    tag = "Plot"

    points: rx.Var[list[dict[str, Any]]]
    series: rx.Var[list[Series]]
    kind: rx.Var[str]
    unit: rx.Var[str]
    height: rx.Var[int]


def stat_cards() -> rx.Component:
    """The first row, and below it in one line what its figures are made of."""
    return alone(
        AdminState.trouble,
        AdminState.load,
        rx.cond(
            AdminState.cards,
            rx.fragment(
                rx.el.div(rx.foreach(AdminState.cards, _card), class_name="stats"),
                rx.el.dl(
                    rx.foreach(AdminState.details, _detail), class_name="card details", aria_label=t("card.details")
                ),
            ),
            rx.el.div(
                rx.el.div(*[rx.el.div(class_name="card stat") for _ in range(6)], class_name="stats"),
                rx.el.div(class_name="card details"),
                aria_hidden="true",
            ),
        ),
    )


def charts() -> rx.Component:
    """The second row: two over time, two of classes."""
    state = AdminChartsState
    return rx.el.div(
        chart(t("plot.states"), state.states, "area", state.trouble),
        chart(t("plot.store"), state.store, "line", state.trouble, unit="ms"),
        chart(t("plot.durations"), state.durations, "bars", state.trouble_below),
        _heat(),
        class_name="plots",
    )


def chart(title: str, drawn: rx.Var[Chart], kind: str, trouble: rx.Var[str], *, unit: str = "") -> rx.Component:
    """A chart with its table behind a switch that needs no trip to the server."""
    return _figure(
        title,
        drawn.note,
        alone(
            trouble,
            AdminChartsState.load,
            rx.cond(
                drawn.is_empty & AdminChartsState.is_loaded,
                rx.el.p(t("plot.empty"), class_name="plot-empty"),
                rx.fragment(
                    rx.el.div(
                        Plot.create(points=drawn.points, series=drawn.series, kind=kind, unit=unit, height=132),
                        class_name="plot",
                    ),
                    rx.el.div(_numbers(title, drawn), class_name="twin-table scroll-x", tab_index=0),
                ),
            ),
        ),
    )


def _card(card: rx.Var[Card]) -> rx.Component:
    return rx.el.div(
        rx.el.div(card.label, class_name="meta"),
        rx.el.div(
            rx.el.b(card.value, key=card.value, class_name="fresh"),
            rx.el.span(card.aside, class_name="meta cut", title=card.aside),
            class_name="stat-figure",
        ),
        rx.el.div(
            rx.cond(
                card.change != "",
                rx.fragment(
                    rx.match(
                        card.way,
                        ("up", icon("arrow-up", 12)),
                        ("down", icon("arrow-down", 12)),
                        icon("minus", 12),
                    ),
                    rx.el.span(card.change, rx.el.span(f" {t('card.than')}", class_name="sr")),
                ),
            ),
            class_name=rx.match(
                card.tone, ("good", "stat-change green"), ("bad", "stat-change red"), "stat-change fg2"
            ),
        ),
        Plot.create(points=card.points, kind="spark", height=32),
        key=card.key,
        class_name="card stat",
    )


def _detail(card: rx.Var[Card]) -> rx.Component:
    change = rx.cond(card.change != "", f"{card.change} {t('card.than')}", "")
    return rx.el.div(
        rx.el.dt(card.label, class_name="meta cut"),
        rx.el.dd(
            rx.el.b(card.value, key=card.value, class_name="fresh"),
            rx.el.span(change, class_name="sr"),
            Plot.create(points=card.points, kind="spark", height=20),
        ),
        key=card.key,
        title=change,
    )


def _figure(title: str, note: Any, content: rx.Component) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(
            rx.el.span(title, class_name="med cut"),
            rx.el.span(note, class_name="meta cut grow", title=note),
            rx.el.label(
                rx.el.input(type="checkbox", class_name="sr twin", aria_label=f"{title}: {t('plot.as_table')}"),
                icon("table", 14),
                class_name="ib small",
                title=t("plot.as_table"),
            ),
        ),
        content,
        class_name="figure",
        aria_label=title,
    )


def _numbers(title: str, drawn: rx.Var[Chart]) -> rx.Component:
    return rx.el.table(
        rx.el.caption(title, class_name="sr"),
        rx.el.thead(
            rx.el.tr(
                rx.foreach(drawn.columns, lambda name, place: rx.el.th(name, scope="col", class_name=_side(place)))
            )
        ),
        rx.el.tbody(
            rx.foreach(
                drawn.rows,
                lambda row: rx.el.tr(rx.foreach(row, lambda cell, place: rx.el.td(cell, class_name=_side(place)))),
            )
        ),
        class_name="table dense",
    )


def _side(place: rx.Var[int]) -> rx.Var[str]:
    return rx.cond(place == 0, "", "num")


def _heat() -> rx.Component:
    """The map is a table itself; the switch shows its numbers."""
    hours = [
        rx.el.th(f"{hour:02}" if hour % 3 == 0 else rx.el.span(f"{hour:02}", class_name="sr"), scope="col")
        for hour in range(24)
    ]
    return _figure(
        t("plot.heat"),
        t("plot.heat_note"),
        alone(
            AdminChartsState.trouble_below,
            AdminChartsState.load,
            rx.el.div(
                rx.el.table(
                    rx.el.caption(t("plot.heat"), class_name="sr"),
                    rx.el.thead(rx.el.tr(rx.el.td(), *hours)),
                    rx.el.tbody(rx.foreach(AdminChartsState.heat, _heat_row)),
                    class_name="heat",
                ),
                class_name="heat-box scroll-x",
                tab_index=0,
                role="group",
                aria_label=t("plot.heat"),
            ),
        ),
    )


def _heat_row(row: rx.Var[HeatRow]) -> rx.Component:
    return rx.el.tr(rx.el.th(row.day, scope="row"), rx.foreach(row.cells, _heat_cell), key=row.day)


def _heat_cell(cell: rx.Var[HeatCell]) -> rx.Component:
    return rx.el.td(rx.el.span(cell.words), custom_attrs={"data-level": cell.level.to_string()}, title=cell.words)
