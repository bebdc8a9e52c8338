"""The menu of named views: open one, rename it, forget it, or give the view that is shown a name."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web.components.basics import button, go, icon, icon_button
from jambot.web.states.admin_views import AdminViewsState, ViewLine
from jambot.web.strings import t


def saved_views() -> rx.Component:
    """The button with the name of the view that is shown, and what it opens."""
    state = AdminViewsState
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                rx.el.span(rx.cond(state.here != "", state.here, t("views.save")), class_name="cut"),
                icon("chevron-down", 14),
                type="button",
                class_name="btn small views-button",
                aria_label=rx.cond(state.here != "", f"{t('views.title')}: {state.here}", t("views.save")),
                id="views",
            )
        ),
        rx.popover.content(
            rx.cond(state.views, rx.el.ul(rx.foreach(state.views, _view), class_name="view-list")),
            rx.cond(state.here == "", _save()),
            rx.cond(state.error != "", rx.el.p(state.error, class_name="error-line", role="alert")),
            class_name="views-pop",
            align="start",
            aria_label=t("views.title"),
            id="views-pop",
        ),
        on_open_change=state.turn,
    )


def view_links() -> rx.Component:
    """The named views at the left of every page of the administration."""
    return rx.foreach(
        AdminViewsState.views,
        lambda view: rx.el.li(
            go(
                icon("bookmark"),
                rx.el.span(view.name, class_name="cut"),
                href=view.href,
                class_name=rx.cond(view.is_here, "nav on", "nav"),
                custom_attrs={"aria-current": rx.cond(view.is_here, "page", "false")},
            ),
            key=view.id,
        ),
    )


def _view(view: rx.Var[ViewLine]) -> rx.Component:
    state = AdminViewsState
    row = rx.fragment(
        rx.popover.close(
            go(
                icon("bookmark", 14),
                rx.el.span(view.name, class_name="cut"),
                href=view.href,
                class_name=rx.cond(view.is_here, "grow med", "grow"),
            )
        ),
        icon_button(
            "pencil",
            f"{t('views.rename')}: {view.name}",
            size=14,
            class_name="ib small",
            on_click=state.rename(view.id),
        ),
        icon_button(
            "trash-2",
            f"{t('views.delete')}: {view.name}",
            size=14,
            class_name="ib small",
            on_click=state.delete(view.id),
        ),
    )
    naming = rx.el.form(
        _name(view.name, t("views.name"), "view-name"),
        rx.el.button(t("views.rename"), type="submit", class_name="btn tiny primary"),
        button(t("act.cancel"), kind="ghost tiny", on_click=state.rename(view.id)),
        on_submit=state.renamed,
        class_name="h g2 grow",
    )
    return rx.el.li(rx.cond(state.renaming == view.id, naming, row), key=view.id)


def _small(sign: str, words: str, deed: Any) -> rx.Component:
    return icon_button(sign, words, size=14, class_name="ib small", on_click=deed)


def _save() -> rx.Component:
    return rx.el.form(
        _name("", t("views.name"), "new-view-name"),
        rx.el.button(t("views.save"), type="submit", class_name="btn tiny primary nw"),
        rx.el.p(t("views.note"), class_name="meta"),
        on_submit=AdminViewsState.save,
        reset_on_submit=True,
        class_name="view-form",
    )


def _name(value: str | rx.Var[str], words: str, name_id: str) -> rx.Component:
    return rx.el.div(
        rx.el.input(
            name="name",
            default_value=value,
            placeholder=words,
            aria_label=words,
            max_length=60,
            required=True,
            auto_complete="off",
            id=name_id,
        ),
        class_name="field small grow",
    )
