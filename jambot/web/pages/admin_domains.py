"""Administration: domains. One page lists them; with a domain in its address it shows that one."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.admin_listed import listed
from jambot.web.components.admin_shell import admin_shell, listing
from jambot.web.components.basics import button, day, empty, go, icon
from jambot.web.components.domain_ending import ending
from jambot.web.components.domain_panels import domain_panels
from jambot.web.components.shell import trouble
from jambot.web.components.short_fields import short_field
from jambot.web.domain_lines import DomainLine
from jambot.web.states.admin_domains import AdminDomainsState as State
from jambot.web.strings import t


def domains_page() -> rx.Component:
    return admin_shell(
        t("title.admin_domains"),
        routes.ADMIN_DOMAINS,
        rx.cond(State.domain.id != "", _head_of_one(), _head_of_all()),
        rx.el.div(
            rx.cond(
                State.trouble != "",
                rx.cond(
                    State.trouble == "not_found",
                    empty(
                        "search-x",
                        t("domains.gone"),
                        t("admin.none_note"),
                        go(t("domains.all"), href=routes.ADMIN_DOMAINS, class_name="btn primary"),
                    ),
                    trouble(State.trouble, State.load, t("trouble.list")),
                ),
                rx.fragment(
                    rx.cond(
                        State.error != "", rx.el.p(State.error, class_name="error-line domain-trouble", role="alert")
                    ),
                    rx.cond(State.domain.id != "", domain_panels(), _all()),
                ),
            ),
            class_name="scroll",
            tab_index=0,
            role="group",
            aria_label=t("title.admin_domains"),
            custom_attrs={"aria-busy": State.is_loading.to_string()},
        ),
        rx.el.div(
            rx.el.span(class_name="grow"),
            rx.cond(
                State.is_first_page,
                rx.fragment(),
                go(
                    t("domains.first"),
                    href=rx.cond(State.domain.id != "", State.domain.href, routes.ADMIN_DOMAINS),
                    class_name="btn small",
                ),
            ),
            rx.cond(
                (State.older != "") & (State.domain.id == ""),
                go(t("domains.older"), href=State.older, class_name="btn small"),
            ),
            class_name="page-foot",
        ),
        ending(),
    )


def _head_of_all() -> rx.Component:
    return rx.el.div(
        rx.el.h1(t("title.admin_domains")),
        rx.el.span(class_name="grow"),
        rx.el.form(
            rx.el.div(
                icon("search", 14),
                rx.el.input(
                    name="q",
                    id="search-box",
                    type="search",
                    default_value=State.query,
                    key=State.query,
                    placeholder=t("domains.search"),
                    aria_label=t("domains.search"),
                    max_length=100,
                    auto_complete="off",
                ),
                class_name="field small",
            ),
            on_submit=State.find,
            role="search",
            class_name="search-box",
        ),
        rx.el.form(
            short_field("name", t("domains.new"), max_length=100),
            rx.el.button(t("domains.create"), type="submit", class_name="btn small primary"),
            on_submit=State.create,
            class_name="h g2",
            aria_label=t("domains.new"),
        ),
        class_name="page-head domain-head",
    )


def _head_of_one() -> rx.Component:
    return rx.el.div(
        go(
            icon("arrow-left", 14),
            rx.el.span(t("domains.all"), class_name="sr"),
            href=routes.ADMIN_DOMAINS,
            class_name="ib",
            title=t("domains.all"),
        ),
        rx.el.h1(rx.el.bdi(State.domain.name)),
        rx.el.span(class_name="grow"),
        rx.el.form(
            short_field(
                "name", t("domains.name"), max_length=100, default_value=State.domain.name, key=State.domain.name
            ),
            rx.el.button(t("domains.rename"), type="submit", class_name="btn small"),
            on_submit=State.rename,
            class_name="h g2",
            aria_label=t("domains.rename"),
        ),
        button(
            icon("trash-2", 14),
            t("domains.delete"),
            kind="small danger",
            on_click=State.ask("domain", State.domain.id),
        ),
        class_name="page-head domain-head",
    )


def _all() -> rx.Component:
    heads = ("domains.name", "domains.members", "domains.workspaces", "domains.grants", "domains.made")
    table = listed("title.admin_domains", heads, rx.foreach(State.domains, _domain), numbers=heads[1:4])
    nothing = empty("users", t("domains.empty"), t("domains.empty_note"))
    return rx.cond(
        (State.query == "") & State.is_first_page & ~State.is_loading & (State.domains.length() == 0),
        nothing,
        listing(State.is_loading, State.domains, table),
    )


def _domain(row: rx.Var[DomainLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(go(rx.el.bdi(row.name), href=row.href, class_name="med cover")),
        rx.el.td(row.members, class_name="num"),
        rx.el.td(row.workspaces, class_name="num"),
        rx.el.td(row.grants, class_name="num"),
        rx.el.td(day(row.at), class_name="fg2"),
        key=row.id,
    )
