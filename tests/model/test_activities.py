import attrs
import pytest

import coverage_campaign as cc
from coverage_campaign.model.phases import Activity, Phase
from support.campaigns import tiny


def campaign() -> cc.Campaign:
    """Return the tiny campaign with an event on 3 June and leaflets all through the drive."""
    drive: Phase = tiny().phase("drive")
    doing = (
        Activity("event", "One large event", "06-03", "06-03", milestone=True),
        Activity("leaflets", "Leaflets"),
    )
    return tiny().with_part(attrs.evolve(drive, activities=doing))


@pytest.mark.parametrize(
    ("as_of", "event", "leaflets"),
    [
        ("2026-05-31", "to come", "to come"),
        ("2026-06-01", "to come", "due"),
        ("2026-06-03", "due", "due"),
        ("2026-06-04", "late", "due"),
        ("2026-06-10", "late", "due"),
        ("2026-06-11", "late", "late"),
    ],
)
def test_an_activity_is_due_to_the_end_of_its_last_day(
    as_of: str, event: str, leaflets: str
) -> None:
    """Days are inclusive: on its last day an activity is due, the day after it is late."""
    table = cc.activities(campaign(), as_of=as_of).set_index("activity")
    assert table.loc["event", "status"] == event
    assert table.loc["leaflets", "status"] == leaflets


def test_what_is_done_counts_from_its_day() -> None:
    """Done on 5 June is not yet done on 4 June, and no longer late on 5 June."""
    done = {"event": "2026-06-05"}
    before, after = (
        cc.activities(campaign(), as_of=day, done=done).set_index("activity").loc["event", "status"]
        for day in ("2026-06-04", "2026-06-05")
    )
    assert (before, after) == ("late", "done")


def test_an_unknown_activity_is_refused() -> None:
    """A typing slip in what is done does not vanish."""
    with pytest.raises(cc.DefinitionError, match="evnt"):
        cc.activities(campaign(), as_of="2026-06-04", done=["evnt"])


def test_the_notice_has_its_event_as_a_milestone() -> None:
    """Clause 3(1): one large city-wide event in May; on 1 June it is late unless it was held."""
    notice = cc.load_case("hengyang", year=2008)
    table = cc.activities(notice, as_of="2008-06-01")
    event = table[table["milestone"]].iloc[0]
    assert (str(event["first"].date()), str(event["last"].date())) == ("2008-05-01", "2008-05-31")
    assert event["status"] == "late"
