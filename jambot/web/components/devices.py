"""A person's devices: the list in the settings, and the question about a new one on every page."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import age_time, bones, button, go, icon, meter, recent_time, state_slot, status
from jambot.web.components.forms import form, password_field
from jambot.web.device_items import DeviceItem, EndedItem, NewDevice
from jambot.web.states.devices import DeviceState
from jambot.web.states.proof import ProofState
from jambot.web.states.settings import SettingsState
from jambot.web.strings import t


def devices_section() -> rx.Component:
    """This device with its two clocks, the others, and those that ended."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("settings.devices"), class_name="section-title grow"),
            rx.cond(
                SettingsState.other_devices,
                button(t("settings.sign_out_others"), kind="small danger", on_click=SettingsState.sign_out_others),
            ),
            class_name="h g2",
        ),
        rx.el.p(
            rx.cond(SettingsState.other_devices, rx.fragment(*_count(SettingsState.other_devices.length() + 1), " ")),
            t("settings.devices_note"),
            class_name="fg2",
        ),
        rx.foreach(DeviceState.news, lambda news: _question(news, "callout amber wrap")),
        rx.cond(
            SettingsState.this_device.id != "",
            rx.fragment(
                _title(t("devices.this")),
                rx.el.div(_device(SettingsState.this_device), _clocks(), class_name="card list"),
                rx.cond(
                    SettingsState.other_devices,
                    rx.fragment(
                        _title(t("devices.others")),
                        rx.el.div(rx.foreach(SettingsState.other_devices, _device), class_name="card list"),
                    ),
                ),
            ),
            rx.el.div(bones(2, "device"), class_name="card list"),
        ),
        rx.cond(
            SettingsState.ended,
            rx.fragment(
                _title(t("devices.ended")),
                rx.el.div(rx.foreach(SettingsState.ended, _ended), class_name="card list"),
            ),
        ),
        id="devices",
    )


def new_device_strip() -> rx.Component:
    """The newest new device, on top of the page; the settings show all of them."""
    return rx.cond(DeviceState.news, _question(DeviceState.news[0], "strip new-device"))


def _question(news: rx.Var[NewDevice], class_name: str) -> rx.Component:
    return rx.el.div(
        icon("shield", 14, "amber"),
        rx.el.span(
            rx.el.b(t("devices.new"), ", ", recent_time(news.at), ": ", class_name="med"),
            rx.el.bdi(news.name),
            ", ",
            news.address,
            f". {t('devices.was_it_you')}",
            class_name="grow",
        ),
        rx.el.span(
            button(t("devices.mine"), kind="small", on_click=DeviceState.confirm(news.id)),
            button(t("devices.not_mine"), kind="small danger", on_click=DeviceState.disown(news.id)),
            class_name="h g2",
        ),
        key=news.id,
        class_name=class_name,
        role="status",
        aria_label=t("devices.new_label"),
    )


def _title(text: str) -> rx.Component:
    return rx.el.h3(text, class_name="meta med below")


def _device(device: rx.Var[DeviceItem]) -> rx.Component:
    return rx.el.div(
        rx.el.span(
            rx.match(device.kind, ("phone", icon("smartphone")), ("program", icon("terminal")), icon("laptop")),
            class_name="glyph",
        ),
        rx.el.span(
            rx.el.bdi(device.name, class_name="med cut"),
            rx.el.span(device.address, f" · {t('settings.since')} ", recent_time(device.since), class_name="meta cut"),
            class_name="v",
        ),
        rx.el.span(
            rx.cond(
                device.workspace_id != "",
                rx.el.span(
                    rx.cond(device.state != "idle", state_slot(device.state, device.state)),
                    go(device.workspace_name, href=f"{routes.workspace('')}{device.workspace_id}", class_name="cut"),
                    class_name="h g1",
                ),
            ),
            rx.el.span(device.note, class_name="meta cut"),
            class_name="v",
        ),
        rx.el.span(age_time(device.seen, device.at), recent_time(device.at, class_name="meta"), class_name="v"),
        rx.cond(
            device.is_current,
            status("ready", t("settings.current")),
            button(
                t("do.sign_out"),
                kind="small",
                on_click=SettingsState.sign_out_device(device.id),
                aria_label=f"{t('do.sign_out')}: {device.name}",
            ),
        ),
        key=device.id,
        class_name="device",
        custom_attrs={"data-device": device.id},
    )


def _clocks() -> rx.Component:
    clocks = SettingsState.clocks
    return rx.el.div(
        rx.cond(
            clocks.idle_left != "",
            _clock(
                t("devices.idle"),
                rx.el.span(f"{t('devices.in')} ", clocks.idle_left, class_name="med"),
                clocks.idle_percent,
                rx.el.span(t("devices.idle_note"), class_name="meta"),
            ),
        ),
        _clock(
            t("devices.latest"),
            rx.el.span(clocks.latest_left, f" {t('devices.left')}", class_name="med"),
            clocks.latest_percent,
            rx.el.span(clocks.rule, class_name="meta", title=clocks.latest_at),
        ),
        class_name="clocks",
    )


def _clock(name: str, left: rx.Component, percent: rx.Var[int], note: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.div(rx.el.span(name), left, class_name="h between"), meter(percent, name), note)


def _ended(ended: rx.Var[EndedItem]) -> rx.Component:
    return rx.el.div(
        rx.el.span(
            rx.match(
                ended.icon, ("clock", icon("clock", 14)), ("key-round", icon("key-round", 14)), icon("log-out", 14)
            ),
            class_name="slot dim",
        ),
        rx.el.bdi(ended.name, class_name="cut"),
        rx.el.span(ended.why, class_name="meta cut"),
        recent_time(ended.at, class_name="meta"),
        key=ended.id,
        class_name="device ended",
    )


def proof_dialog() -> rx.Component:
    """Signing others out takes a password given in the last minutes. The script posts it, then presses the button."""
    return rx.fragment(
        rx.el.button(type="button", hidden=True, on_click=ProofState.proved, custom_attrs={"data-action": "proved"}),
        rx.dialog.root(
            rx.dialog.content(
                rx.dialog.title(t("prove.title"), class_name="dialog-title"),
                rx.dialog.description(t("prove.note"), class_name="fg2"),
                form(
                    "prove",
                    password_field(field_id="prove-password"),
                    rx.el.div(
                        button(t("do.cancel"), kind="ghost", on_click=ProofState.cancel),
                        rx.el.button(t("do.sign_out"), type="submit", class_name="btn danger"),
                        class_name="h g2 end",
                    ),
                ),
                class_name="dialog",
                id="proof",
            ),
            open=ProofState.is_asked,
            on_open_change=lambda _: ProofState.cancel,
        ),
    )


def _count(devices: rx.Var[int]) -> tuple[str, rx.Var[int], str]:
    before, _, after = t("settings.devices_count").partition("{count}")
    return before, devices, after
