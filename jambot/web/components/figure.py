"""A chart with its numbers: bars or lines, and the same as a table for whoever prefers or needs one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web.asset_preview import AssetPreview, ChartSeries
from jambot.web.components.basics import icon
from jambot.web.strings import t


class Drawing(rx.NoSSRComponent):
    """The bars or lines themselves: a part that is fetched when the first chart is shown."""

    library = "$/public/parts/drawing.js"
    tag = "Drawing"
    lib_dependencies: list[str] = [rx.recharts.BarChart.create().library or "recharts"]

    points: rx.Var[list[dict[str, Any]]]
    series: rx.Var[list[ChartSeries]]
    kind: rx.Var[str]


def figure(chart: rx.Var[AssetPreview]) -> rx.Component:
    """`chart` as a figure. The switch to the table is a checkbox, so it needs no trip to the server."""
    return rx.el.figure(
        rx.el.figcaption(
            rx.el.span(
                chart.name,
                rx.cond(chart.unit != "", f", {chart.unit}", ""),
                class_name="med cut grow",
                title=chart.name,
            ),
            rx.el.label(
                rx.el.input(type="checkbox", class_name="sr twin", aria_label=t("chart.as_table")),
                icon("table", 14),
                class_name="ib small",
                title=t("chart.as_table"),
            ),
            rx.el.a(
                icon("download", 14),
                href=chart.download,
                download=True,
                class_name="ib small",
                aria_label=t("do.download"),
                title=t("do.download"),
            ),
        ),
        rx.el.div(
            Drawing.create(points=chart.points, series=chart.series, kind=chart.drawing),
            class_name="plot",
            aria_hidden="true",
        ),
        rx.cond(chart.series.length() > 1, rx.el.div(rx.foreach(chart.series, _legend), class_name="h wrap legends")),
        rx.el.div(numbers(chart), class_name="twin-table scroll-x"),
        class_name="figure",
        aria_label=chart.name,
    )


def numbers(shown: rx.Var[AssetPreview]) -> rx.Component:
    """A table of what is shown, with a row of sums where sums make sense."""
    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.foreach(shown.columns, lambda name, place: rx.el.th(name, class_name=_side(place), scope="col"))
            )
        ),
        rx.el.tbody(
            rx.foreach(
                shown.rows,
                lambda row: rx.el.tr(rx.foreach(row, lambda cell, place: rx.el.td(cell, class_name=_side(place)))),
            )
        ),
        rx.cond(
            shown.sums,
            rx.el.tfoot(
                rx.el.tr(rx.foreach(shown.sums, lambda cell, place: rx.el.td(cell, class_name=_side(place)))),
            ),
        ),
        class_name="table dense",
    )


def _side(place: rx.Var[int]) -> rx.Var[str]:
    return rx.cond(place == 0, "", "num")


def _legend(series: rx.Var[ChartSeries]) -> rx.Component:
    return rx.el.span(series.name, class_name="legend", style={"--ink": series.ink})
