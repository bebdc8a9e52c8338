"""The pages and their addresses."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.pages.admin import admin_page
from jambot.web.pages.admin_domains import domains_page
from jambot.web.pages.admin_lists import audit_page, clean_ups_page, workspaces_page
from jambot.web.pages.admin_people import people_page
from jambot.web.pages.entry import login_page, register_page, reset_page, setup_page
from jambot.web.pages.history import history_page, trash_page
from jambot.web.pages.settings import settings_page
from jambot.web.pages.workspace import workspace_page
from jambot.web.states.admin import AdminState
from jambot.web.states.admin_charts import AdminChartsState
from jambot.web.states.admin_domains import AdminDomainsState
from jambot.web.states.admin_lists import AdminListsState
from jambot.web.states.admin_look import AdminLookState
from jambot.web.states.admin_table import AdminTableState
from jambot.web.states.admin_tail import AdminTailState
from jambot.web.states.admin_views import AdminViewsState
from jambot.web.states.auth import AuthState
from jambot.web.states.devices import DeviceState
from jambot.web.states.follow import FollowState
from jambot.web.states.history import HistoryState
from jambot.web.states.session import SessionState
from jambot.web.states.settings import SettingsState
from jambot.web.states.sharing import SharedWithMeState
from jambot.web.states.start import StartState
from jambot.web.strings import t
from jambot.web.theme import HEAD, STYLESHEETS


def add_pages(app: rx.App) -> None:
    """Register every page of JamBot with `app`, and what all of them load."""
    app.stylesheets.extend(STYLESHEETS)
    app.head_components.extend(HEAD)
    open_workspace = [SessionState.recover_session, FollowState.follow, DeviceState.watch]
    start = [SessionState.recover_session, StartState.load, FollowState.follow, DeviceState.watch]
    panels = (AdminLookState, AdminState, AdminViewsState, AdminTableState, AdminTailState, AdminChartsState)
    dashboard = [*(panel.load for panel in panels), AdminState.watch, DeviceState.watch]
    beside = [AdminViewsState.load, DeviceState.watch]
    people = [AdminListsState.load_people, AdminListsState.watch_people, *beside]
    for route, page, name, on_load in (
        (routes.HOME, workspace_page, "workspace", start),
        (routes.NEW, workspace_page, "workspace", start),
        (routes.WORKSPACE, workspace_page, "workspace", open_workspace),
        (routes.HISTORY, history_page, "history", [HistoryState.load, DeviceState.watch]),
        (routes.TRASH, trash_page, "trash", [HistoryState.load_trash, DeviceState.watch]),
        (
            routes.SETTINGS,
            settings_page,
            "settings",
            [SettingsState.load, SharedWithMeState.load, SharedWithMeState.watch, DeviceState.watch],
        ),
        (routes.ADMIN, admin_page, "admin", dashboard),
        (routes.ADMIN_PEOPLE, people_page, "admin_people", people),
        (
            routes.ADMIN_WORKSPACES,
            workspaces_page,
            "admin_workspaces",
            [AdminListsState.load_workspaces, *beside],
        ),
        (
            routes.ADMIN_CLEAN_UPS,
            clean_ups_page,
            "admin_clean_ups",
            [AdminListsState.load_jobs, *beside],
        ),
        (
            routes.ADMIN_AUDIT,
            audit_page,
            "admin_audit",
            [AdminListsState.load_audit, *beside],
        ),
        (
            routes.ADMIN_DOMAINS,
            domains_page,
            "admin_domains",
            [AdminDomainsState.load, AdminDomainsState.watch, *beside],
        ),
        (routes.LOGIN, login_page, "login", [AuthState.greet]),
        (routes.SETUP, setup_page, "setup", [AuthState.greet]),
        (routes.REGISTER, register_page, "register", [AuthState.greet]),
        (routes.RESET, reset_page, "reset", [AuthState.greet]),
    ):
        app.add_page(page, route=route, title=f"{t(f'title.{name}')} · {t('app')}", on_load=on_load)
