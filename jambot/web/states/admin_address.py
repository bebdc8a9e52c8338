"""The view of the dashboard that the address of a page asks for."""

from __future__ import annotations

import reflex as rx

from jambot.admin.view import AdminView, view_of


def view_here(state: rx.State) -> AdminView:
    """The view the address of this page asks for; nonsense in it counts as nothing."""
    return view_of(state.router.url.query_parameters)
