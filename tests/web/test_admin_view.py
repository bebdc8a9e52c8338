from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.admin.view import AdminView, changed, view_of
from jambot.ids import new_id
from jambot.web.admin_address import address_of

CHOSEN = {
    "range": "24h",
    "refresh": "30s",
    "kind": "guest",
    "state": "expiring",
    "q": "Ada & Bob",
    "address": "203.0.113.0/24",
    "device": "Firefox on Linux",
    "created_from": "2026-01-05T09:00",
    "used_to": "2026-01-06T09:30",
    "sort": "ends",
    "up": "1",
    "columns": "kind,ends",
    "cursor": "abc",
    "session": new_id(),
}


def test_the_first_view_has_a_short_address():
    assert address_of(AdminView()) == "/admin"


def test_everything_chosen_is_in_the_address_and_comes_back():
    view = view_of(CHOSEN)
    query = dict(parse_qsl(urlsplit(address_of(view)).query))
    assert query == CHOSEN
    assert view_of(query) == view
    assert (view.filter.kinds, view.filter.state, view.filter.person) == (("guest",), "expiring", "Ada & Bob")
    assert view.filter.created_since is not None


@pytest.mark.parametrize(
    "query",
    [
        {"range": "1e9h", "state": "DROP TABLE", "sort": "random", "up": "yes", "session": "../x"},
        {"columns": "nothing", "created_from": "yesterday", "refresh": "-1"},
    ],
)
def test_nonsense_counts_as_nothing(query):
    assert changed(view_of(query), columns="kind,state,device,address,used,ends") == AdminView()


@given(st.dictionaries(st.sampled_from([*CHOSEN, "more"]), st.text(max_size=300), max_size=6))
def test_any_query_is_a_view_whose_address_leads_to_it_again(query):
    view = view_of(query)
    again = dict(parse_qsl(urlsplit(address_of(view)).query))
    assert view_of(again) == view


def test_choosing_anew_begins_at_the_first_page():
    view = view_of(CHOSEN)
    assert changed(view, kind="login").cursor == ""
    assert changed(view, range="1h").cursor == "abc"
