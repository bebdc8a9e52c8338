"""Sharing in the page: the question with whom, the badge that says so, and what is shared with oneself."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import button, clock_time, empty, go, icon, recent_time, section
from jambot.web.shared_items import DomainItem, GrantItem
from jambot.web.states.session import SessionState
from jambot.web.states.sharing import SharedWithMeState, ShareState
from jambot.web.strings import t


def domain_badge(domain: rx.Var[str]) -> rx.Component:
    """The domain a workspace carries, whose members see it."""
    return rx.el.span(
        icon("users", 12),
        rx.el.span(f"{t('share.shared_with')} ", class_name="sr"),
        rx.el.bdi(domain, class_name="cut"),
        class_name="badge with-icon",
        title=f"{t('share.shared_with')} {domain}",
    )


def share_dialog() -> rx.Component:
    """With whom a workspace is shared: one of one's own domains, or nobody; it says who will see it."""
    state = ShareState
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(t("share.title"), class_name="dialog-title"),
            rx.dialog.description(rx.el.bdi(state.name, class_name="med"), f". {t('share.note')}", class_name="fg2"),
            rx.cond(
                state.domains,
                rx.fragment(
                    rx.el.fieldset(
                        rx.el.legend(t("share.choose"), class_name="sr"),
                        _choice("", t("share.nobody"), ""),
                        rx.foreach(state.domains, lambda each: _choice(each.id, each.name, each.note)),
                        class_name="card list share-choices",
                    ),
                    rx.el.p(icon("eye", 14), rx.el.span(state.seen_by), class_name="h g2 seen-by", role="status"),
                    rx.el.div(
                        button(t("share.keep"), kind="ghost", on_click=state.cancel),
                        button(
                            rx.cond((state.chosen == "") & (state.before != ""), t("share.take_back"), t("share.save")),
                            kind="primary",
                            disabled=state.chosen == state.before,
                            on_click=state.save,
                            id="share-now",
                        ),
                        class_name="h g2 end",
                    ),
                ),
                empty("users", t("share.no_domains"), t("share.no_domains_note")),
            ),
            class_name="dialog preview",
            id="share",
        ),
        open=state.workspace_id != "",
        on_open_change=lambda _: ShareState.cancel,
    )


def _choice(value: Any, name: Any, note: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="share-with",
            value=value,
            checked=ShareState.chosen == value,
            # The arrow keys begin at what holds now.
            auto_focus=ShareState.chosen == value,
            on_change=ShareState.choose(value),
        ),
        rx.el.span(rx.el.bdi(name, class_name="med"), rx.el.span(note, class_name="meta"), class_name="v grow"),
        class_name="share-choice",
    )


def closed() -> rx.Component:
    """The address names what was open for a while: through what, and why it is not any more."""
    ended = SessionState.closed
    return empty(
        "lock",
        t("closed.title"),
        rx.fragment(
            f"{t('closed.through')} ",
            rx.el.bdi(ended.domain, class_name="med"),
            " ",
            rx.el.span(f"{t('closed.until')} ", recent_time(ended.at), ". "),
            ended.why,
            " ",
            t("closed.note"),
        ),
        go(t("side.history"), href=routes.HISTORY, class_name="btn primary"),
        go(t("closed.mine"), href=f"{routes.SETTINGS}#shared", class_name="link"),
    )


def shared_section() -> rx.Component:
    """The domains one belongs to, and those that are open for a while, with their end in words."""
    state = SharedWithMeState
    return section(
        "shared",
        t("mine.title"),
        rx.el.p(t("mine.note"), class_name="fg2"),
        rx.cond(
            state.domains | state.grants,
            rx.fragment(
                rx.cond(
                    state.grants,
                    rx.fragment(
                        rx.el.h3(t("mine.grants"), class_name="meta med below"),
                        rx.el.div(rx.foreach(state.grants, _grant), class_name="card list"),
                    ),
                ),
                rx.cond(
                    state.domains,
                    rx.fragment(
                        rx.el.h3(t("mine.domains"), class_name="meta med below"),
                        rx.el.div(rx.foreach(state.domains, _domain), class_name="card list"),
                    ),
                ),
            ),
            rx.el.div(empty("users", t("mine.none"), t("mine.none_note")), class_name="card"),
        ),
        _really(),
    )


def _grant(grant: rx.Var[GrantItem]) -> rx.Component:
    return rx.el.div(
        rx.el.span(icon("hourglass"), class_name="glyph"),
        rx.el.span(
            rx.el.bdi(grant.domain, class_name="med cut"), rx.el.span(grant.by, class_name="meta cut"), class_name="v"
        ),
        rx.el.span(rx.el.span(grant.reason, class_name="cut", title=grant.reason), class_name="v"),
        rx.el.span(
            rx.el.span(grant.left, class_name="med"), clock_time(grant.ends_at, class_name="meta"), class_name="v"
        ),
        button(t("mine.end"), kind="small", on_click=SharedWithMeState.end(grant.id)),
        key=grant.id,
        class_name="device",
        custom_attrs={"data-grant": grant.id},
    )


def _domain(domain: rx.Var[DomainItem]) -> rx.Component:
    return rx.el.div(
        rx.el.span(icon("users"), class_name="glyph"),
        rx.el.span(rx.el.bdi(domain.name, class_name="med cut"), class_name="v"),
        rx.el.span(rx.el.span(domain.note, class_name="meta cut"), class_name="v"),
        rx.el.span(),
        button(t("mine.leave"), kind="small", on_click=SharedWithMeState.ask_to_leave(domain.id)),
        key=domain.id,
        class_name="device",
        custom_attrs={"data-domain": domain.id},
    )


def _really() -> rx.Component:
    """There is no Undo for it: whoever left is let in again only by an owner."""
    state = SharedWithMeState
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(t("mine.leave_title"), class_name="dialog-title"),
            rx.alert_dialog.description(
                rx.el.b(rx.el.bdi(state.leaving.name)), ": ", t("mine.leave_note"), " ", t("mine.leave_carried")
            ),
            rx.el.div(
                button(t("mine.stay"), on_click=state.stay, auto_focus=True),
                button(t("mine.leave"), kind="fatal", on_click=state.leave),
                class_name="h g2 end",
                style={"margin_top": "16px"},
            ),
            class_name="dialog",
            on_escape_key_down=state.stay,
        ),
        open=state.leaving.id != "",
    )
