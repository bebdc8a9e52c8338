"""Addresses of pages."""

from __future__ import annotations

import pytest

from jambot.web import routes
from jambot.web.states.base import workspace_in


def test_empty_filters_stay_out_of_the_address() -> None:
    assert routes.history() == "/history"
    assert routes.history(query="a b", status="active") == "/history?q=a+b&status=active"


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\nb"])
def test_nobody_is_sent_to_another_site_after_signing_in(path: str) -> None:
    assert not routes.is_ours(path)
    assert routes.login(back_to=path) == "/login"


@pytest.mark.parametrize(("path", "workspace"), [("/w/abc", "abc"), ("/w/abc/", "abc"), ("/", ""), ("/wx/abc", "")])
def test_the_workspace_is_read_from_the_address(path: str, workspace: str) -> None:
    assert workspace_in(path) == workspace
