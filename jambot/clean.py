"""Makes values from outside safe to keep: pure, used by the guard for events and by the API for bodies.

A lone surrogate would break every later encoding of the value (and with it a page's whole socket), a NUL is refused
by PostgreSQL, NaN and huge numbers cannot be written as JSON again, and a deep value exhausts its next reader's stack.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

from jambot.errors import InvalidInput

MOST_DEPTH = 32
MOST_NODES = 100_000
LARGEST_INTEGER = 2**53
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_HALF_OR_NUL = re.compile(r"[\x00\ud800-\udfff]")


def clean_text(text: str) -> str:
    """`text` with half characters and NULs shown as U+FFFD; everything else as it was."""
    return _HALF_OR_NUL.sub(_REPLACEMENT, text)


def clean(value: Any, *, depth: int = MOST_DEPTH, nodes: int = MOST_NODES) -> Any:
    """A copy of a JSON value that is safe to store.

    Raises:
        InvalidInput: it is deeper than `depth`, has more than `nodes` values, or holds a number JSON cannot carry.
    """
    budget = [nodes]

    def walk(item: Any, left: int) -> Any:
        budget[0] -= 1
        if budget[0] < 0 or (left == 0 and isinstance(item, dict | list | tuple)):
            raise InvalidInput("This is nested too deeply or has too many values.")
        if isinstance(item, str):
            return clean_text(item)
        if isinstance(item, bool) or item is None:
            return item
        if isinstance(item, int | float):
            return _number(item)
        if isinstance(item, dict):
            return {clean_text(str(key)): walk(each, left - 1) for key, each in item.items()}
        if isinstance(item, list | tuple):
            return [walk(each, left - 1) for each in item]
        raise InvalidInput("This holds a value of a kind that JSON does not know.")

    return walk(value, depth)


def visible_name(name: str, *, most: int = 200) -> str:
    """A name for display: control and direction-changing characters become visible marks, cut at `most` characters."""
    marked = (_REPLACEMENT if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} else char for char in name)
    return clean_text("".join(marked)).strip()[:most]


def _number(value: float) -> float:
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput("Numbers must be finite.")
    if abs(value) > LARGEST_INTEGER and isinstance(value, int):
        raise InvalidInput("Whole numbers must be between -2^53 and 2^53.")
    return value
