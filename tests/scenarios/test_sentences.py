"""What searches, optima and new versions come to, in one sentence of each language."""

import pandas as pd

import coverage_campaign as cc
from support.campaigns import tiny


def test_every_answer_is_said_in_both_languages() -> None:
    """The numbers are the same, and nothing English is left in the Chinese sentence."""
    campaign = tiny()
    scenario = cc.Scenario(campaign=campaign, weights=cc.weights.eligible, over="drive")
    reports = pd.DataFrame({"unit": [*"abc"], "date": "2026-06-02", "persons": [24, 18, 8]})
    tally = cc.read_reports(reports, campaign, figures="new", by="day")
    outcome = cc.run(cc.vary(scenario, as_of="2026-06-06"), reports=tally)
    assert outcome.progress is not None
    sought = cc.goal_seek(
        scenario,
        input=("target", range(90, 120)),
        until=lambda outcome: outcome.allocation.shares()["a"] >= 51,
    )
    stable = cc.stability(
        cc.vary(scenario, as_of="2026-06-06"), reports=tally, over={"target": [110]}
    )
    said = {
        "Over target the condition begins to hold between 100 and 101.": sought,
        "3 of 3 verdicts are robust in all of 2 variants": stable,
        "100 people: the largest burden is 10% of the need": cc.optimize(
            campaign, need=cc.weights.eligible
        ),
        "version 2, made on 6 Jun 2026: 10 people moved, 3 of 3 units differ": cc.reallocate(
            outcome.allocation, outcome.progress, caps={"a": 40}
        ),
    }
    for english, result in said.items():
        assert result.sentence() == english
        chinese = result.sentence(lang="zh")
        assert not any(letter.isascii() and letter.isalpha() for letter in chinese), chinese
    assert sought.sentence(lang="zh") == "随任务变化，条件在100与101之间开始成立。"
