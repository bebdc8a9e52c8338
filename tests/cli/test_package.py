"""A wheel holds what an installed JamBot looks for."""

from __future__ import annotations

import re
import tomllib

from jambot.cli import frontend
from jambot.db import migrations
from tests.servers import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
BUNDLED = WHEEL["force-include"]


def test_everything_bundled_exists():
    for name in BUNDLED:
        assert (REPOSITORY / name).exists(), name


def test_everything_the_code_looks_for_is_bundled():
    wanted = set()
    for module in (frontend, migrations):
        text = (REPOSITORY / module.__name__.replace(".", "/")).with_suffix(".py").read_text("utf-8")
        wanted |= set(re.findall(r'bundled / "([\w.]+)"|"_bundle" / "([\w.]+)"', text))
    names = {one or other for one, other in wanted} | {"assets", "reflex.lock", "alembic"}
    assert {f"jambot/_bundle/{name}" for name in names} == set(BUNDLED.values())


def test_the_package_carries_its_data_and_says_that_it_is_typed():
    assert WHEEL["packages"] == ["jambot"]
    assert (REPOSITORY / "jambot/demo/orders.csv").stat().st_size > 1_000
    assert (REPOSITORY / "jambot/py.typed").exists()


def test_the_command_is_installed():
    assert PROJECT["project"]["scripts"] == {"jambot": "jambot.cli:main"}
