"""The frame of the administration: its own list at the left, and panels that load and fail alone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.admin.view import AdminView, changed
from jambot.web import routes
from jambot.web.admin_address import address_of
from jambot.web.components.admin_views import view_links
from jambot.web.components.basics import bones, button, empty, go, icon
from jambot.web.components.shell import page_shell
from jambot.web.states.admin import AdminState
from jambot.web.strings import t

_PAGES = (
    ("activity", "title.admin", routes.ADMIN),
    ("users", "title.admin_people", routes.ADMIN_PEOPLE),
    ("folder", "title.admin_workspaces", routes.ADMIN_WORKSPACES),
    ("building-2", "title.admin_domains", routes.ADMIN_DOMAINS),
    ("brush-cleaning", "title.admin_clean_ups", routes.ADMIN_CLEAN_UPS),
    ("scroll-text", "title.admin_audit", routes.ADMIN_AUDIT),
)
_VIEWS = (
    ("admin.view_active", {"state": "active", "sort": "used"}),
    ("admin.view_expiring", {"state": "expiring", "sort": "ends", "up": "1"}),
    ("admin.view_guests", {"kind": "guest"}),
    ("admin.view_ended", {"state": "expired", "sort": "ends"}),
)


def admin_shell(name: str, current: str, *content: rx.Component) -> rx.Component:
    """The frame of a page of the administration; `current` is its address."""
    return page_shell(name, current, *content, area=t("admin.area"), side=_side(current))


def panel(title: Any, *content: rx.Component, aside: Any = None, class_name: str = "") -> rx.Component:
    """A card with a heading."""
    head = rx.el.div(
        rx.el.h2(title, class_name="med grow cut"), *([] if aside is None else [aside]), class_name="panel-head"
    )
    return rx.el.section(head, *content, class_name=f"card {class_name}".strip(), aria_label=title)


def alone(trouble: rx.Var[str], again: Any, *content: rx.Component) -> rx.Component:
    """What a panel shows, or what went wrong in it with a way to try again; the others are not touched."""
    return rx.cond(
        trouble != "",
        rx.el.div(
            icon("cloud-off", 16, "red"),
            rx.el.span(t("trouble.load_part"), class_name="grow"),
            rx.el.code(trouble, class_name="mono fg2"),
            button(t("do.try_again"), kind="tiny", on_click=again),
            class_name="panel-trouble",
            role="status",
        ),
        rx.fragment(*content),
    )


def listing(is_loading: Any, rows: Any, table: rx.Component) -> rx.Component:
    """A table; while it loads its bones; without rows why there are none."""
    return rx.cond(
        rows,
        table,
        rx.cond(is_loading, bones(8, "bone-row"), empty("search-x", t("admin.none"), t("admin.none_note"))),
    )


def _side(current: str) -> rx.Component:
    return rx.el.nav(
        go(icon("arrow-left"), rx.el.span(t("admin.back"), class_name="cut"), href=routes.HOME, class_name="nav"),
        rx.el.h2(t("admin.area"), class_name="group-title"),
        rx.el.ul(*[rx.el.li(_link(name, t(title), href, current)) for name, title, href in _PAGES]),
        rx.el.h2(t("admin.views"), class_name="group-title"),
        rx.el.ul(
            view_links(),
            *[
                rx.el.li(_link("list-filter", t(key), address_of(changed(AdminView(), **chosen)), ""))
                for key, chosen in _VIEWS
            ],
        ),
        rx.el.div(
            rx.cond(
                AdminState.store_p95 != "",
                rx.el.div(
                    icon("database", 14, "green"),
                    rx.el.span(f"{t('admin.store')} ", AdminState.store_p95, class_name="cut"),
                    class_name="nav still meta",
                ),
            ),
            class_name="side-foot",
        ),
        class_name="side",
        aria_label=t("admin.nav"),
    )


def _link(name: str, text: str, href: str, current: str) -> rx.Component:
    on = href == current
    return go(
        icon(name),
        rx.el.span(text, class_name="cut"),
        href=href,
        class_name="nav on" if on else "nav",
        custom_attrs={"aria-current": "page"} if on else {},
    )
