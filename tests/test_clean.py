import json
import math

import pytest

from jambot.clean import clean, clean_text, visible_name
from jambot.errors import InvalidInput


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("plain", "plain"),
        ("half \ud83d emoji", "half \ufffd emoji"),
        ("nul\x00byte", "nul\ufffdbyte"),
        ("whole 😀 emoji, عربي", "whole 😀 emoji, عربي"),
    ],
)
def test_text_keeps_everything_but_half_characters_and_nuls(raw, kept):
    assert clean_text(raw) == kept
    clean_text(raw).encode("utf-8")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**20, object()])
def test_values_that_json_cannot_carry_are_refused(value):
    with pytest.raises(InvalidInput):
        clean({"x": [value]})


def test_depth_and_size_are_bounded():
    deep = json.loads("[" * 33 + "]" * 33)
    with pytest.raises(InvalidInput):
        clean(deep)
    with pytest.raises(InvalidInput):
        clean(list(range(100)), nodes=50)
    assert clean(json.loads("[" * 30 + "]" * 30))


def test_keys_are_cleaned_too():
    assert clean({"a\ud800": 1}) == {"a\ufffd": 1}


def test_a_name_shows_its_direction_marks():
    assert visible_name("photo\u202egpj.exe") == "photo\ufffdgpj.exe"
    assert len(visible_name("x" * 500)) == 200
