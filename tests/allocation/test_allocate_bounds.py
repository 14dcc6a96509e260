"""Bounds of an allocation: checked before, explained after; levelling; uplift over many parents."""

from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation import weights
from coverage_campaign.allocation.allocate import allocate, check_bounds
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import DefinitionError, InfeasibleError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.model.units import Breakdown, Measure, Unit
from support.campaigns import tiny


def town(code: str, parent: str, eligible: int, covered: int, staff: int = 1) -> Unit:
    """Return a town with its figures."""
    counts = {"eligible": eligible, "covered": covered, "staff": staff}
    return Unit(code, code, "unit", parent=parent, counts=counts)


def two_counties() -> Campaign:
    """Return county p with two towns and county q with one; nobody is covered; target 100."""
    return Campaign(
        code="two",
        label="Two",
        year=2026,
        units=[
            Unit("p", "P", "unit"),
            Unit("q", "Q", "unit"),
            town("p1", "p", 1_000, 0, staff=2),
            town("p2", "p", 2_000, 0, staff=3),
            town("q1", "q", 2_000, 0, staff=5),
        ],
        breakdowns=[Breakdown("units", "Units", "unit")],
        measures=[Measure(code, code, "made up") for code in ("eligible", "covered", "staff")],
        eligible="eligible",
        covered="covered",
        targets=[HeadcountTarget("headcount", "Target", 100)],
    )


def test_a_cap_never_lifts_a_unit_above_its_uncovered_people() -> None:
    """Cedar has 60 people left to enrol; a cap of 100 changes nothing about that."""
    frame = allocate(tiny(), weights={"a": 0, "b": 0, "c": 1}, caps={"c": 100}, target=60)
    assert frame.to_frame().set_index("unit").loc["c", "cap"] == 60
    with pytest.raises(InfeasibleError, match="room for 60"):
        allocate(tiny(), weights={"a": 0, "b": 0, "c": 1}, caps={"c": 100}, target=61)


def test_pins_that_cannot_fit_are_all_named_with_their_miss_beforehand() -> None:
    """Ash has 150 people left and Cedar 60: pins of 170 and 61 miss by 20 and by 1."""
    found = check_bounds(tiny(), target=220, pins={"a": 170, "b": 10, "c": 61})
    assert found["unit"].tolist() == ["a", "c"]
    assert found["bound"].tolist() == ["pin", "pin"]
    assert found["asked"].tolist() == [170, 61]
    assert found["possible"].tolist() == [150, 60]
    assert found["misses_by"].tolist() == [20, 1]
    assert "left to enrol" in found.loc[0, "why"]
    with pytest.raises(InfeasibleError) as caught:
        allocate(tiny(), weights=weights.eligible, target=220, pins={"a": 170, "b": 10, "c": 61})
    assert len(caught.value.problems) == 2


def test_pins_that_fit_leave_nothing_to_say() -> None:
    """No row means that the allocation finds a way."""
    assert check_bounds(tiny(), pins={"a": 10, "b": 30}).empty
    assert allocate(tiny(), weights=weights.eligible, pins={"a": 10, "b": 30}).shares()["c"] == 60


def test_a_total_that_pins_overshoot_is_named() -> None:
    """Pins of 60 and 50 need 110 of 100 people."""
    found = check_bounds(tiny(), pins={"a": 60, "b": 50})
    assert found[["unit", "bound", "asked", "possible"]].values.tolist() == [
        ["", "total", 100, 110]
    ]


def test_a_pin_of_an_upper_unit_meets_what_stands_below_it() -> None:
    """P is pinned to 50, but its towns are capped at 20 together; and P cannot hold 70 in 60."""
    room = check_bounds(two_counties(), among="units", pins={"p": 50}, caps={"p1": 5, "p2": 15})
    assert room[["unit", "bound", "asked", "possible", "why"]].values.tolist() == [
        ["p", "pin", 50, 20, "the units below it have room for 20"]
    ]
    need = check_bounds(two_counties(), among="units", caps={"p": 60}, floors={"p1": 30, "p2": 40})
    assert need[["unit", "bound", "asked", "possible", "why"]].values.tolist() == [
        ["p", "cap", 60, 70, "the units below it need 70"]
    ]


