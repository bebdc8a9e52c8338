"""`jambot run`, as far as it can be seen without serving; tests that serve are elsewhere."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest

from jambot.cli import frontend, main
from jambot.settings import Settings


def test_help_lists_every_setting_with_its_default(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main(["run", "--help"])
    text = capsys.readouterr().out
    for name, field in Settings.model_fields.items():
        assert f"JAMBOT_{name.upper()} " in text
        assert field.description
        assert field.description in text
    assert "(default 3000)" in text


def test_settings_of_a_file_are_kept_when_the_folder_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "other").mkdir()
    (tmp_path / ".env").write_text(
        f"JAMBOT_PORT=4711\nJAMBOT_DATA_DIR=mine\nJAMBOT_SECRET_KEY={'k' * 40}\nJAMBOT_LOG_JSON=true\n"
        "JAMBOT_REGISTRATION=closed\n"
    )
    monkeypatch.chdir(tmp_path)
    before = Settings()
    for name in ("JAMBOT_PORT", "JAMBOT_DATA_DIR", "JAMBOT_SECRET_KEY", "JAMBOT_LOG_JSON", "JAMBOT_REGISTRATION"):
        monkeypatch.setenv(name, "")  # so that what is pinned is undone after the test
        monkeypatch.delenv(name)
    before.pin()
    monkeypatch.chdir(tmp_path / "other")
    after = Settings()
    assert after == before.model_copy(update={"data_dir": tmp_path / "mine"})
    assert after.secret_key == before.secret_key
    assert "JAMBOT_REDIS_URL" not in os.environ


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A working folder with a little of everything a page is made from."""
    for name in ("rxconfig.py", "assets/jambot.css", "assets/external/copied.js", "reflex.lock/package-lock.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("name", ["rxconfig.py", "assets/jambot.css", "reflex.lock/package-lock.json"])
def test_a_page_is_built_anew_when_what_it_is_made_from_changed(source: Path, name: str):
    before = frontend.fingerprint(source)
    assert frontend.fingerprint(source) == before
    (source / name).write_text("changed")
    assert frontend.fingerprint(source) != before


def test_what_a_build_itself_leaves_behind_starts_no_other(source: Path):
    before = frontend.fingerprint(source)
    (source / "assets/external/copied.js").write_text("changed")
    assert frontend.fingerprint(source) == before


def test_a_built_page_is_not_built_again(source: Path, capfd: pytest.CaptureFixture[str]):
    stamp = source / ".web/build/.jambot-fingerprint"
    stamp.parent.mkdir(parents=True)
    stamp.write_text(frontend.fingerprint(source))
    frontend.ensure_built(source)
    assert capfd.readouterr().out == ""


def test_of_two_processes_that_start_at_once_one_builds(source: Path, capfd: pytest.CaptureFixture[str]):
    stamp = source / ".web/build/.jambot-fingerprint"
    stamp.parent.mkdir(parents=True)
    with (source / ".web.lock").open("w") as building:
        fcntl.flock(building, fcntl.LOCK_EX)
        second = threading.Thread(target=frontend.ensure_built, args=(source,))
        second.start()
        second.join(0.2)
        assert second.is_alive()
        stamp.write_text(frontend.fingerprint(source))
    second.join(10)
    assert not second.is_alive()
    assert capfd.readouterr().out == ""
