"""What a person may write into the fields of a workspace. Pure."""

from __future__ import annotations

from jambot.clean import clean_text, visible_name
from jambot.db.models import WorkspaceStatus
from jambot.errors import InvalidInput

MOST_NAME = 200
MOST_DESCRIPTION = 10_000
MOST_FOLDER = 100


def checked_name(name: str) -> str:
    """`name` with control and direction characters made visible. Raises `InvalidInput` over 200 characters."""
    return _short(name, MOST_NAME, "A name")


def checked_folder(folder: str) -> str:
    """`folder` as `checked_name` treats names. Raises `InvalidInput` over 100 characters."""
    return _short(folder, MOST_FOLDER, "A folder")


def checked_description(text: str) -> str:
    """`text` without what no database keeps. Raises `InvalidInput` over 10,000 characters."""
    if len(text) > MOST_DESCRIPTION:
        raise InvalidInput(f"A description has at most {MOST_DESCRIPTION} characters.")
    return clean_text(text)


def checked_status(status: str) -> WorkspaceStatus:
    """The status of that name. Raises `InvalidInput`."""
    try:
        return WorkspaceStatus(status)
    except ValueError:
        raise InvalidInput(f"status must be one of {', '.join(WorkspaceStatus)}.") from None


def _short(text: str, most: int, what: str) -> str:
    shown = visible_name(text, most=most + 1)
    if len(shown) > most:
        raise InvalidInput(f"{what} has at most {most} characters.")
    return shown
