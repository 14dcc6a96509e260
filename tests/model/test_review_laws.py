import datetime as dt

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.review.findings import unanswered
from coverage_campaign.model.review.review import review
from support.campaign_strategies import campaigns

LAW = settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.reuse, Phase.generate],  # a campaign is large: shrinking one takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.slow
@given(campaigns())
@LAW
def test_every_campaign_can_be_reviewed(campaign: Campaign) -> None:
    """Whatever a sound campaign holds, its review is findings that show themselves."""
    findings = review(campaign)
    assert review(campaign) == findings
    assert len(repr(findings).splitlines()) <= 12
    assert len(findings.to_frame()) == len(findings)
    assert "<script" not in findings._repr_html_()
    for finding in findings:
        assert finding.message.endswith((".", ":"))
        assert all(isinstance(day, dt.date) for day in finding.dates)
        assert not finding.question or unanswered(campaign, finding.question)
        assert not finding.taken or campaign.readings.is_suggested(finding.question)


@pytest.mark.slow
@given(campaigns())
@LAW
def test_answers_only_take_findings_away(campaign: Campaign) -> None:
    """A campaign whose questions a caller answers has no finding that it did not have before."""
    answered = Readings(
        increase="points",
        counted="net",
        counted_at="registered",
        annexes="two_cuts",
        attribution="place",
        schedule_over=tuple(phase.code for phase in campaign.phases) or None,
        doubled_day="both",
        whole_months="calendar_months",
        award_bar="departments",
        missed_target="own",
        report_due_day=5,
        rectification_days=15,
        after_refusal="parallel",
        court_applicant="either",
    )
    before = set(review(attrs.evolve(campaign, readings=Readings())).codes)
    after = set(review(attrs.evolve(campaign, readings=answered)).codes)
    assert after - before <= {"targets-contradict"}
