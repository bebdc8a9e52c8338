"""For authors of stores: a pytest plugin that runs the suite against yours.

pytest -p jambot.sessions.conformance.plugin --session-store mine.stores:make --pyargs jambot.sessions.conformance.suite
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says which store."""
    parser.addoption(
        "--session-store",
        default="memory",
        help="an address, or module:function that makes a store in the namespace it is given",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each behaviour."""
    if {"behaviour", "session_store_source"} <= set(metafunc.fixturenames):
        from jambot.sessions.conformance import BEHAVIOURS

        source = metafunc.config.getoption("--session-store")
        ids = [behaviour.__name__ for behaviour in BEHAVIOURS]
        metafunc.parametrize("session_store_source", [source], ids=[""])
        metafunc.parametrize("behaviour", BEHAVIOURS, ids=ids)
