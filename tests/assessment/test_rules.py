"""Rules as values: what they give, how they read, and the laws that they keep."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.assessment import rules
from coverage_campaign.assessment.rationals import Rationals, rounded_percent
from coverage_campaign.assessment.rules.band import Band, Bands
from coverage_campaign.assessment.rules.rule import Measured, Reach, ScoringRule, turns
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.scheme import Item, Partial, Rule, Scheme, falling_items
from support.rule_oracle import plain_points


@pytest.mark.parametrize(
    ("rule", "rate", "expected"),
    [
        (rules.per_point("0.1"), "100%", "10"),
        (rules.per_point("0.1"), "99.996%", "9.9996"),
        (rules.per_point("0.1", above="60%"), "50%", "0"),
        (rules.per_point("0.1", above="60%"), "72.5%", "1.25"),
        (rules.per_point("0.1", partial="whole_steps"), "72.9%", "7.2"),
        (rules.step("1.2", loses="0.1", per="5%", partial="whole_steps"), "95.1%", "1.2"),
        (rules.step("1.2", loses="0.1", per="5%", partial="whole_steps"), "95%", "1.1"),
        (rules.step("1.2", loses="0.1", per="5%", partial="prorated"), "97%", "1.14"),
        (rules.step("1.2", loses="0.1", per="5%", partial="prorated"), "0%", "0"),
        (rules.step("1.2", loses="0.5", per="5%", least=-1, partial="prorated"), "0%", "-1"),
        (rules.step(loses="0.1", per="5%", least=-1, partial="prorated"), "90%", "-0.2"),
        (rules.all_or_nothing("0.3"), "99.999%", "0"),
        (rules.all_or_nothing("0.3"), "100%", "0.3"),
        (rules.bonus(2, per="5%", partial="prorated"), "110%", "4"),
        (rules.bonus(2, per="5%", most=3, partial="prorated"), "110%", "3"),
        (rules.bonus(2, per="5%", partial="whole_steps"), "109.9%", "2"),
        (rules.bonus(2, per="5%", partial="prorated"), "99%", "0"),
        (rules.band((None, 1), ("60%", 2)), "59.999%", "1"),
        (rules.band((None, 1), ("60%", 2)), "60%", "2"),
        (rules.band(("60%", 2)), "59%", "0"),
        (rules.band((None, 1), Band("60%", 2, included=False)), "60%", "1"),
        (rules.capped(rules.per_point("0.4"), most=30), "100%", "30"),
        (rules.capped(rules.per_point("0.4"), least=5), "1%", "5"),
        (rules.total(rules.per_point("0.1"), rules.all_or_nothing(2)), "100%", "12"),
    ],
)
def test_points(rule: Rule, rate: str, expected: str) -> None:
    """Each rule gives exactly what its sentence says, on both sides of its bounds."""
    assert rules.points(rule, rate) == Fraction(expected)


@pytest.mark.parametrize(
    ("rule", "done", "expected"),
    [
        (rules.per_person(30), 100, 3000),
        (rules.per_person(30), 99, 0),
        (rules.per_person(30, of="up_to_target"), 120, 3000),
        (rules.per_person(50, of="beyond_target"), 120, 1000),
        (rules.per_person(50, goal=0), 7, 350),
        (rules.band(("60%", "0.6"), each="person"), 60, 36),
    ],
)
def test_rules_by_the_person(rule: Rule, done: int, expected: int) -> None:
    """Money by the person, for a target of 100."""
    assert rules.points(rule, Fraction(done, 100), done=done, target=100) == expected


def test_rules_by_the_person_need_persons() -> None:
    """A rate alone is not enough for a rule by the person."""
    with pytest.raises(DefinitionError, match="needs the persons"):
        rules.points(rules.per_person(30), "100%")


def test_open_steps_must_be_chosen() -> None:
    """A step whose proration is open gives no points until it is chosen."""
    step = rules.step("1.2", loses="0.1", per="5%")
    with pytest.raises(DefinitionError, match="prorated"):
        rules.points(step, "97%")
    assert rules.points(step, "97%", partial="whole_steps") == Fraction("1.2")


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        (
            rules.per_point("0.1"),
            "0.1 points for each percentage point.",
            "每完成1个百分点得0.1分。",
        ),
        (
            rules.per_point("0.1", above="60%", partial="whole_steps"),
            "0.1 points for each percentage point above 60% (whole steps only).",
            "超过60%后，每完成1个百分点得0.1分（不足一档不计）。",
        ),
        (
            rules.step("1.2", loses="0.1", per="5%", goal="80%", partial="prorated"),
            (
                "1.2 points from 80% on; 0.1 less for each 5 percentage points short (pro rata), "
                "never below 0."
            ),
            "达到80%得1.2分；每低5个百分点扣0.1分（按比例），最低0分。",
        ),
        (
            rules.all_or_nothing("0.3"),
            "0.3 points from 100% on, else none.",
            "达到100%得0.3分，否则不得分。",
        ),
        (
            rules.band((None, 0), ("60%", 2), Band("80%", 3, included=False)),
            "Below 60%: 0 points; from 60% and up to 80%: 2 points; above 80%: 3 points.",
            "60%（不含）以下：0分；60%（含）以上、80%（含）以下：2分；80%（不含）以上：3分。",
        ),
        (
            rules.bonus("0.5", per="10%", most=2, partial="prorated"),
            "0.5 points more for each 10 percentage points beyond 100% (pro rata), at most 2.",
            "超过100%后每10个百分点加0.5分（按比例），最多2分。",
        ),
        (
            rules.capped(rules.per_point("0.4"), most=40, least=1),
            "0.4 points for each percentage point, at most 40, at least 1.",
            "每完成1个百分点得0.4分，最多40分，最低1分。",
        ),
        (
            rules.total(rules.all_or_nothing(1), rules.per_point(2)),
            "1 point from 100% on, else none; plus 2 points for each percentage point.",
            "达到100%得1分，否则不得分；另加：每完成1个百分点得2分。",
        ),
        (
            rules.veto("v", {"en": "pensions on time", "zh-Hans": "按时发放率"}),
            "Veto: below 100% in pensions on time.",
            "按时发放率未达到100%的，一票否决。",
        ),
    ],
)
def test_sentences(rule: Rule, english: str, chinese: str) -> None:
    """Every kind of rule reads as a sentence in both languages."""
    assert rules.sentence(rule) == english
    assert rules.sentence(rule, lang="zh") == chinese


def test_sentences_in_money() -> None:
    """The same rule reads in yuan where it gives money."""
    rule = rules.per_person(50, of="beyond_target")
    assert rules.sentence(rule, unit="yuan") == (
        "50 yuan for each person beyond the target from 100% on."
    )
    assert rules.sentence(rule, lang="zh", unit="yuan") == ("达到100%的，超出目标任务每人50元。")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: rules.per_point(0.1), "0.1: give a whole|decimal text"),
        (lambda: rules.per_point("a lot"), "decimal text"),
        (lambda: rules.per_point(Fraction(1, 3)), "decimal text"),
        (lambda: rules.per_point(True), "decimal text"),  # noqa: FBT003 - the mistake under test
        (lambda: rules.per_point("inf"), "decimal text"),
        (lambda: rules.step(1, loses="0.1", per=0), "above 0"),
        (lambda: rules.band(("80%", 2), ("60%", 1)), "rising order"),
        (lambda: rules.band(("60%", 2), ("60%", 1)), "rising order"),
        (lambda: rules.band(("60%", 2), (None, 1)), "rising order"),
        (lambda: Bands([]), "at least one band"),
        (rules.total, "at least one rule"),
        (lambda: rules.step(loses="0.1", per="5%"), "below what the goal gives"),
        (lambda: rules.capped(rules.per_point(1), most=1, least=2), "below the most"),
    ],
)
def test_mistakes_are_refused(make: object, words: str) -> None:
    """A rule that cannot be meant is refused where it is made, with the way out."""
    with pytest.raises(DefinitionError, match=words):
        make()  # type: ignore[operator] - each case is a function


def turning(rule: ScoringRule, most: int = 3) -> list[tuple[Fraction, bool]]:
    """Return the thresholds of a rule up to a rate, and whether each is inside."""
    found = turns(rule, Reach(most=Fraction(most)), ("prorated", "whole_steps"))
    return [(threshold.rate, threshold.included) for threshold in found]


def test_thresholds_of_a_sum_are_those_of_its_parts() -> None:
    """The rates at which a rule turns, each once."""
    rule = rules.total(
        rules.band((None, 0), ("60%", 1), Band("80%", 2, included=False)),
        rules.capped(rules.all_or_nothing(1), most=1),
        rules.per_point("0.1"),
    )
    assert turning(rule) == [(Fraction(3, 5), True), (Fraction(4, 5), False), (Fraction(1), True)]


def test_a_bound_is_a_threshold_where_it_is_met() -> None:
    """0.5 a point reaches 40 at 80 % and leaves 5 above 10 %; steps beyond the cap are none."""
    rule = rules.capped(rules.per_point("0.5"), most=40, least=5)
    assert turning(rule) == [(Fraction(1, 10), False), (Fraction(4, 5), True)]
    whole = rules.capped(rules.bonus(2, per="10%", partial="whole_steps"), most=5)
    assert turning(whole) == [(1 + Fraction(n, 10), True) for n in (1, 2, 3)]
    assert turning(rules.capped(rules.all_or_nothing(9), most=0)) == []


def test_whole_steps_are_thresholds_each() -> None:
    """10 points less 1 for each whole 5 %: ten steps, each won just above its rate."""
    step = rules.step(10, loses=1, per="5%", partial="whole_steps")
    assert turning(step) == [(Fraction(n, 20), False) for n in range(10, 20)]
    bonus = rules.bonus("0.5", per="10%", most=2, partial="whole_steps")
    assert turning(bonus) == [(1 + Fraction(n, 10), True) for n in range(1, 5)]
    point = rules.per_point(1, above="98%", partial="whole_steps")
    assert turning(point, 1) == [(Fraction(99, 100), True), (Fraction(1), True)]
    prorated = rules.step(10, loses=1, per="5%", partial="prorated")
    assert turning(prorated) == [(Fraction(1, 2), False), (Fraction(1), True)]


def test_falling_rules_are_found() -> None:
    """A scheme in which more people can mean fewer points says so."""
    falling = [
        rules.per_point(-1),
        rules.step(1, loses=-1, per="5%"),
        rules.band((None, 5), ("100%", 3)),
        rules.band(("50%", -1)),
        rules.band((None, -1), each="person"),
        rules.all_or_nothing(-1),
        rules.bonus(-1),
        rules.per_person(-1),
        rules.capped(rules.per_point(-1), most=3),
        rules.total(rules.per_point(1), rules.per_point(-2)),
    ]
    items = [Item(str(number), "Item", rule) for number, rule in enumerate(falling)]
    items.append(Item("sound", "Item", rules.per_point(1)))
    assert falling_items(Scheme("s", items=items, full=None)) == tuple(map(str, range(10)))


_AMOUNTS = st.decimals(0, 100, places=2).map(abs)
_RATES = st.fractions(0, 3, max_denominator=10_000)
_BOUNDS = st.lists(_RATES, min_size=1, max_size=4, unique=True).map(sorted)
_PARTIALS = st.sampled_from(["prorated", "whole_steps"])


@st.composite
def _bands(draw: st.DrawFn) -> Bands:
    bounds = draw(_BOUNDS)
    amounts = sorted(draw(st.lists(_AMOUNTS, min_size=len(bounds), max_size=len(bounds))))
    included = draw(st.lists(st.booleans(), min_size=len(bounds), max_size=len(bounds)))
    return Bands([Band(*one) for one in zip(bounds, amounts, included, strict=True)])


_LEAVES = st.one_of(
    st.builds(rules.per_point, _AMOUNTS, above=_RATES, partial=_PARTIALS),
    st.builds(
        rules.step,
        _AMOUNTS.filter(bool),
        loses=_AMOUNTS,
        per=st.fractions("0.001", 1),
        goal=_RATES,
        partial=_PARTIALS,
    ),
    _bands(),
    st.builds(rules.all_or_nothing, _AMOUNTS, goal=_RATES),
    st.builds(rules.bonus, _AMOUNTS, beyond=_RATES, most=st.none() | _AMOUNTS, partial=_PARTIALS),
)
_RULES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.builds(rules.capped, inner, most=_AMOUNTS)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: rules.total(*parts))
    ),
    max_leaves=4,
)


@settings(max_examples=50, deadline=None)
@given(rule=_RULES, rate=_RATES, more=_RATES)
def test_rising_rules_rise(rule: Rule, rate: Fraction, more: Fraction) -> None:
    """Law: whatever `falling_items` lets pass never takes points from a higher rate."""
    assert falling_items(Scheme("s", items=[Item("i", "I", rule)], full=None)) == ()
    low = rules.points(rule, rate, partial="prorated")
    assert rules.points(rule, rate + more, partial="prorated") >= low


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(rule=_RULES, rate=_RATES, partial=_PARTIALS)
def test_a_cap_holds_and_changes_nothing_below(
    rule: Rule, rate: Fraction, partial: Partial
) -> None:
    """Law: a capped rule gives the lesser of the cap and what the rule gives; all of it is told."""
    free = rules.points(rule, rate, partial=partial)
    capped = rules.capped(rule, most=20)
    assert rules.points(capped, rate, partial=partial) == min(free, 20)
    assert rules.sentence(capped) == f"{rules.sentence(rule)[:-1]}, at most 20."
    assert (
        rules.sentence(capped, lang="zh") == f"{rules.sentence(rule, lang='zh')[:-1]}，最多20分。"
    )


@given(amount=_AMOUNTS, rate=_RATES)
def test_bands_are_one_step_each(amount: Decimal, rate: Fraction) -> None:
    """Law: all or nothing is the band from its goal on."""
    one = rules.points(rules.all_or_nothing(amount, goal=rate), rate)
    assert one == rules.points(rules.band((rate, amount)), rate) == Fraction(amount)


@settings(max_examples=60, deadline=None)
@given(
    rule=_RULES,
    rates=st.lists(st.lists(_RATES, min_size=3, max_size=3), min_size=1, max_size=3),
    partial=_PARTIALS,
)
def test_arrays_give_what_fractions_give(
    rule: ScoringRule, rates: list[list[Fraction]], partial: Partial
) -> None:
    """Law: the amounts of a table of rates are those of a plain reckoning, one by one."""
    top = np.array([[rate.numerator for rate in row] for row in rates])
    bottom = np.array([[rate.denominator for rate in row] for row in rates])
    amounts = rule.amounts(Measured(rates=Rationals(top, bottom)), partial=partial)
    for row, own in enumerate(rates):
        for place, rate in enumerate(own):
            assert amounts[row, place] == plain_points(rule, rate, partial=partial)


_JUMPS = st.one_of(
    st.builds(
        rules.step,
        st.integers(1, 10),
        loses=st.integers(1, 4),
        per=st.sampled_from(["3%", "5%", "1/7"]),
        goal=st.sampled_from(["80%", "100%", "7/9"]),
        partial=st.just("whole_steps"),
    ),
    st.builds(
        rules.bonus,
        st.integers(1, 4),
        per=st.sampled_from(["3%", "10%"]),
        most=st.none() | st.integers(1, 9),
        partial=st.just("whole_steps"),
    ),
    st.builds(rules.per_point, st.integers(1, 3), above=_RATES, partial=st.just("whole_steps")),
    _bands(),
    st.builds(rules.all_or_nothing, st.integers(1, 9), goal=_RATES),
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(rule=_JUMPS | st.builds(rules.total, _JUMPS, _JUMPS), target=st.integers(1, 60))
def test_points_jump_at_thresholds_alone(rule: ScoringRule, target: int) -> None:
    """Law: where one person more changes the points, a threshold lies between the two rates."""
    found = turning(rule)
    before = rules.points(rule, Fraction(0))
    for done in range(1, 3 * target + 1):
        now, rate, last = (
            rules.points(rule, Fraction(done, target)),
            Fraction(done, target),
            Fraction(done - 1, target),
        )
        crossed = any(
            last < limit <= rate if inside else last <= limit < rate for limit, inside in found
        )
        assert now == before or crossed
        before = now


def tenth(rate: Fraction) -> Fraction:
    """Give a tenth of the rate."""
    return rate / 10


def test_a_plain_function_is_a_rule() -> None:
    """It is called with the exact rate, alone and inside other rules, and has its name as text."""
    assert rules.points(tenth, "50%") == Fraction(1, 20)
    assert rules.points(rules.capped(tenth, most="0.01"), "50%") == Fraction(1, 100)
    assert rules.points(rules.total(tenth, rules.all_or_nothing(1)), "100%") == Fraction(11, 10)
    assert rules.points(lambda rate: 0.25 if rate else 1, "50%") == Fraction(1, 4)
    assert "tenth" in rules.sentence(tenth)


@pytest.mark.parametrize("given", [float("nan"), float("inf"), None, "3", True, [1]])
def test_a_function_that_gives_no_number_says_so(given: object) -> None:
    """NaN, text, nothing: the error names the function, what it gave and for which rate."""

    def odd(rate: Fraction) -> object:
        del rate
        return given

    with pytest.raises(DefinitionError, match=r"rule odd.*for the rate 1/2.*finite number"):
        rules.points(odd, "50%")  # type: ignore[arg-type] - the mistake under test


def test_what_is_no_rule_is_refused() -> None:
    """A number, a text or a class is no rule of an item."""
    for wrong in (5, "0.1", Fraction):
        with pytest.raises(DefinitionError, match=r"rule of cc\.rules"):
            rules.item("x", "X", wrong)  # type: ignore[arg-type] - the mistake under test


def test_every_rule_has_a_file_and_a_key_of_its_own() -> None:
    """Each rule of the list is named by a field that no other has, and no file is left out."""
    fields = [{field.name for field in attrs.fields(rule)} for rule in rules.RULES]
    assert all(own - set().union(*(o for o in fields if o is not own)) for own in fields)
    folder = Path(rules.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "rule"}
    assert files == {rule.__module__.rpartition(".")[2] for rule in rules.RULES}


def test_rules_on_counts_speak_of_cases() -> None:
    """A count of misses is no percentage, in either language."""
    falling = rules.band((0, 10), (1, 5), (2, 0))
    assert rules.sentence(falling, of="missed_milestones").startswith(
        "From 0 cases and below 1 case: 10 points"
    )
    assert "%" not in rules.sentence(falling, lang="zh", of="late_reports")
    assert "0次" in rules.sentence(falling, lang="zh", of="late_reports")
    assert "%" not in rules.sentence(rules.all_or_nothing(3), of="late_reports")
    assert "%" not in rules.sentence(
        rules.step(5, loses=1, per=1, partial="whole_steps"), of="missing_reports"
    )


def test_a_rate_reads_as_documents_print_it_and_never_as_a_goal_that_it_misses() -> None:
    """One decimal, half up; full is only what is full, and what is just short of a goal is told."""
    assert rounded_percent(Fraction(11_020, 106_900)) == "10.3%"
    assert rounded_percent(Fraction("0.3885")) == "38.9%"
    assert rounded_percent(Fraction(29_999, 30_000)) == "99.9%"
    assert rounded_percent(Fraction(979_999, 1_000_000), goal=Fraction("0.98")) == "97.9999%"


def test_points_less_some_for_each_case_read_as_such() -> None:
    """All the points from 0 cases on are what a unit begins with; a bound of the loss is a least.

    20 points, and -10 for each case of which at most 15 are lost, are never below 5.
    """
    begin, off = rules.all_or_nothing(20, goal=0), rules.per_case(-10)
    missed = "missed_milestones"
    kept = rules.capped(rules.total(begin, off), least=0)
    assert rules.sentence(kept, of=missed) == "20 points, less 10 for each case, at least 0."
    assert rules.sentence(kept, lang="zh", of=missed) == "基础分20分，每次扣10分，最低0分。"
    assert rules.sentence(rules.total(off, begin), lang="zh") == "基础分20分，每次扣10分。"
    bound = rules.total(begin, rules.per_case(-10, least=-15))
    assert rules.sentence(bound, of=missed) == "20 points, less 10 for each case, at least 5."
    paid = rules.sentence(kept, unit="yuan", lang="zh", of=missed)
    assert paid == "基数20元，每次扣10元，最低0元。"
