"""How a person likes the page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from jambot.api.deps import Me, Parts
from jambot.api.schemas import Body
from jambot.auth.preferences import COLUMNS, Density, Preferences, SendKey

router = APIRouter(prefix="/preferences", tags=["preferences"])


class PreferencesOut(BaseModel):
    density: Density
    send_key: SendKey
    hidden_columns: list[str]

    @classmethod
    def of(cls, chosen: Preferences) -> PreferencesOut:
        return cls(density=chosen.density, send_key=chosen.send_key, hidden_columns=list(chosen.hidden_columns))


class PreferencesIn(Body):
    """What is left out stays as it is."""

    density: Density | None = None
    send_key: SendKey | None = None
    hidden_columns: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=len(COLUMNS))] | None = None


@router.get("")
async def read_preferences(parts: Parts, me: Me) -> PreferencesOut:
    """What this person chose, and the defaults for the rest."""
    return PreferencesOut.of(await parts.preferences.of(me))


@router.put("")
async def change_preferences(body: PreferencesIn, parts: Parts, me: Me) -> PreferencesOut:
    """Change what is given; other devices have it when their page is next loaded."""
    return PreferencesOut.of(await parts.preferences.change(me, **body.model_dump(exclude_none=True)))
