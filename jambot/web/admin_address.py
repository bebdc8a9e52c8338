"""The addresses of the dashboard's views. Pure."""

from __future__ import annotations

from jambot.admin.view import AdminView, query_of
from jambot.web import routes


def address_of(view: AdminView) -> str:
    """The address of a view."""
    return address_with(query_of(view))


def address_with(query: str) -> str:
    """The dashboard's address with a query that was checked."""
    return f"{routes.ADMIN}?{query}" if query else routes.ADMIN
