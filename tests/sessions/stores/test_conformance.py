"""Every store does the same: one suite, no exceptions."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jambot.sessions import MemoryStore
from jambot.sessions.conformance import BEHAVIOURS
from tests.servers import REPOSITORY
from tests.sessions import contract_report

HERE = "tests.sessions.stores.test_conformance"


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.__name__)
async def test_the_store_keeps_the_contract(store, behaviour):
    await behaviour(store)


def test_the_page_of_the_contract_is_what_a_run_would_write():
    assert contract_report.PAGE.read_text("utf-8") == contract_report.expected()


class Forgetful(MemoryStore):
    """A store that brings back what was deleted."""

    async def delete(self, handle, **terms):
        return await super().get(handle, now_us=terms["now_us"])


def forgetful(namespace: str) -> Forgetful:
    return Forgetful()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_store_that_breaks_the_contract_is_told_which_part():
    done = run("jambot.sessions.conformance", "--store", f"mine={HERE}:forgetful")
    assert done.returncode == 1
    assert "| only one of many deletes gets it | **no** |" in done.stdout
    assert "| a lock has one holder | yes |" in done.stdout
    assert "mine: a_late_save_brings_nothing_back: AssertionError" in done.stderr
    unknown = run("jambot.sessions.conformance", "--store", "nowhere.stores:make")
    assert (unknown.returncode, unknown.stderr) == (2, "nowhere.stores: No module named 'nowhere'\n")


def test_authors_of_stores_run_the_suite_with_pytest(tmp_path):
    quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir", str(tmp_path), "-c", "/dev/null")
    plugin = ("-p", "jambot.sessions.conformance.plugin", "--session-store", f"{HERE}:forgetful")
    done = run("pytest", *quiet, *plugin, "--pyargs", "jambot.sessions.conformance.suite")
    assert done.returncode == 1, done.stderr
    assert "only_one_of_many_deletes_gets_it" in done.stdout
    assert "passed" in done.stdout
