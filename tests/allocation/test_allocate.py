import re
from fractions import Fraction
from functools import partial

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation import weights
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import DefinitionError, InfeasibleError, TieError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import HeadcountTarget
from coverage_campaign.model.units import Breakdown, Unit
from support.campaigns import tiny


def shares(campaign: Campaign, **options: object) -> dict[str, int]:
    """Return an allocation's shares as a plain mapping."""
    return allocate(campaign, **options).shares().to_dict()  # type: ignore[arg-type]


def tree(tiers: int) -> Campaign:
    """Return a chain of tiers with one unit each, as in the published example of uplift."""
    codes = [f"tier-{number}" for number in range(1, tiers + 1)]
    units = [Unit("city", "City", "city")]
    for code, parent in zip(codes, ["city", *codes], strict=False):
        units.append(Unit(code, code, "tier", parent=parent))
    return Campaign(
        code="chain",
        label="Chain",
        year=2026,
        units=units,
        breakdowns=[Breakdown("tiers", "Tiers", "tier")],
        targets=[HeadcountTarget("headcount", "Target", 76_000)],
    )


def test_shares_follow_the_eligible_population_exactly() -> None:
    """100 people among 500, 300 and 200 eligible are 50, 30 and 20."""
    assert shares(tiny(), weights=weights.eligible) == {"a": 50, "b": 30, "c": 20}


def test_every_column_of_the_contract_is_there() -> None:
    """The frame has the columns that users' code calls by name, and no total row."""
    frame = allocate(tiny(), weights=weights.eligible).to_frame()
    assert list(frame.columns) == [
        *("unit", "name", "parent", "tier", "weight", "quota"),
        *("share", "own_share", "floor", "cap", "pinned", "uplifted"),
    ]
    assert frame["unit"].tolist() == ["a", "b", "c"]
    assert frame["share"].dtype == "Int64"


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(0, 150), st.permutations(["a", "b", "c"]))
def test_row_order_of_weights_and_units_does_not_matter(total: int, order: list[str]) -> None:
    """The order in which units stand in the file changes no share."""
    campaign = tiny()
    by_code = {unit.code: unit for unit in campaign.units}
    others = [unit for unit in campaign.units if unit.code not in order]
    shuffled = attrs.evolve(campaign, units=[*others, *(by_code[code] for code in order)])
    assert shares(campaign, weights={"a": 1, "b": 1, "c": 2}, target=total) == shares(
        shuffled, weights={"c": 2, "b": 1, "a": 1}, target=total
    )


def test_a_leaf_never_gets_more_than_its_uncovered_people() -> None:
    """Cedar has 200 eligible and 140 covered: its cap is 60 even where its weight asks for more."""
    result = allocate(tiny(), weights={"a": 0, "b": 0, "c": 1}, target=60)
    assert result.shares().to_dict() == {"a": 0, "b": 0, "c": 60}
    with pytest.raises(InfeasibleError, match="61"):
        allocate(tiny(), weights={"a": 0, "b": 0, "c": 1}, target=61)


def test_a_tie_is_kept_with_who_was_tied_and_who_got_the_seat() -> None:
    """One seat between two equal departments goes to the lesser code, and the result says so."""
    result = allocate(tiny(), among="departments", weights={"labour": 1, "schools": 1}, target=1)
    (tie,) = result.ties
    assert (tie.units, tie.seats, tie.winners, tie.rule) == (
        ("labour", "schools"), 1, ("labour",), "code",
    )  # fmt: skip


def test_a_tie_can_be_refused() -> None:
    """ties='raise' leaves the decision to the authority."""
    with pytest.raises(TieError):
        allocate(
            tiny(), among="departments", weights={"labour": 1, "schools": 1}, target=1, ties="raise"
        )


def test_uplift_over_three_tiers_of_one_unit_each() -> None:
    """5 % a tier makes 79,800, 83,790 and 87,980 of 76,000 (87,979.5 rounded up)."""
    result = allocate(tree(3), among="tiers", weights={"tier-3": 1}, uplift="5%")
    assert result.totals()["uplifted"].tolist() == [79_800, 83_790, 87_980]
    assert result.totals()["share"].tolist() == [76_000, 76_000, 76_000]


def test_uplift_can_differ_by_tier() -> None:
    """A mapping names the tiers that rise; the others keep what they get."""
    result = allocate(tree(2), among="tiers", weights={"tier-2": 1}, uplift={2: Fraction(1, 10)})
    assert result.totals()["uplifted"].tolist() == [76_000, 83_600]