def test_a_base_above_a_cap_is_not_given_in_silence() -> None:
    """A base of 10 does not fit under a cap of 5."""
    with pytest.raises(InfeasibleError, match=r"base of 'a'.*its cap is 5"):
        allocate(tiny(), weights=weights.eligible, base=10, caps={"a": 5})


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=3,
             max_size=3),
    st.integers(0, 30),
)  # fmt: skip
def test_the_check_and_the_allocation_agree(
    numbers: list[tuple[int, int, int]], total: int
) -> None:
    """With any weights, floors and caps: an empty check is an allocation, and the reverse."""
    codes = ("p1", "p2", "q1")
    given_weights = {code: weight for code, (weight, _, _) in zip(codes, numbers, strict=True)}
    floors = {code: low for code, (_, low, _) in zip(codes, numbers, strict=True)}
    caps = {code: low + extra for code, (_, low, extra) in zip(codes, numbers, strict=True)}
    asked = {"floors": floors, "caps": caps, "target": total, "weights": given_weights}
    fits = check_bounds(two_counties(), among="units", **asked).empty  # type: ignore[arg-type]
    try:
        shares = allocate(two_counties(), among="units", **asked).shares()  # type: ignore[arg-type]
    except InfeasibleError:
        assert not fits
        return
    assert fits
    assert shares.sum() == total
    assert all(floors[code] <= shares[code] <= caps[code] for code in codes)


def test_the_reconciliation_says_what_bounds_did_to_everyone() -> None:
    """50, 30, 20 by eligible people; Ash pinned to 10 leaves 90 as 3 : 2, so 54 and 36."""
    table = allocate(tiny(), weights=weights.eligible, pins={"a": 10}).reconciliation()
    columns = ["unit", "bound", "given", "without_bounds", "difference"]
    assert table[columns].values.tolist() == [
        ["a", "pin", 10, 50, -40],
        ["b", "cap", 54, 30, 24],
        ["c", "cap", 36, 20, 16],
    ]
    assert table["asked"].tolist() == [10, 90, 60]
    assert table["why"].tolist() == [
        "pinned by the caller",
        "takes on what others' bounds leave",
        "takes on what others' bounds leave",
    ]
    assert table["difference"].sum() == 0


def test_the_sentence_of_a_full_unit_says_that_nobody_is_left() -> None:
    """Cedar would have more by weight, but only 60 people are left to enrol there."""
    result = allocate(tiny(), weights={"a": 1, "b": 1, "c": 8}, target=150)
    assert "only 60 people are left to enrol" in result.explain("c")
    row = result.reconciliation().set_index("unit").loc["c"]
    assert row["why"] == "held at its cap: no more people are left to enrol"


def test_whole_weights_need_whole_weights() -> None:
    """76.5 x 163.2 is 12,484.8: the next person needs a weight of 12,485."""
    result = allocate(
        two_tier_free({"x": 12_345, "y": 163_200}),
        weights={"x": 12_345, "y": 163_200},
        target=1_076,
    )
    sentence = result.explain("x")
    weight = int(sentence.rsplit(" ", 1)[1].rstrip(".").replace(",", ""))
    divisor = result.divisor()
    assert divisor is not None
    share = int(result.shares()["x"])
    assert weight - 1 < (share + Fraction(1, 2)) * divisor <= weight


def two_tier_free(people: dict[str, int]) -> Campaign:
    """Return counties without figures of eligible people, so that nothing is capped."""
    return Campaign(
        code="free",
        label="Free",
        year=2026,
        units=[Unit(code, code, "county") for code in people],
        breakdowns=[Breakdown("counties", "Counties", "county")],
    )


@pytest.mark.parametrize(
    ("method", "words"),
    [(apportion.adams, "(rounded up)"), (apportion.jefferson, "(rounded down)")],
)
def test_the_sentence_says_how_a_quotient_is_rounded(method: apportion.Method, words: str) -> None:
    """A method that does not round to the nearest says what it does."""
    campaign = two_tier_free({"x": 7, "y": 5})
    result = allocate(campaign, weights={"x": 7, "y": 5}, target=8, method=method)
    assert words in result.explain("x")


def test_a_tie_is_told_by_both_who_were_in_it() -> None:
    """One person between two equal departments: one won it, the other lost it, by code."""
    result = allocate(tiny(), among="departments", weights={"labour": 1, "schools": 1}, target=1)
    assert "tied with Schools for the last person and won by code" in result.explain("labour")
    assert "tied with Labour for the last person and lost by code" in result.explain("schools")


def test_who_is_next_in_line_has_the_largest_claim() -> None:
    """4 seats by 5, 3, 2 (Webster): claims 10, 6, 4, 10/3 are served; next are 5/2.5 and 3/1.5."""
    by_weight = {"x": 5, "y": 3, "z": 2}
    result = allocate(two_tier_free(by_weight), weights=by_weight, target=4)
    assert result.shares().tolist() == [2, 1, 1]
    assert result.next_in_line() == ("x", "y")


