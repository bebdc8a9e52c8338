"""The docs say what is so."""

import re
import tomllib

import pytest

from jambot.settings import Settings
from tests.docs_tables import DOCS, TABLES, with_table
from tests.servers import REPOSITORY

README = (REPOSITORY / "README.md").read_text("utf-8")


@pytest.mark.parametrize(("file", "name"), TABLES)
def test_a_table_of_the_docs_is_what_the_code_says(file, name):
    page = (DOCS / file).read_text("utf-8")
    assert with_table(page, name, TABLES[file, name]()) == page, "run `python -m tests.docs_tables`"


def test_every_setting_of_the_example_exists():
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^# JAMBOT_(\w+)=", example, re.MULTILINE))
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda path: path.name)
def test_every_link_into_the_project_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda path: path.name)
def test_every_file_a_page_names_is_there(page):
    for path in re.findall(r"`((?:jambot|tests|docs|assets|alembic)/[^`:\s]+)(?:::\w+)?`", page.read_text("utf-8")):
        assert (REPOSITORY / path).exists(), f"{page.name} names {path}"


def test_the_arrows_of_the_docs_are_those_that_are_checked():
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = " > ".join(contracts[0]["layers"])
    drawn = re.search(r"```\n(jambot\.jambot > .*?)```", (DOCS / "architecture.md").read_text("utf-8"), re.DOTALL)
    assert drawn
    assert " ".join(drawn[1].split()).removeprefix("jambot.") == layers


def test_the_readme_names_the_two_commands():
    assert "make run" in README
    assert "make test" in README


def test_the_locks_have_hashes_and_no_addresses():
    for lock in ("requirements.lock", "requirements-test.lock"):
        text = (REPOSITORY / lock).read_text("utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
    for lock in (REPOSITORY / "reflex.lock").glob("*"):
        assert '"resolved"' not in lock.read_text("utf-8"), lock.name
