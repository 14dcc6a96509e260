"""People of an upper unit outside the units below it share as a part of their own."""

from __future__ import annotations

from fractions import Fraction

import attrs
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import coverage_campaign as cc

_UNITS = [
    cc.Unit("city", "City", "city", counts={"people": 100}),
    cc.Unit("east", "East", "county", parent="city", counts={"people": 70}),
    cc.Unit("zone", "Zone", "zone", parent="east", counts={"people": 30}),
    cc.Unit("park", "Park", "park", parent="zone", counts={"people": 10}),
    cc.Unit("west", "West", "county", parent="city", counts={"people": 20}),
]


def campaign(**changes: object) -> cc.Campaign:
    """Return a city with four tiers, in which every figure covers the units below it."""
    values: dict[str, object] = {
        "code": "c",
        "label": "C",
        "year": 2026,
        "units": _UNITS,
        "breakdowns": [cc.Breakdown("all", "All", ["city", "county", "zone", "park"])],
        "measures": [cc.Measure("people", "People")],
        "targets": [cc.HeadcountTarget("p", "P", persons=1000)],
        "phases": [cc.Phase("d", "D", "03-01", "06-30")],
    }
    return cc.Campaign(**(values | changes))  # type: ignore[arg-type]


_PEOPLE = cc.weights.by_measure("people")


@pytest.mark.parametrize("order", ["top_down", "bottom_up"])
def test_own_people_of_every_tier_share(order: str) -> None:
    """1,000 are shared by 100 - 70 - 20, 70 - 30, 30 - 10, 10 and 20 people: ten for each."""
    made = cc.allocate(campaign(), among="all", weights=_PEOPLE, order=order)  # type: ignore[arg-type]
    assert made.shares().to_dict() == {
        "city": 100, "east": 400, "zone": 200, "park": 100, "west": 200,
    }  # fmt: skip
    frame = made.to_frame().set_index("unit")
    assert frame["share"].to_dict() == {
        "city": 1000, "east": 700, "west": 200, "zone": 300, "park": 100,
    }  # fmt: skip
    assert frame["own_share"].sum() == 1000


def test_figures_of_own_people_alone_are_not_taken_apart() -> None:
    """Where a measure covers a unit's own people, its figure is its own part's weight."""
    own = campaign(measures=[cc.Measure("people", "People", covers="own")])
    made = cc.allocate(own, among="all", weights=_PEOPLE)
    assert [str(one) for one in made.weights[:1]] == ["230"]
    assert made.shares()["east"] == round(Fraction(1000 * 70, 230))


@pytest.mark.parametrize("covers", ["own", "subtree"])
def test_people_below_the_units_that_share_are_told(covers: str) -> None:
    """Counties stand for the zone below them, or the basis says that its people are in none."""
    told = campaign(
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        measures=[cc.Measure("people", "People", covers=covers)],  # type: ignore[arg-type]
        eligible="people",
    )
    lines = cc.allocate(told, among="counties", weights=_PEOPLE).basis.lines()
    left_out = "40 people of Zone and Park (People) are below the units that share"
    assert any(left_out in line for line in lines) == (covers == "own")


def test_a_table_of_weights_may_name_an_upper_unit() -> None:
    """39,000 people of a district outside its zone are the weight under the district's code."""
    plain = campaign(
        measures=[], units=[cc.vary(one, counts={}) for one in _UNITS if one.code != "park"]
    )
    made = cc.allocate(plain, among="all", weights={"east": 39_000, "zone": 1_000, "west": 10_000})
    assert made.shares().to_dict() == {"east": 780, "zone": 20, "west": 200}


def test_bounds_reach_the_own_part() -> None:
    """A bound under the code with '/own' holds the own people, one under the code the subtree."""
    made = cc.allocate(
        campaign(), among="all", weights=_PEOPLE, pins={"east/own": 50}, caps={"west": 150}
    )
    assert made.shares()["east"] == 50
    assert made.shares()["west"] == 150
    assert made.explain("east/own").endswith("pinned to 50 by the caller.")
    assert "Of these, 50 are for its people outside" in made.explain("east")