def test_uplift_is_rounded_up_for_each_parent() -> None:
    """100 people, 10 % a tier, by 1, 2 | 2: by hand.

    The top hands on 110, 66 to p and 44 to q. p hands on 72.6, so 73 (24 and 49), q 48.4, so 49.
    The tier's total is their sum, 122, and not 121 = 110 x 1.1.
    """
    by_weight = {"p1": 1, "p2": 2, "q1": 2}
    result = allocate(two_counties(), among="units", weights=by_weight, uplift="10%")
    raised = result.to_frame().set_index("unit")["uplifted"].to_dict()
    assert raised == {"p": 66, "q": 44, "p1": 24, "p2": 49, "q1": 49}
    totals = result.totals()
    assert totals["share"].tolist() == [100, 100]
    assert totals["uplifted"].tolist() == [110, 122]
    assert totals["rise"].tolist() == ["1/10", "1/10"]
    assert totals["factor"].tolist() == [1.1, 1.22]
    assert result.uplifted_shares().to_dict() == {"p1": 24, "p2": 49, "q1": 49}


def test_an_uplift_without_room_says_so_before_it_is_shared() -> None:
    """Towns that can take 100 together have no room for 100 people uplifted twice by 10 %."""
    caps = {"p1": 20, "p2": 40, "q1": 40}
    fits = {"among": "units", "weights": {"p1": 1, "p2": 2, "q1": 2}, "caps": caps}
    assert check_bounds(two_counties(), **fits).empty  # type: ignore[arg-type]
    found = check_bounds(two_counties(), **fits, uplift="10%")  # type: ignore[arg-type]
    assert found["bound"].tolist() == ["total"]
    assert "uplifted to 110" in found.loc[0, "why"]


def test_bounds_of_upper_units_do_not_go_with_leaves_first() -> None:
    """Leaves that are shared first cannot know a bound above them: refused, never ignored."""
    with pytest.raises(DefinitionError, match="bounds of 'p'"):
        allocate(
            two_counties(), among="units", weights=weights.eligible, caps={"p": 5},
            order="bottom_up",
        )  # fmt: skip


def by_hand(covered: dict[str, int], eligible: dict[str, int], people: int) -> dict[str, int]:
    """Return new people by unit, each given to the lowest rate at its time, ties by code."""
    now = dict(covered)
    for _ in range(people):
        open_units = [code for code in now if now[code] < eligible[code]]
        lowest = min(open_units, key=lambda code: (Fraction(now[code], eligible[code]), code))
        now[lowest] += 1
    return {code: now[code] - covered[code] for code in now}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=1, max_size=6),
    st.integers(0, 60),
)
def test_levelling_gives_each_person_to_the_lowest_rate_of_its_time(
    people: list[tuple[int, int]], total: int
) -> None:
    """The allocation is the greedy one, also where nobody is covered and few are to be shared."""
    eligible = {f"u{place}": count for place, (count, _) in enumerate(people)}
    covered = {f"u{place}": min(count, there) for place, (count, there) in enumerate(people)}
    units = [
        Unit(code, code, "county", counts={"eligible": eligible[code], "covered": covered[code]})
        for code in eligible
    ]
    campaign = attrs.evolve(two_tier_free(eligible), units=units, eligible="eligible",
                            covered="covered", measures=[Measure(code, code, "made up") for code in
                                                         ("eligible", "covered")])  # fmt: skip
    total = min(total, sum(eligible.values()) - sum(covered.values()))
    result = allocate(campaign, weights=weights.level(), method=apportion.adams, target=total)
    assert result.shares().to_dict() == by_hand(covered, eligible, total)


def test_levelling_prints_its_water_level() -> None:
    """Ash 350 of 500, Birch 210 of 300, Cedar 140 of 200: 100 more people bring all to 80 %."""
    result = allocate(tiny(), weights=weights.level(), method=apportion.adams)
    table = result.levels()
    assert table["level_before"].tolist() == [0.7, 0.7, 0.7]
    assert table["level_after"].tolist() == [0.8, 0.8, 0.8]
    assert table["existing_after"].tolist() == [400, 240, 160]
    level = result.water_level()
    assert level is not None
    assert Fraction(79, 100) < level <= Fraction(80, 100)
    assert "of whom 350 are covered already: 50" in result.explain("a")


