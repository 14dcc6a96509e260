"""Who may have no merit award takes no place in a prize; targets 50, 30 and 20, by hand."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.assessment import rules
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.model.readings import Question
from coverage_campaign.model.scheme import AwardBar, Scheme
from support.assessed_progress import progress_of
from support.campaigns import tiny

SHARES = {"a": 50, "b": 30, "c": 20}
PAID = pd.DataFrame({"unit": [*"abc"], "indicator": "paid", "value": ["95%", "100%", "100%"]})


def amounts(found: Assessment) -> dict[str, float | None]:
    """Return the amounts of the prize; None where it is open."""
    table = found.rewards()
    yuan = table["yuan"].astype(object).where(table["yuan"].notna(), None)
    return dict(zip(table["unit"], yuan, strict=True))


def marks(found: Assessment, unit: str) -> list[tuple[float, int | None]]:
    """Return threshold and persons needed of each place for a unit."""
    table = found.boundaries()
    table = table[(table["boundary"] == "prize") & (table["unit"] == unit)]
    needed = table["needed"].astype(object).where(table["needed"].notna(), None)
    return list(zip(table["threshold"].tolist(), needed, strict=True))


def of(scheme: Scheme, done: Mapping[str, int]) -> Assessment:
    """Return the assessment of so many persons done."""
    return assess(
        progress_of(tiny(), done, shares=SHARES),
        scheme,
        indicators=PAID if scheme.vetoes else None,
    )


def test_a_vetoed_unit_takes_no_place() -> None:
    """120 % is first but vetoed: 110 % is first, 100 % second; no number of people helps."""
    prize = rules.prize("best", "Best", [300, 200], by="completion")
    found = of(
        Scheme("s", vetoes=[rules.veto("paid", "Paid", of="paid")], prizes=[prize]),
        {"a": 60, "b": 33, "c": 20},
    )
    assert amounts(found) == {"a": 0, "b": 300, "c": 200}
    assert "no place by completion rate, as it may have no merit award (" in found.explain("a")
    assert "不得评优" in found.explain("a", lang="zh")
    assert [needed for _, needed in marks(found, "a")] == [None, None]
    assert marks(found, "b") == [(1.0, 30), (0.0, 0)]  # only c is before it
    assert marks(found, "c") == [(1.1, 22), (0.0, 0)]


def test_a_barred_unit_takes_no_place() -> None:
    """Coverage 399/500, 240/300 and 150/200: only b met its target, the others need theirs."""
    prize = rules.prize("best", "Best", [300, 200, 100])
    found = of(Scheme("s", AwardBar(), prizes=[prize]), {"a": 49, "b": 30, "c": 10})
    assert amounts(found) == {"b": 300, "a": 0, "c": 0}
    assert marks(found, "a") == [(0.8, 50), (1.0, 50), (1.0, 50)]
    assert marks(found, "b") == [(1.0, 30)] * 3  # there is nobody else to beat
    spared = of(Scheme("s", AwardBar(("school",)), prizes=[prize]), {"a": 49, "b": 30, "c": 10})
    assert amounts(spared) == {"a": 200, "b": 300, "c": 100}


def test_a_bar_that_is_open_leaves_open_who_is_below() -> None:
    """Coverage 400/500, 231/300 and 169/200: c is one short, and may be barred or be first."""
    campaign = attrs.evolve(tiny(), questions=[Question("award_bar", "award_bar", "3(3)")])
    scheme = Scheme("s", AwardBar(("school",)), prizes=[rules.prize("best", "Best", [300, 200])])
    shares = {"a": 50, "b": 20, "c": 30}
    found = assess(progress_of(campaign, {"a": 50, "b": 21, "c": 29}, shares=shares), scheme)
    assert amounts(found) == {"a": None, "b": None, "c": None}
    assert [needed for _, needed in marks(found, "a")] == [None, 50]
    met = assess(progress_of(campaign, {"a": 50, "b": 19, "c": 30}, shares=shares), scheme)
    assert amounts(met) == {"c": 300, "a": 200}


def test_the_document_names_the_place_of_a_prize() -> None:
    """Each place is a threshold of its own: the rows of one prize say which."""
    prize = rules.prize("best", {"en": "Best", "zh-Hans": "先进奖"}, [300, 200], by="completion")
    found = of(Scheme("s", prizes=[prize]), {"a": 10, "b": 3, "c": 2})
    english = cc.documents.assessment(found, lang="en").to_markdown()
    assert "prize: Best, place 1 |" in english
    assert "prize: Best, place 2 |" in english
    assert "先进奖第1名 |" in cc.documents.assessment(found, lang="zh").to_markdown()


def test_the_threshold_of_a_prize_is_the_rate_that_its_persons_come_from() -> None:
    """Nobody is ranked: who reaches 100 % has every place, and that is 50 of 50."""
    prize = rules.prize("best", "Best", [300, 200], by="completion", among_from="100%")
    found = of(Scheme("s", prizes=[prize]), {"a": 10, "b": 3, "c": 2})
    assert marks(found, "a") == [(1.0, 50), (1.0, 50)]