def test_pins_stand_and_the_others_share_the_rest() -> None:
    """Ash is pinned to 10; Birch and Cedar share 90 as 300 : 200 within their caps of 90 and 60."""
    result = allocate(tiny(), weights=weights.eligible, pins={"a": 10})
    assert result.shares().to_dict() == {"a": 10, "b": 54, "c": 36}
    assert "pinned" in result.explain("a")


def test_floors_that_overshoot_say_by_how_much() -> None:
    """Floors of 120 people against a target of 100 miss by 20."""
    with pytest.raises(InfeasibleError, match="20"):
        allocate(tiny(), weights=weights.eligible, floors={"a": 90, "b": 30})


@pytest.mark.parametrize(
    ("given_weights", "found"),
    [
        ({"labour": 1}, "missing: Schools has no weight"),
        ({"labour": 1, "schools": -2}, "-2"),
        ({"labour": 1, "schools": float("nan")}, "nan"),
        ({"labour": 1, "schools": True}, "True"),
        ({"labour": 1, "schools": float("inf")}, "inf"),
        ({"labour": 1, "schools": 1, "tax": 1}, "no such unit"),
    ],
)
def test_a_bad_weight_is_an_error_that_names_the_unit(
    given_weights: dict[str, float], found: str
) -> None:
    """A missing, negative, boolean or endless weight is refused by name, never taken as 0."""
    with pytest.raises(DefinitionError, match=re.escape(found)):
        allocate(tiny(), among="departments", weights=given_weights)


def test_a_series_with_a_missing_value_is_refused() -> None:
    """The missing value of pandas is no weight."""
    series = pd.Series({"labour": 1.0, "schools": None})
    with pytest.raises(DefinitionError, match="schools"):
        allocate(tiny(), among="departments", weights=series)


def test_without_weights_the_error_says_what_to_give() -> None:
    """Nothing is shared equally by accident."""
    with pytest.raises(DefinitionError, match="by what to share"):
        allocate(tiny())


def test_a_coverage_goal_gives_each_unit_what_brings_it_there() -> None:
    """80 % of 500, 300 and 200 less 350, 210 and 140 covered are 50, 30 and 20."""
    result = allocate(tiny(), target="coverage")
    assert result.shares().to_dict() == {"a": 50, "b": 30, "c": 20}
    assert result.total == 100


def test_declared_weights_are_marked_as_assumed() -> None:
    """What no source states is said in every result."""
    result = allocate(
        tiny(),
        among="departments",
        weights=weights.declared({"labour": 3, "schools": 1}, because="own estimate"),
    )
    assert any("own estimate" in line for line in result.basis.lines())


def test_the_explanation_can_be_redone_on_a_calculator() -> None:
    """The sentence's own division, rounded half up, gives the share."""
    result = allocate(tiny(), weights={"a": 7, "b": 5, "c": 3}, target=40, method=apportion.webster)
    for unit, share in result.shares().items():
        weight, divisor = re.search(r"([\d.,]+) ÷ ([\d.,]+)", result.explain(str(unit))).groups()  # type: ignore[union-attr]
        quotient = Fraction(weight.replace(",", "")) / Fraction(divisor.replace(",", ""))
        assert int(quotient + Fraction(1, 2)) == share


def test_taking_a_unit_out_still_adds_up() -> None:
    """Without Cedar the same target is shared by the two that are left."""
    campaign = tiny()
    smaller = attrs.evolve(campaign, units=[unit for unit in campaign.units if unit.code != "c"])
    assert sum(shares(smaller, weights=weights.eligible).values()) == 100


def test_blended_weights_have_their_stated_influence() -> None:
    """Half by eligible (5:3:2) and half equal (1:1:1) is 5/20 + 1/6 and so on, exactly."""
    blended = weights.blend((weights.eligible, "0.5"), (weights.equal, "0.5"))
    campaign = tiny()
    found = blended.of(campaign, campaign.leaves("counties"))
    assert found == {
        "a": Fraction(5, 20) + Fraction(1, 6),
        "b": Fraction(3, 20) + Fraction(1, 6),
        "c": Fraction(2, 20) + Fraction(1, 6),
    }