def test_those_above_the_water_get_nothing_and_the_table_says_why() -> None:
    """Cedar at 90 % stays where it is while 30 people go to Ash and Birch."""
    cedar = Unit("c", "Cedar", "county", parent="city", counts={"eligible": 200, "covered": 180})
    campaign = tiny().with_part(cedar)
    result = allocate(campaign, weights=weights.level(), method=apportion.adams, target=30)
    table = result.levels().set_index("unit")
    assert table.loc["c", "share"] == 0
    assert table["held_by"].to_dict() == {"a": "", "b": "", "c": "already covered"}


def test_an_equal_load_for_every_member_of_staff() -> None:
    """30 staff of 2, 3 and 5 with loads 10, 0, 0 and 40 more people: 10, 15 and 25 in the end."""
    staff = weights.by_measure("staff")
    load = {"p1": 10, "p2": 0, "q1": 0}
    result = allocate(
        two_counties(), among="units", weights=weights.level(staff, existing=load),
        method=apportion.adams, target=40, order="bottom_up",
    )  # fmt: skip
    assert result.shares().to_dict() == {"p1": 0, "p2": 15, "q1": 25}
    assert result.levels()["level_after"].tolist() == [5.0, 5.0, 5.0]


def test_capacity_is_a_weight_and_a_cap() -> None:
    """2, 3 and 5 staff share 100 as 20, 30, 50; at 8 people each they take 16, 24 and 40."""
    by_staff = weights.capacity("staff")
    shares = allocate(two_counties(), among="units", weights=by_staff).shares()
    assert shares.to_dict() == {"p1": 20, "p2": 30, "q1": 50}
    result = allocate(
        two_counties(), among="units", weights=weights.eligible,
        caps=weights.capacity("staff", each=8), remainder="keep",
    )  # fmt: skip
    assert result.shares().to_dict() == {"p1": 16, "p2": 24, "q1": 40}
    assert result.unallocated == 20


def test_a_blend_says_the_true_influence_of_its_parts() -> None:
    """Ash has 5 of 10 by eligible and 1 of 3 equal: of its weight, 3/5 come from the first."""
    blended = weights.blend((weights.eligible, "0.5"), (weights.equal, "0.5"))
    campaign = tiny()
    table = blended.influence(campaign, campaign.leaves("counties"))
    assert table["influence"].tolist() == [0.5] * 6
    ash = table[table["unit"] == "a"].set_index("part")["share_of_unit"]
    assert ash.to_dict() == {"eligible": 0.6, "equal": 0.4}


@pytest.mark.parametrize("influence", ["0", "-0.5"])
def test_a_part_without_influence_is_refused(influence: str) -> None:
    """An influence of 0 or less is a slip, not a part."""
    with pytest.raises(DefinitionError, match="above 0"):
        weights.blend((weights.eligible, "0.5"), (weights.equal, influence))


def test_a_stretch_target_on_top_of_the_guaranteed_one() -> None:
    """With the guaranteed shares as floors nobody's stretch share is below them."""
    campaign = attrs.evolve(
        tiny(), targets=[*tiny().targets, HeadcountTarget("stretch", "Stretch", 150,
                                                          level="stretch")],
    )  # fmt: skip
    guaranteed = allocate(campaign, weights=weights.eligible)
    stretch = allocate(
        campaign, weights=weights.eligible, target="stretch", floors=guaranteed.shares()
    )
    assert guaranteed.shares().sum() == 100
    assert stretch.shares().to_dict() == {"a": 75, "b": 45, "c": 30}


def test_a_running_campaign_goes_on_from_what_is_done() -> None:
    """Ash has done 70 of its 50; the others share the other 30 as 3 : 2."""
    result = allocate(tiny(), weights=weights.eligible, floors={"a": 70, "b": 5, "c": 0})
    assert result.shares().to_dict() == {"a": 70, "b": 18, "c": 12}
    assert result.bounds()["unit"].tolist() == ["a"]


def test_a_goal_needs_to_know_who_is_covered() -> None:
    """A unit whose covered people nobody counted is named, and not taken as 0."""
    campaign = tiny().with_part(
        Unit("c", "Cedar", "county", parent="city", counts={"eligible": 200})
    )
    with pytest.raises(DefinitionError, match=r"'c' \(Cedar\).*has no figure"):
        allocate(campaign, target="coverage")
    goal = CoverageTarget("goal", "90 %", to="90%")
    assert allocate(tiny(), target=goal).shares().to_dict() == {"a": 100, "b": 60, "c": 40}