@pytest.mark.parametrize(
    ("covers", "shares"),
    [
        ("subtree", {"city": 1000, "east": 700, "zone": 300, "park": 100, "west": 200}),
        ("own", {"city": 100, "east": 400, "zone": 200, "park": 100, "west": 200}),
    ],
)
def test_an_annex_says_what_its_figures_cover(covers: str, shares: dict[str, int]) -> None:
    """An annex gives upper units all below them, or their own people."""
    annex = cc.Annex("a", "Annex", "all", shares=shares, clause="2", covers=covers)  # type: ignore[arg-type]
    made = cc.allocate(campaign(annexes=[annex]), among="all")
    assert made.shares().to_dict() == {
        "city": 100, "east": 400, "zone": 200, "park": 100, "west": 200,
    }  # fmt: skip
    assert made.explain("park") == "Park: 100 people by Annex (clause 2)."
    assert "targets of All are those of Annex (clause 2)" in made.basis.lines()[0]


@pytest.mark.parametrize(("covers", "total"), [("subtree", 90), ("own", 120)])
def test_the_review_adds_an_annex_up_as_the_allocation_does(covers: str, total: int) -> None:
    """East's 70 hold the zone's 30, or are beside them: 70 + 20 people, or 70 + 30 + 20."""
    annex = cc.Annex(
        "a",
        "Annex",
        "all",
        "p",
        shares={"east": 70, "zone": 30, "west": 20},
        covers=covers,  # type: ignore[arg-type]
    )
    for persons, fits in ((total, True), (total - 1, False)):
        target = cc.HeadcountTarget("p", "P", persons=persons)
        tiers = [cc.Breakdown("all", "All", ["county", "zone"])]
        case = campaign(annexes=[annex], targets=[target], breakdowns=tiers)
        assert (not cc.review(case).of("annex-total-differs")) == fits
        if fits:
            assert cc.allocate(case, among="all").shares().sum() == persons
        else:
            with pytest.raises(cc.DefinitionError, match=f"adds up to {total} people"):
                cc.allocate(case, among="all")


def test_an_annex_that_gives_more_below_a_unit_than_to_it_is_refused() -> None:
    """Figures that cover the units below cannot be less than theirs."""
    annex = cc.Annex("a", "Annex", "all", shares={"east": 200, "zone": 300, "west": 200})
    with pytest.raises(cc.DefinitionError, match="'east' 200 people, and the units below it 100"):
        cc.allocate(campaign(annexes=[annex]), among="all", weights=annex)


def test_each_target_has_its_own_annex() -> None:
    """The guaranteed and the stretch target are prescribed by an annex each."""
    targets = [
        cc.HeadcountTarget("sure", "Sure", persons=900),
        cc.HeadcountTarget("more", "More", persons=1000, level="stretch"),
    ]
    one = {"west": 200, "park": 700}
    annexes = [
        cc.Annex("x", "Annex 1", "all", target="sure", shares=one, clause="2"),
        cc.Annex("y", "Annex 2", "all", target="more", shares=one | {"park": 800}, clause="3"),
    ]
    both = campaign(targets=targets, annexes=annexes)
    assert cc.allocate(both, among="all").shares()["park"] == 700
    stretch = cc.allocate(both, among="all", target="more")
    assert stretch.shares()["park"] == 800
    assert "those of Annex 2 (clause 3)" in stretch.basis.lines()[0]
    assert cc.run(cc.Scenario(campaign=both, among="all", target="more")).allocation == stretch


def test_people_without_a_share_are_named() -> None:
    """Equal weights share among the units that nothing lies below, and say whom that leaves out.

    Outside the units below them City has 100 - 70 - 20 people, East 70 - 30 and Zone 30 - 10.
    """
    made = cc.allocate(campaign(eligible="people"), among="all", weights=cc.weights.equal)
    assert made.shares()[["city", "east", "zone"]].sum() == 0
    said = "70 people of City, East and Zone (People) are outside the units below them"
    assert any(said in line for line in made.basis.lines())


def test_plan_progress_and_json_know_the_own_part() -> None:
    """An upper unit's own people are planned and tracked under its code, and kept in JSON."""
    made = cc.allocate(campaign(), among="all", weights=_PEOPLE)
    plan = cc.schedule(made)
    assert plan.planned_on("2026-06-30").to_dict() == made.shares().to_dict()
    assert cc.from_json(cc.to_json(plan)) == plan
    sheet = pd.DataFrame({"unit": ["west"], "period": "2026-03", "persons": [70]})
    progress = cc.track(plan, cc.read_reports(sheet, campaign(), figures="new"), as_of="2026-03-31")
    assert progress.to_frame()["target"].sum() == 1000