def test_the_lowest_coverage_rates_rise_first() -> None:
    """Adams on top of those covered is water-filling: it equals the greedy, person by person."""
    covered = {"a": 350, "b": 210, "c": 100}
    eligible = {"a": 500, "b": 300, "c": 200}
    result = allocate(
        tiny(),
        weights=weights.eligible,
        already_covered=covered,
        method=apportion.adams,
        target=100,
    )
    now = dict(covered)
    for _ in range(100):
        lowest = min(now, key=lambda code: (Fraction(now[code], eligible[code]), code))
        now[lowest] += 1
    assert result.shares().to_dict() == {code: now[code] - covered[code] for code in now}
    assert "350 are covered already" in result.explain("a")


def test_a_base_for_every_unit_comes_before_the_weights() -> None:
    """10 each and 70 by 5 : 3 : 2 are 35, 21 and 14 on top: 45, 31 and 24."""
    result = allocate(tiny(), weights=weights.eligible, base=10)
    assert result.shares().to_dict() == {"a": 45, "b": 31, "c": 24}


def test_what_no_cap_has_room_for_is_a_row_of_its_own() -> None:
    """Caps of 20 each leave 40 of 100 people unallocated, and the table still sums to 100."""
    caps = {"a": 20, "b": 20, "c": 20}
    result = allocate(tiny(), weights=weights.eligible, caps=caps, remainder="keep")
    frame = result.to_frame().set_index("unit")
    assert frame.loc["unallocated", "share"] == result.unallocated == 40
    assert frame["share"].sum() == 100
    assert result.shares().to_dict() == caps


def test_bounds_that_decide_are_listed_with_what_they_changed() -> None:
    """Ash and Birch are held at 20; without its own cap each has the 40 left over as well."""
    result = allocate(
        tiny(), weights=weights.eligible, caps={"a": 20, "b": 20, "c": 20}, remainder="keep"
    )
    table = result.bounds().set_index("unit")
    assert table["bound"].to_dict() == {"a": "cap", "b": "cap"}
    assert table["without_it"].to_dict() == {"a": 60, "b": 60}


@pytest.mark.parametrize(
    ("bound", "options"),
    [
        ("caps", {"caps": {"a": 20}}),
        ("floors", {"floors": {"c": 40}}),
        ("pins", {"pins": {"b": 5}, "floors": {"c": 30}}),
        ("caps", {"caps": {"a": 20, "b": 25}, "base": 3}),
    ],
)
def test_without_a_bound_is_what_sharing_again_gives(
    bound: str, options: dict[str, dict[str, int]]
) -> None:
    """Each `without_it`, and the sentence, are the share of an allocation without that bound."""
    result = allocate(tiny(), weights=weights.eligible, target=100, **options)  # type: ignore[arg-type] - bounds and a base
    table = result.bounds().set_index("unit")
    for unit in options[bound]:
        rest = {code: most for code, most in options[bound].items() if code != unit}
        again = shares(tiny(), weights=weights.eligible, target=100, **{**options, bound: rest})
        assert table.loc[unit, "without_it"] == again[unit]
        assert f"without it {again[unit]}" in result.explain(unit) or bound == "pins"


def test_bounds_of_units_on_two_tiers_are_taken_off_one_by_one() -> None:
    """A leaf's floor lifts its parent: without it the parent's share changes too."""
    options = {
        "weights": {"p1": 1, "p2": 1, "p3": 1, "q1": 3, "q2": 3},
        "target": 90,
        "among": "units",
    }
    result = allocate(two_tiers(), floors={"p1": 50}, **options)
    free = shares(two_tiers(), **options)
    table = result.bounds().set_index("unit")
    assert table.loc["p1", "without_it"] == free["p1"] == 10
    assert table["without_it"].isna().to_dict() == {"p": True, "p1": False}


def test_many_bounds_are_not_taken_off_one_by_one() -> None:
    """Where more than 200 bounds decide the table leaves the column open; `explain` has it."""
    units = [Unit(f"u{number:03}", "U", "unit") for number in range(300)]
    campaign = Campaign(
        code="many",
        label="Many",
        year=2026,
        units=units,
        breakdowns=[Breakdown("units", "Units", "unit")],
    )
    caps = {unit.code: 5 for unit in units[:250]}
    result = allocate(campaign, among="units", weights=weights.equal, target=3000, caps=caps)
    assert result.bounds()["without_it"].isna().all()
    assert "without it 35" in result.explain("u000")  # (3000 - 249 x 5) / 51 = 34.4, by code


