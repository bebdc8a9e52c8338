import pytest

from jambot.web.away_items import away_item
from jambot.workspaces.view import AwayLine


@pytest.mark.parametrize(
    ("kind", "target", "where"),
    [
        ("message.settled", "m1", "message"),
        ("message.settled", None, "timeline"),
        ("asset.changed", "a1", "asset"),
        ("mission.changed", "x1", "mission"),
        ("approval.changed", "x1", "mission"),
        ("proposal.changed", "x1", "mission"),
        ("step.progress", "s1", "timeline"),
        ("workspace.restored", None, "timeline"),
    ],
)
def test_each_line_leads_to_where_it_is_seen(kind, target, where):
    assert away_item(AwayLine(kind=kind, text="It happened", target=target)).where == where
