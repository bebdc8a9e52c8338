"""The docs say what is so."""

import re

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
