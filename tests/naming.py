"""Whether a test that a page of the documentation names is there."""

from __future__ import annotations

import re

from tests.servers import REPOSITORY


def assert_test_exists(named: str) -> None:
    """`named` is a file of tests, or `file::test`."""
    path, _, name = named.partition("::")
    assert path.startswith("tests/"), path
    assert (REPOSITORY / path).is_file(), path
    if name:
        assert re.search(rf"^\s*(async )?def {name}\(", (REPOSITORY / path).read_text("utf-8"), re.M), name
