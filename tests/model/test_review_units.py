"""What the review finds in units, their figures and milestones, and no longer finds once mended."""

import pytest

import coverage_campaign as cc


def land(**changes: object) -> cc.Campaign:
    """Return a merger that fits: Ash and Birch end on 30 June, their union begins on 1 July."""
    units = {
        "a": cc.Unit("a", "Ash", "county", closed="2021-06-30", successors="m", counts={"p": 4}),
        "b": cc.Unit("b", "Birch", "county", closed="2021-06-30", successors="m"),
        "m": cc.Unit("m", "Ash-Birch", "county", opened="2021-07-01", counts={"p": 9}),
        "z": cc.Unit("z", "Zone", "county", parent="m", counts={"p": 5}),
        "d": cc.Unit("d", "Dell", "county"),
    }
    parts = {
        "milestones": [
            cc.Milestone("half", "Half", by="06-30", share="60%"),
            cc.Milestone("all", "All", by="12-31", share="100%"),
        ],
        "measures": [cc.Measure("p", "People")],
        **changes,
    }
    for code in [name for name in parts if name in units]:
        units[code] = parts.pop(code)
    return cc.Campaign(
        code="t",
        label="T",
        year=2021,
        units=list(units.values()),
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        phases=[cc.Phase("y", "Year", "01-01", "12-31")],
        targets=[cc.HeadcountTarget("h", "H", persons=100)],
        **parts,
    )


OF_UNITS = {
    "unit-never-open",
    "closed-unit-has-target",
    "successor-does-not-fit",
    "closed-without-successor",
    "parts-above-whole",
    "covered-above-eligible",
    "milestone-above-target",
    "figures-jump",
    "milestone-outside-campaign",
    "milestones-fall",
}


def test_a_merger_that_fits_is_no_finding() -> None:
    """Lives that follow each other, parts below their whole and rising milestones are in order."""
    assert OF_UNITS & set(cc.review(land()).codes) == set()


@pytest.mark.parametrize(
    ("code", "words", "changes"),
    [
        (
            "unit-never-open",
            "Dell opens on 1 March 2022",
            {"d": cc.Unit("d", "Dell", "county", opened="2022-03-01")},
        ),
        (
            "unit-never-open",
            "Dell closed on 31 December 2020",
            {"d": cc.Unit("d", "Dell", "county", closed="2020-12-31")},
        ),
        (
            "closed-without-successor",
            "Dell closes on 31 May 2021",
            {"d": cc.Unit("d", "Dell", "county", closed="2021-05-31")},
        ),
        (
            "successor-does-not-fit",
            "opened on 1 August 2021, nobody answers",
            {"m": cc.Unit("m", "Ash-Birch", "county", opened="2021-08-01")},
        ),
        (
            "successor-does-not-fit",
            "may count twice",
            {"m": cc.Unit("m", "Ash-Birch", "county", opened="2021-06-01")},
        ),
        (
            "successor-does-not-fit",
            "is closed by then",
            {"m": cc.Unit("m", "Ash-Birch", "county", closed="2021-03-31")},
        ),
        (
            "parts-above-whole",
            "People: the units below Ash-Birch have 1 more than Ash-Birch itself",
            {"z": cc.Unit("z", "Zone", "county", parent="m", counts={"p": 10})},
        ),
        (
            "covered-above-eligible",
            "Dell: 12 people are covered (Insured), more than the 9 who are eligible (Adults)",
            {
                "measures": [cc.Measure("adults", "Adults"), cc.Measure("insured", "Insured")],
                "eligible": "adults",
                "covered": "insured",
                "a": cc.Unit("a", "Ash", "county", closed="2021-06-30", successors="m"),
                "m": cc.Unit("m", "Ash-Birch", "county", opened="2021-07-01"),
                "z": cc.Unit("z", "Zone", "county", parent="m"),
                "d": cc.Unit("d", "Dell", "county", counts={"adults": 9, "insured": 12}),
            },
        ),
        (
            "milestone-above-target",
            "All requires 120 people, more than the 100 of the whole target",
            {"milestones": [cc.Milestone("all", "All", by="12-31", persons=120)]},
        ),
        (
            "milestones-fall",
            "All requires 50%, less than the 60%",
            {
                "milestones": [
                    cc.Milestone("half", "Half", by="06-30", share="60%"),
                    cc.Milestone("all", "All", by="12-31", persons=50),
                ]
            },
        ),
        (
            "milestone-outside-campaign",
            "Late is due on 1 February 2022",
            {"milestones": [cc.Milestone("late", "Late", by="2022-02-01", share="1")]},
        ),
        (
            "closed-unit-has-target",
            "Annex gives 40 people to Dell, which closes on 31 May 2021",
            {
                "d": cc.Unit("d", "Dell", "county", closed="2021-05-31"),
                "annexes": [
                    cc.Annex("x", "Annex", "counties", at_hand=True, shares={"d": 40, "z": 60})
                ],
            },
        ),
        (
            "figures-jump",
            "People 2000 and People 2010 differ by a fifth or more in Zone",
            {
                "measures": [
                    cc.Measure("p", "People"),
                    cc.Measure("p_2000", "People 2000", counted_on="2000-11-01"),
                    cc.Measure("p_2010", "People 2010", counted_on="2010-11-01"),
                ],
                "z": cc.Unit(
                    "z", "Zone", "county", parent="m", counts={"p_2000": 10, "p_2010": 12}
                ),
            },
        ),
    ],
)
def test_what_does_not_fit_is_found(code: str, words: str, changes: dict[str, object]) -> None:
    """Each break of the merger is found by its code, in words that name the unit and the day."""
    messages = [one.message for one in cc.review(land(**changes)).of(code)]
    assert any(words in message for message in messages), messages


def test_a_plan_does_not_go_through_a_milestone_above_its_target() -> None:
    """What the review finds stops the schedule too, which names the milestone."""
    campaign = land(milestones=[cc.Milestone("all", "All", by="12-31", persons=120)])
    shares = cc.allocate(campaign, weights={"a": 1, "b": 1, "z": 1, "d": 1})
    with pytest.raises(
        cc.DefinitionError, match=r"milestones\['all'\]: 120 people, more than the 100"
    ):
        cc.schedule(shares)


def test_figures_of_the_unit_alone_may_be_below_its_parts() -> None:
    """A measure that covers only a unit's own people has no parts to be compared with."""
    own = land(
        measures=[cc.Measure("p", "People", covers="own")],
        z=cc.Unit("z", "Zone", "county", parent="m", counts={"p": 10}),
    )
    assert not cc.review(own).of("parts-above-whole")
    assert own.own_count("m", "p") == 9
    assert land().own_count("m", "p") == 4
    assert land().own_count("d", "p") is None


def test_a_finding_speaks_chinese() -> None:
    """The findings on units have a Chinese text, with nothing English in it."""
    (finding,) = cc.review(land(d=cc.Unit("d", {"zh": "甲"}, "county", closed="2021-05-31"))).of(
        "closed-without-successor"
    )
    assert finding.text("zh").startswith("甲")
    assert not any(letter.isascii() and letter.isalpha() for letter in finding.text("zh"))
