from __future__ import annotations

from dataclasses import replace

from jambot.llm.draft import AssetDraft, FromAsset, Literal, ToAsset
from jambot.missions.validation import chain_errors
from tests.missions.drafts import DRAFT, HOP, PROFILE_STEP, REPORT_STEP, TOOLS, with_steps


def _errors(*steps):
    return chain_errors(with_steps(*steps), TOOLS.get, TOOLS)


def test_a_sound_chain_has_no_errors():
    assert chain_errors(DRAFT, TOOLS.get, TOOLS) == ()


def test_an_unknown_tool_is_named_with_the_tools_there_are():
    odd = replace(PROFILE_STEP, tool_id="profil")
    assert _errors(odd, REPORT_STEP) == ('Step "Look": there is no tool "profil". Tools: profile_table, write_report.',)


def test_an_unknown_parameter_and_a_missing_one_are_named_with_what_exists():
    odd = replace(PROFILE_STEP, parameter_mapping={"tabel": FromAsset(asset="sales")})
    assert _errors(odd, REPORT_STEP) == (
        'Step "Look": profile_table has no parameter "tabel". Parameters: rows, table.',
        'Step "Look": profile_table needs the parameter "table".',
    )


def test_an_unknown_result_is_named_with_what_exists():
    odd = replace(PROFILE_STEP, result_mapping={"profil": ToAsset(asset="profile")})
    assert _errors(odd, REPORT_STEP) == ('Step "Look": profile_table has no result "profil". Results: notes, profile.',)


def test_an_asset_that_a_later_step_makes_is_not_available_yet():
    assert _errors(REPORT_STEP, PROFILE_STEP) == (
        'Step "Write": "profile" is not available yet for the parameter "profile"; it is made by "Look".',
    )


def test_an_asset_nobody_makes_says_so():
    assert _errors(REPORT_STEP) == (
        'Step "Write": "profile" is not available yet for the parameter "profile"; no step makes it.',
    )


def test_a_reference_to_nothing_is_named_with_what_exists():
    odd = replace(PROFILE_STEP, parameter_mapping={"table": FromAsset(asset="sale")})
    assert _errors(odd, REPORT_STEP) == (
        'Step "Look": the parameter "table" refers to "sale", which does not exist. Assets: profile, report, sales.',
    )


def test_a_result_that_goes_nowhere_or_overwrites_something_is_refused():
    nowhere = replace(PROFILE_STEP, result_mapping={"profile": ToAsset(asset="x")})
    over_input = replace(PROFILE_STEP, name="Again", result_mapping={"profile": ToAsset(asset="sales")})
    twice = replace(PROFILE_STEP, name="Twice")
    assert _errors(nowhere)[0] == (
        'Step "Look": its result goes to "x", which does not exist. Assets: profile, report, sales.'
    )
    assert 'Step "Again": "sales" is an input and cannot be overwritten.' in _errors(
        PROFILE_STEP, over_input, REPORT_STEP
    )
    assert _errors(PROFILE_STEP, twice, REPORT_STEP) == ('Step "Twice": "profile" is already made by "Look".',)


def test_all_errors_are_told_at_once():
    first = replace(PROFILE_STEP, tool_id="nope", parameter_mapping={"table": FromAsset(asset="gone")})
    second = replace(REPORT_STEP, parameter_mapping={"titel": Literal(value=1), "profile": FromAsset(asset="profile")})
    assert len(_errors(first, second)) == 4


def test_a_hop_must_make_its_output_from_assets_that_exist():
    sound = replace(HOP, output="other", inputs=("lost",))
    draft = replace(
        DRAFT,
        hops=(sound,),
        intermediates=(*DRAFT.intermediates, AssetDraft(name="other", kind="json", role="intermediate")),
    )
    assert chain_errors(draft, TOOLS.get, TOOLS) == (
        'Hop "Understand": its input "lost" does not exist. Assets: other, profile, report, sales.',
        'Hop "Understand": none of its steps makes its output "other".',
    )