@pytest.mark.slow
@given(
    st.lists(st.integers(0, 50), min_size=4, max_size=4), st.integers(0, 500),
    st.sampled_from([cc.apportion.webster, cc.apportion.jefferson, cc.apportion.hamilton]),
)  # fmt: skip
def test_own_people_share_as_a_unit_of_that_size_would(
    own: list[int], total: int, method: object
) -> None:
    """A tree with own people gives what the same tree gives whose own people are units below."""
    if not any(own):
        own = [*own[:3], 1]
    zone, east = own[2], own[1] + own[2]
    units = [
        cc.Unit("city", "City", "city", counts={"people": own[0] + east + own[3]}),
        cc.Unit("east", "East", "county", parent="city", counts={"people": east}),
        cc.Unit("zone", "Zone", "zone", parent="east", counts={"people": zone}),
        cc.Unit("west", "West", "county", parent="city", counts={"people": own[3]}),
    ]
    found = cc.allocate(
        campaign(units=units),
        among="all",
        weights=_PEOPLE,
        target=total,
        method=method,  # type: ignore[arg-type]
    ).shares()
    parts = [
        cc.Unit("city", "City", "city"),
        cc.Unit("east", "East", "county", parent="city"),
        cc.Unit("west", "West", "county", parent="city", counts={"people": own[3]}),
        cc.Unit("city/own", "O", "county", parent="city", counts={"people": own[0]}),
        cc.Unit("zone", "Zone", "zone", parent="east", counts={"people": zone}),
        cc.Unit("east/own", "E", "zone", parent="east", counts={"people": own[1]}),
    ]
    twin = cc.allocate(
        campaign(units=parts),
        among="all",
        weights=_PEOPLE,
        target=total,
        method=method,  # type: ignore[arg-type]
    ).shares()
    assert found.to_dict() == {
        code.removesuffix("/own"): share
        for code, share in twin.items()
        if code.removesuffix("/own") in found.index
    }


def test_scenarios_and_studies_follow_own_people() -> None:
    """A run has own shares in its table, a comparison their changes, a study their names."""
    base = cc.Scenario(campaign=campaign(), among="all", weights=_PEOPLE)
    run = cc.run(base)
    assert run.to_frame().set_index("unit")["share"].to_dict() == run.allocation.shares().to_dict()
    more = cc.run(cc.vary(base, target=2000))
    frame = cc.compare(run, more).to_frame()
    change = frame[frame["quantity"] == "share"].set_index("unit")["change"]
    assert change["east"] == 400
    study = cc.explore(base, over={"target": [1000, 2000]}).to_frame()
    own = study[study["unit"] == "east/own"]
    assert own["name"].tolist() == ["East (own people)"] * 2
    assert own["share"].tolist() == [400, 800]


def test_a_study_s_fairness_knows_own_people() -> None:
    """East's own 40 of 80 people bear what all bear: 500 of 1,000 now, 1,000 of 2,000."""
    counts = {"city": 80, "east": 60, "zone": 20, "west": 20}
    units = [
        attrs.evolve(one, counts={"people": counts[one.code]})
        for one in _UNITS
        if one.code in counts
    ]
    base = cc.Scenario(campaign=campaign(units=units), among="all", weights=_PEOPLE)
    table = cc.explore(base, over={"target": [1000, 2000]}).fairness()
    assert table["gini"].tolist() == [0, 0]
    assert table["largest_burden"].tolist() == [12.5, 25]
    assert table["largest_rise"].tolist() == [0, 500]
    assert table["rises_most"][1] == "east/own"


@pytest.mark.parametrize("kind", ["allocation", "study"])
def test_comparisons_name_own_people(kind: str) -> None:
    """East's own 40 of 100 people have 400 of 1,000; its row says that it is not all of East."""
    base = cc.Scenario(campaign=campaign(), among="all", weights=_PEOPLE)
    if kind == "study":
        one, other = (cc.explore(base, over={"target": [n]}) for n in (1000, 2000))
        rows = cc.compare(one, other).to_frame()
        assert set(rows["name"][rows["unit"] == "east"]) == {"East"}
        assert set(rows["name"][rows["unit"] == "east/own"]) == {"East (own people)"}
        return
    less, more = (cc.run(cc.vary(base, target=n)).allocation for n in (1000, 2000))
    comparison = cc.compare(less, more)
    assert comparison.to_frame().set_index("unit").loc["east", "name"] == "East (own people)"
    assert comparison.sentence() == (
        "With total 1,000 -> 2,000: 5 units differ, most of all East (own people): "
        "share 400 -> 800."
    )
    assert "East（本级）" in comparison.sentence(lang="zh")
