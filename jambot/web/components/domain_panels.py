"""One domain, as admins see it: who belongs to it, who may look into it for a while, and the forms that change both."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.admin_listed import listed
from jambot.web.components.admin_shell import panel
from jambot.web.components.basics import button, clock_time, day, empty, go
from jambot.web.components.short_fields import short_choice, short_field
from jambot.web.domain_lines import GrantLine, MemberLine
from jambot.web.states.admin_domains import AdminDomainsState as State
from jambot.web.strings import t

_SPANS = (15, 60, 240, 480)


def domain_panels() -> rx.Component:
    """The members of the domain the page shows, and the access open to others for a while."""
    people = ("domains.who", "login.email", "admin.role", "domains.since", "")
    given = ("domains.who", "domains.until", "domains.why", "domains.by", "")
    return rx.el.div(
        panel(
            t("domains.members"),
            _add(),
            rx.cond(
                State.members,
                listed("domains.members", people, rx.foreach(State.members, _member)),
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
                listed("domains.grants", given, rx.foreach(State.grants, _grant)),
                empty("hourglass", t("domains.no_grants"), t("domains.no_grants_note")),
            ),
            _more(State.more_grants),
            aside=rx.el.span(State.domain.grants, class_name="meta"),
        ),
        class_name="domain-panels",
    )


def _add() -> rx.Component:
    return rx.el.form(
        short_field("email", t("domains.add_email"), kind="email"),
        short_choice("role", t("admin.role"), [("member", t("domains.member")), ("owner", t("domains.owner"))]),
        rx.el.button(t("domains.add"), type="submit", class_name="btn small"),
        on_submit=State.add,
        key=f"add-{State.done}",
        class_name="domain-form",
        aria_label=t("domains.add"),
    )


def _give() -> rx.Component:
    return rx.el.form(
        short_field("email", t("domains.add_email"), kind="email"),
        short_choice(
            "minutes", t("domains.span"), [(str(span), t(f"domains.span_{span}")) for span in _SPANS], chosen="60"
        ),
        short_field("reason", t("domains.reason"), max_length=500),
        rx.el.button(t("domains.open"), type="submit", class_name="btn small"),
        on_submit=State.give,
        key=f"give-{State.done}",
        class_name="domain-form",
        aria_label=t("domains.give"),
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


def _more(href: rx.Var[str]) -> rx.Component:
    return rx.cond(href != "", rx.el.div(go(t("domains.older"), href=href, class_name="btn small"), class_name="pad"))
