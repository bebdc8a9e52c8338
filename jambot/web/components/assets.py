"""The files of a workspace, and a look inside the chosen one."""

from __future__ import annotations

import reflex as rx

from jambot.web.asset_items import AssetItem
from jambot.web.components.basics import empty, icon, status
from jambot.web.components.figure import figure, numbers
from jambot.web.states.jambot import JamBotState
from jambot.web.strings import t


def assets_tab() -> rx.Component:
    return rx.cond(
        JamBotState.asset_count > 0,
        rx.fragment(
            _list(t("panel.inputs"), JamBotState.inputs),
            _list(t("panel.outputs"), JamBotState.outputs),
            rx.cond(JamBotState.preview.id != "", _preview()),
        ),
        empty("folder-open", t("panel.no_assets"), t("panel.no_assets_note")),
    )


def _list(title: str, assets: rx.Var[list[AssetItem]]) -> rx.Component:
    return rx.cond(
        assets,
        rx.el.section(
            rx.el.h2(title, class_name="section-title", style={"padding": "12px 16px 4px"}),
            rx.foreach(assets, _asset),
        ),
    )


def _asset(asset: rx.Var[AssetItem]) -> rx.Component:
    return rx.el.button(
        rx.match(
            asset.type,
            ("table", icon("table", 16, "gray")),
            ("chart", icon("chart-column", 16, "gray")),
            ("report", icon("book-open", 16, "gray")),
            icon("file-text", 16, "gray"),
        ),
        rx.el.span(
            rx.el.span(asset.name, class_name="med cut"),
            rx.el.span(asset.note, class_name="meta cut"),
            class_name="v grow",
        ),
        rx.cond(asset.state != "ready", status(asset.state, asset.word)),
        type="button",
        title=asset.name,
        key=asset.id,
        class_name=rx.cond(JamBotState.preview.id == asset.id, "asset-row inset on", "asset-row inset"),
        on_click=JamBotState.open_asset(asset.id),
    )


def _preview() -> rx.Component:
    shown = JamBotState.preview
    return rx.el.section(
        rx.el.div(
            rx.el.h2(shown.name, class_name="med grow cut"),
            rx.cond(
                shown.download != "",
                rx.el.a(
                    icon("download", 14),
                    href=shown.download,
                    download=True,
                    class_name="ib",
                    aria_label=t("do.download"),
                    title=t("do.download"),
                ),
            ),
            class_name="h g2 preview-head",
        ),
        rx.el.div(
            rx.match(
                shown.kind,
                (
                    "table",
                    rx.el.div(
                        numbers(shown), class_name="card scroll-x", tab_index=0, role="group", aria_label=shown.name
                    ),
                ),
                ("chart", figure(shown)),
                ("picture", rx.el.img(src=shown.picture, alt=shown.name, class_name="card")),
                rx.el.pre(shown.text, class_name="card raised asset-text"),
            ),
            style={"padding": "0 16px 16px"},
        ),
        class_name="rule",
        aria_label=shown.name,
    )
