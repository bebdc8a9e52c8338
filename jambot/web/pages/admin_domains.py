"""Administration: domains. One page lists them; with a domain in its address it shows that one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web import routes
from jambot.web.components.admin_shell import admin_shell, listing, panel
from jambot.web.components.basics import button, clock_time, day, empty, go, icon
from jambot.web.components.shell import trouble
from jambot.web.domain_lines import ClosingLine, DomainLine, GrantLine, MemberLine
from jambot.web.states.admin_domains import AdminDomainsState as State
from jambot.web.strings import t

_SPANS = (15, 60, 240, 480)


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
                    rx.cond(State.domain.id != "", _one(), _all()),
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
        _asked(),
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
            _field("name", t("domains.new"), max_length=100),
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
            _field("name", t("domains.name"), max_length=100, default_value=State.domain.name, key=State.domain.name),
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
    table = _table(t("title.admin_domains"), heads, rx.foreach(State.domains, _domain))
    nothing = empty("users", t("domains.empty"), t("domains.empty_note"))
    return rx.cond(
        (State.query == "") & State.is_first_page & ~State.is_loading & (State.domains.length() == 0),
        nothing,
        listing(State.is_loading, State.domains, table),
    )


def _one() -> rx.Component:
    people = ("domains.who", "login.email", "admin.role", "domains.since", "")
    given = ("domains.who", "domains.until", "domains.why", "domains.by", "")
    return rx.el.div(
        panel(
            t("domains.members"),
            _add(),
            rx.cond(
                State.members,
                _table(t("domains.members"), people, rx.foreach(State.members, _member)),
                empty("users", t("domains.nobody"), t("domains.nobody_note")),
            ),
            _more(State.more_members),
            aside=rx.el.span(State.domain.members, class_name="meta"),
        ),
        panel(
            t("domains.grants"),
            _give(),
            rx.cond(
                State.grants,
                _table(t("domains.grants"), given, rx.foreach(State.grants, _grant)),
                empty("hourglass", t("domains.no_grants"), t("domains.no_grants_note")),
            ),
            _more(State.more_grants),
            aside=rx.el.span(State.domain.grants, class_name="meta"),
        ),
        class_name="domain-panels",
    )


def _add() -> rx.Component:
    return rx.el.form(
        _field("email", t("domains.add_email"), kind="email"),
        _choice("role", t("admin.role"), [("member", t("domains.member")), ("owner", t("domains.owner"))]),
        rx.el.button(t("domains.add"), type="submit", class_name="btn small"),
        on_submit=State.add,
        key=f"add-{State.done}",
        class_name="domain-form",
        aria_label=t("domains.add"),
    )


def _give() -> rx.Component:
    return rx.el.form(
        _field("email", t("domains.add_email"), kind="email"),
        _choice("minutes", t("domains.span"), [(str(span), t(f"domains.span_{span}")) for span in _SPANS], chosen="60"),
        _field("reason", t("domains.reason"), max_length=500),
        rx.el.button(t("domains.open"), type="submit", class_name="btn small"),
        on_submit=State.give,
        key=f"give-{State.done}",
        class_name="domain-form",
        aria_label=t("domains.give"),
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


def _member(row: rx.Var[MemberLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.bdi(row.person), class_name="med"),
        rx.el.td(row.email, class_name="fg2"),
        rx.el.td(
            rx.el.label(
                rx.el.select(
                    rx.el.option(t("domains.member"), value="member"),
                    rx.el.option(t("domains.owner"), value="owner"),
                    value=row.role,
                    on_change=lambda role: State.set_role(row.id, role),
                    aria_label=f"{t('domains.role_of')} {row.person}",
                ),
                class_name="field small picker",
            )
        ),
        rx.el.td(day(row.at), class_name="fg2"),
        rx.el.td(button(t("domains.remove"), kind="tiny", on_click=State.ask("member", row.id)), class_name="num"),
        key=row.id,
    )


def _grant(row: rx.Var[GrantLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.person, class_name="med"),
        rx.el.td(row.left, " ", clock_time(row.ends_at, class_name="meta")),
        rx.el.td(row.reason, title=row.reason),
        rx.el.td(row.by, class_name="fg2"),
        rx.el.td(button(t("domains.end"), kind="tiny", on_click=State.ask("grant", row.id)), class_name="num"),
        key=row.id,
    )


def _asked() -> rx.Component:
    """What an end would hit, before it does."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.el.div(
                rx.dialog.title(State.title, class_name="drawer-title"),
                rx.el.span(class_name="grow"),
                rx.el.span(f"{t('admin.counted')} ", clock_time(State.counted_at), class_name="meta nw"),
                class_name="h g2",
            ),
            rx.dialog.description(rx.el.bdi(State.domain.name), class_name="fg2"),
            rx.el.ul(rx.foreach(State.hits, _hit), class_name="hitting"),
            rx.el.form(
                rx.cond(
                    State.ending == "grant",
                    rx.el.label(
                        t("act.reason"),
                        rx.el.div(
                            rx.el.input(name="reason", max_length=500, auto_complete="off"), class_name="field small"
                        ),
                        class_name="med",
                    ),
                ),
                rx.el.div(
                    rx.el.span(class_name="grow"),
                    button(t("act.cancel"), kind="ghost small", on_click=State.cancel),
                    rx.el.button(State.title, type="submit", class_name="btn small fatal", id="end-now"),
                    class_name="h g2",
                ),
                on_submit=State.confirm,
                class_name="v g3",
            ),
            class_name="dialog preview",
            id="ending",
        ),
        open=State.ending != "",
        on_open_change=lambda _: State.cancel,
    )


def _hit(hit: rx.Var[ClosingLine]) -> rx.Component:
    looks = ("users", "hourglass", "folder", "eye", "shield")
    return rx.el.li(
        rx.match(hit.icon, *[(name, icon(name, 14, "gray")) for name in looks], rx.fragment()),
        rx.el.b(hit.count),
        rx.el.span(hit.words),
        key=hit.words,
    )


def _more(href: rx.Var[str]) -> rx.Component:
    return rx.cond(href != "", rx.el.div(go(t("domains.older"), href=href, class_name="btn small"), class_name="pad"))


def _table(title: str, heads: tuple[str, ...], rows: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.table(rx.el.thead(rx.el.tr(*[_heading(head) for head in heads])), rx.el.tbody(rows), class_name="table"),
        class_name="scroll-x",
        # What scrolls can be scrolled by keys.
        tab_index=0,
        role="group",
        aria_label=title,
    )


def _heading(key: str) -> rx.Component:
    """The head of a column; the column of buttons is named for screen readers only."""
    is_number = key in {"domains.members", "domains.workspaces", "domains.grants"}
    words = t(key) if key else rx.el.span(t("admin.action"), class_name="sr")
    return rx.el.th(words, scope="col", class_name="num" if is_number else "")


def _field(name: str, words: str, *, kind: str = "text", **props: Any) -> rx.Component:
    return rx.el.div(
        rx.el.input(
            name=name, type=kind, placeholder=words, aria_label=words, required=True, auto_complete="off", **props
        ),
        class_name="field small",
    )


def _choice(name: str, words: str, options: list[tuple[str, str]], *, chosen: str = "") -> rx.Component:
    return rx.el.label(
        rx.el.select(
            *[rx.el.option(text, value=value) for value, text in options],
            name=name,
            aria_label=words,
            **({"default_value": chosen} if chosen else {}),
        ),
        class_name="field small picker",
    )