def test_weights_are_offered_by_their_names() -> None:
    """Without weights those that the campaign has are named; a text that names one says how."""
    with pytest.raises(DefinitionError, match=r"cc\.weights\.eligible, cc\.weights\.by_measure"):
        allocate(attrs.evolve(tiny(), annexes=()), target=10)
    with pytest.raises(DefinitionError, match=r"did you mean 'cc\.weights\.uncovered'\?"):
        allocate(tiny(), weights="uncovered", target=10)


def two_tiers() -> Campaign:
    """Return two provinces with leaves of weights 1, 1, 1 and 3, 3."""
    units = [Unit("p", "P", "unit"), Unit("q", "Q", "unit")]
    units += [Unit(code, code, "unit", parent="p") for code in ("p1", "p2", "p3")]
    units += [Unit(code, code, "unit", parent="q") for code in ("q1", "q2")]
    return Campaign(
        code="two",
        label="Two",
        year=2026,
        units=units,
        breakdowns=[Breakdown("units", "Units", "unit")],
    )


def test_leaves_first_says_how_far_parents_drift() -> None:
    """5 people by weights 1,1,1,3,3: leaves first gives p 3 and q 2; from the top p has 2, q 3.

    By hand, priorities 2w / (2k - 1): q1 and q2 have 6, then p1, p2, p3 and the second seats of
    q1 and q2 all have 2 for three seats, which go by code. From the top q has 12, 4, 2.4, p 6, 2.
    """
    leaf_weights = {"p1": 1, "p2": 1, "p3": 1, "q1": 3, "q2": 3}
    result = allocate(two_tiers(), among="units", weights=leaf_weights, target=5, order="bottom_up")
    share = result.to_frame().set_index("unit")["share"]
    assert share["p"] == share[["p1", "p2", "p3"]].sum()
    assert share["q"] == share[["q1", "q2"]].sum()
    assert (share["p"], share["q"]) == (3, 2)
    top = allocate(two_tiers(), among="units", weights=leaf_weights, target=5)
    from_the_top = top.to_frame().set_index("unit")["share"]
    assert (from_the_top["p"], from_the_top["q"]) == (2, 3)
    assert dict(result.drift) == {"p": 1, "q": -1}
    assert len(result.ties) == 1


def test_burden_is_empty_where_nobody_counted_the_people() -> None:
    """Without figures of eligible people the burden is missing, not 0."""
    campaign = attrs.evolve(tiny(), eligible="", covered="")
    burden = allocate(campaign, weights={"a": 1, "b": 1, "c": 1}).burden()
    assert burden["eligible_rate"].isna().all()
    full = allocate(tiny(), weights=weights.eligible).burden()
    assert full["eligible_rate"].tolist() == [0.1, 0.1, 0.1]
    assert full["uncovered"].tolist() == [150, 90, 60]


def test_shares_in_proportion_have_a_gini_of_zero() -> None:
    """50, 30, 20 on 500, 300, 200 lie evenly; all on Ash (weight 5 of 10) is 1 - 1/2."""
    assert allocate(tiny(), weights=weights.eligible).gini() == 0
    uneven = allocate(tiny(), weights=weights.eligible, target=100, pins={"a": 100, "b": 0, "c": 0})
    assert uneven.gini() == Fraction(1, 2)


def test_options_of_a_method_stand_in_its_name() -> None:
    """Hamilton with another quota, given by functools.partial, is named with it."""
    droop = partial(apportion.hamilton, quota="droop", bounds="quota")
    result = allocate(tiny(), weights=weights.eligible, method=droop)
    assert "hamilton(quota=droop, bounds=quota)" in repr(result)
    assert result.shares().sum() == 100


def test_a_word_that_is_no_option_is_refused() -> None:
    """Closed options say which words there are; nothing falls back in silence."""
    with pytest.raises(DefinitionError, match="bottom_up"):
        allocate(tiny(), weights=weights.eligible, order="sideways")  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="keep"):
        allocate(tiny(), weights=weights.eligible, remainder="drop")  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="last"):
        allocate(tiny(), weights=weights.eligible, ties="lowest")  # type: ignore[arg-type]


def test_a_blend_is_said_in_the_reader_s_language() -> None:
    """The parts of a blend stand in Chinese by the names of their measures, with their shares."""
    blend = weights.blend((weights.by_measure("eligible"), "5/8"), (weights.equal, "3/8"))
    lines = allocate(tiny(), weights=blend).basis.lines("zh")
    assert any("5/8" in line and "influences" not in line for line in lines)