def test_fairness_names_the_least_and_the_largest_burden() -> None:
    """20, 30, 50 on 500, 300, 200 eligible are 4 %, 10 % and 25 %."""
    result = allocate(tiny(), weights=weights.eligible, pins={"a": 20, "b": 30, "c": 50})
    found = result.fairness()
    assert (found.need, found.least.unit, found.largest.unit) == ("eligible", "a", "c")
    assert (found.least.rate, found.largest.rate) == (Fraction(1, 25), Fraction(1, 4))
    # areas under the curve by hand: 0.5 x 0.2/2 + 0.3 x (0.2 + 0.5)/2 + 0.2 x (0.5 + 1)/2 = 0.305
    assert found.gini == 1 - 2 * Fraction(305, 1000)


def test_a_goal_of_a_tree_is_the_sum_of_its_leaves() -> None:
    """80 % of 1,000 + 2,000 | 2,000 with 900, 100 | 1,700 covered: 0 + 1,500 | 0, nobody less."""
    campaign = attrs.evolve(
        two_counties(),
        units=[
            Unit("p", "P", "unit"),
            Unit("q", "Q", "unit"),
            town("p1", "p", 1_000, 900),
            town("p2", "p", 2_000, 100),
            town("q1", "q", 2_000, 1_700),
        ],
    )
    goal = CoverageTarget("goal", "80 %", to="80%")
    result = allocate(campaign, among="units", target=goal)
    assert result.shares().to_dict() == {"p1": 0, "p2": 1_500, "q1": 0}
    assert result.to_frame().set_index("unit")["share"][["p", "q"]].tolist() == [1_500, 0]
    assert result.total == 1_500
    assert "→ 1,500" in result.explain("p2")


def test_a_cut_with_a_gap_between_its_tiers_is_refused() -> None:
    """A town under a county that the cut leaves out would share with its own province."""
    units = [
        Unit("x", "X", "province"),
        Unit("y", "Y", "county", parent="x"),
        Unit("z", "Z", "town", parent="y"),
    ]
    campaign = attrs.evolve(
        two_tier_free({}), units=units, breakdowns=[Breakdown("gap", "Gap", ("province", "town"))]
    )
    with pytest.raises(DefinitionError, match=r"'z'.*below 'x' by way of 'y'.*'county'"):
        allocate(campaign, among="gap", weights=weights.equal, target=1)


def test_what_is_no_weighting_is_refused_by_its_kind() -> None:
    """A list has no codes, so nobody knows whose weight is whose."""
    with pytest.raises(DefinitionError, match=r"a list.*by unit code"):
        allocate(tiny(), weights=[5, 3, 2])  # type: ignore[arg-type] # on purpose


def test_weights_beyond_64_bits_are_shared_exactly() -> None:
    """10^30 + 1 is more than 10^30, and no float says so: it has the odd person of 101."""
    campaign = two_tier_free({"x": 0, "y": 0})
    result = allocate(campaign, weights={"x": 10**30, "y": 10**30 + 1}, target=101)
    assert result.shares().to_dict() == {"x": 50, "y": 51}
    assert result.to_frame()["weight"].dtype == "Float64"


def test_a_method_that_gives_everyone_one_says_so() -> None:
    """Adams gives each of three counties one; two people are too few for that."""
    with pytest.raises(InfeasibleError, match="one each, which adams gives"):
        allocate(tiny(), weights=weights.eligible, method=apportion.adams, target=2)


def test_weights_that_are_all_zero_are_told_apart_from_full_caps() -> None:
    """Nobody has a weight: that is the reason, and not that there is no room."""
    with pytest.raises(InfeasibleError, match="no unit has a weight"):
        allocate(tiny(), weights={"a": 0, "b": 0, "c": 0})


def test_a_blend_is_told_in_millionths() -> None:
    """Ash has 5/20 + 1/6 = 0.416667 of the whole: 416,667 of 1,000,000."""
    blended = weights.blend((weights.eligible, "0.5"), (weights.equal, "0.5"))
    result = allocate(tiny(), weights=blended)
    sentence = result.explain("a")
    assert "416,667 of 1,000,000 ÷ " in sentence
    divisor = Fraction(sentence.split(" ÷ ")[1].split(" = ")[0].replace(",", ""))
    share = int(result.shares()["a"])
    assert int(Fraction(5, 12) * 10**6 / divisor + Fraction(1, 2)) == share


@pytest.mark.parametrize("name", ["floors", "caps", "pins"])
def test_no_number_is_no_bound(name: str) -> None:
    """A Decimal that is no number is named like any other bad bound."""
    with pytest.raises(DefinitionError, match=rf"{name}\['a'\]: Decimal\('NaN'\) -- a bound is"):
        allocate(tiny(), weights=weights.eligible, **{name: {"a": Decimal("NaN")}})
