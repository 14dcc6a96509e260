"""Units that open and close: who shares, on which days, and who comes after whom."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc

_WEIGHTS = {"a": 100, "b": 300, "d": 600}


def campaign(a: object = (), b: object = (), **more: object) -> cc.Campaign:
    """Return four units: Ash and Birch close on 30 June, Ash-Birch opens on the day after."""
    units = [
        cc.Unit("a", "Ash", "county", closed="2021-06-30", successors=a),  # type: ignore[arg-type]
        cc.Unit("b", "Birch", "county", closed="2021-06-30", successors=b),  # type: ignore[arg-type]
        cc.Unit("m", "Ash-Birch", "county", opened="2021-07-01"),
        cc.Unit("d", "Dell", "county"),
        cc.Unit("old", "Old", "county", closed="2020-12-31"),
    ]
    return cc.Campaign(
        code="t", label="T", year=2021, units=units,
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        phases=[cc.Phase("y", "Y", "01-01", "12-31")], **more,  # type: ignore[arg-type]
    )  # fmt: skip


def plan_of(one: cc.Campaign, **options: object) -> cc.Plan:
    """Return the plan of 1,000 people over the year."""
    made = cc.allocate(one, weights=_WEIGHTS, target=1000)
    return cc.schedule(made, over="y", **options)  # type: ignore[arg-type]


def test_who_is_open_on_the_first_day_shares() -> None:
    """The same people do not weigh twice: the union of two units has no share beside them."""
    made = cc.allocate(campaign(), weights=_WEIGHTS | {"m": 400}, target=1000)
    assert made.shares().to_dict() == {"a": 100, "b": 300, "m": 0, "d": 600}
    assert any("1 Jan 2021" in line and "Ash-Birch" in line for line in made.basis.lines())


def test_a_weight_of_a_unit_that_is_gone_is_refused() -> None:
    """Old closed before the campaign: it has no row, and a weight for it is a mistake."""
    with pytest.raises(cc.DefinitionError, match=r"weights\['old'\]: no such unit here"):
        cc.allocate(campaign(), weights=_WEIGHTS | {"old": 1}, target=1000)


def test_an_annex_may_prescribe_for_a_unit_that_opens_later() -> None:
    """What a source prescribes holds: the new unit's people are planned from its first day on."""
    annex = cc.Annex("x", "Annex", "counties", shares={"m": 400, "d": 600})
    target = cc.HeadcountTarget("p", "P", persons=1000)
    made = cc.allocate(campaign(annexes=[annex], targets=[target]))
    plan = cc.schedule(made, over="y")
    assert plan.planned_on("2021-06-30")["m"] == 0
    assert plan.planned_on("2021-12-31").to_dict() == {"a": 0, "b": 0, "m": 400, "d": 600}


def test_a_merged_unit_takes_over_what_is_planned_after_its_first_day() -> None:
    """After 181 of 365 days what is planned is the successor's; the whole's plan is as ever.

    Until then 49.6, 148.8 and 297.5 of 100, 300 and 600 people are due: 496 in all.
    """
    plan = plan_of(campaign("m", "m"))
    a, b, m, d = plan.planned_on("2021-06-30")[["a", "b", "m", "d"]]
    assert (a + b + d, m) == (496, 0)
    assert (a in (49, 50), b in (148, 149), d in (297, 298)) == (True, True, True)
    assert plan.shares().to_dict() == {"a": a, "b": b, "m": 400 - a - b, "d": 600}
    assert plan.planned_on("2021-09-30")[["a", "b"]].tolist() == [a, b]
    assert plan.planned_on("2021-09-30")["m"] in (100, 101)
    assert plan.planned_rate_on("2021-09-30")[["a", "m"]].tolist() == [1.0, 0.5]
    even = cc.schedule(cc.allocate(campaign(), weights={"a": 0, "b": 0, "d": 1}, target=1000))
    assert plan.totals()["planned_to_date"].tolist() == even.totals()["planned_to_date"].tolist()
    assert any("Ash are those of Ash-Birch" in line for line in plan.basis.lines())


def test_a_unit_without_successors_does_its_share_while_it_is_open() -> None:
    """Ash and Birch have until 30 June for all of their people."""
    plan = plan_of(campaign())
    assert plan.planned_on("2021-06-30")[["a", "b"]].tolist() == [100, 300]
    assert plan.planned_on("2021-03-31")["b"] == round(300 * Fraction(90, 181))


def test_a_split_follows_the_declared_shares() -> None:
    """Of what is planned for Ash after 30 June three parts of five are Ash-Birch's.

    Of 50.4 people of Ash that is 30.2, beside Birch's 151.2, and Dell has 20.2 more than its 600.
    """
    shares = plan_of(campaign({"m": "60%", "d": "40%"}, "m")).shares()
    assert shares.sum() == 1000
    meant = {"a": 49.6, "b": 148.8, "m": 30.2 + 151.2, "d": 620.2}
    assert all(abs(shares[code] - persons) < 1 for code, persons in meant.items())


def test_a_plan_made_anew_passes_on_what_was_not_done() -> None:
    """Ash has done 40 of its 49 or 50 when it closes: the rest is its successor's."""
    done = pd.DataFrame(
        {"unit": ["a", "b", "d"], "period": pd.Timestamp("2021-06-01"), "persons": [40, 160, 298]}
    )
    first = plan_of(campaign("m", "m")).shares()
    plan = plan_of(campaign("m", "m"), actuals=done)
    later = first["m"] + first["a"] - 40
    assert plan.shares().to_dict() == {"a": 40, "b": 160, "m": later, "d": 600}


def test_what_cannot_be_planned_is_refused() -> None:
    """People of a unit that is gone and caps beside lives are named."""
    late = cc.allocate(campaign(), weights=_WEIGHTS, target=1000)
    autumn = cc.vary(
        campaign(),
        phases=[cc.Phase("y", "Y", "01-01", "12-31"), cc.Phase("z", "Z", "09-01", "10-31")],
    )
    made = cc.allocate(autumn, weights=_WEIGHTS, target=1000)
    with pytest.raises(cc.DefinitionError, match="unit 'a': is open on no day with effort"):
        cc.schedule(made, over="z")
    with pytest.raises(cc.DefinitionError, match="units that open or close"):
        cc.schedule(late, over="y", unit_month_caps={"a": 50})


def test_a_plan_with_lives_comes_back_from_json() -> None:
    """Lives and successors are part of the plan."""
    plan = plan_of(campaign("m", "m"))
    assert cc.from_json(cc.to_json(plan)) == plan


@settings(max_examples=15)
@given(
    st.tuples(*[st.integers(0, 400)] * 3),
    st.integers(1, 11),
    st.sampled_from([None, 0, 3, 10]),
)
def test_people_are_planned_in_lives_alone_and_none_is_lost(
    persons: tuple[int, int, int], month: int, part: int | None
) -> None:
    """Running totals never fall, stay put outside lives, end at the total, and keep to the course.

    On every day each unit is within one person of its own course in fractions, and the whole within
    half. The planned rates are those of that course: what Ash and Birch leave is not rounded.
    """
    a, b, d = persons
    last = (pd.Timestamp(2021, month, 1) + pd.offsets.MonthEnd()).date()
    first = last + pd.Timedelta(days=1)
    after = {"m": Fraction(part or 0, 10), "d": 1 - Fraction(part or 0, 10)}
    after = {code: share for code, share in after.items() if share}
    units = [
        cc.Unit("a", "A", "county", closed=last, successors=() if part is None else after),
        cc.Unit("b", "B", "county", closed=last, successors=() if part is None else "m"),
        cc.Unit("m", "M", "county", opened=first),
        cc.Unit("d", "D", "county"),
    ]
    one = cc.vary(campaign(), units=units)
    made = cc.allocate(one, weights={"a": 1, "b": 1, "d": 1}, target=a + b + d,
                       pins={"a": a, "b": b, "d": d})  # fmt: skip
    plan = cc.schedule(made, over="y", by="day")
    reached = plan.to_frame().pivot_table(index="period", columns="unit", values="planned_to_date")
    reached = reached.astype("int64")
    assert (reached.diff().fillna(0) >= 0).all(axis=None)
    assert int(reached.iloc[-1].sum()) == a + b + d
    assert (reached.loc[: pd.Timestamp(last), "m"] == 0).all()
    assert reached.loc[pd.Timestamp(last) :, ["a", "b"]].nunique().max() == 1
    targets = plan.shares()
    assert reached.iloc[-1].to_dict() == targets[reached.columns].to_dict()
    cut = last.timetuple().tm_yday
    passing = Fraction(0) if part is None else Fraction(365 - cut, 365)
    from_a = a * passing
    before = {"a": a - from_a, "b": b * (1 - passing), "m": 0, "d": Fraction(d * cut, 365)}
    after_cut = {
        "a": 0, "b": 0, "m": from_a * after.get("m", 0) + b * passing,
        "d": Fraction(d * (365 - cut), 365) + from_a * after.get("d", 0),
    }  # fmt: skip
    for number, row in enumerate(reached.itertuples(index=False), 1):
        early, late = Fraction(min(number, cut), cut), Fraction(max(number - cut, 0), 365 - cut)
        meant = {code: early * before[code] + late * after_cut[code] for code in before}
        assert all(abs(getattr(row, code) - course) < 1 for code, course in meant.items())
        assert abs(sum(row) - sum(meant.values())) <= Fraction(1, 2)
    for day in (last, first, pd.Timestamp("2021-12-31").date()):
        late = Fraction(day.timetuple().tm_yday - cut, 365 - cut)
        rates = plan.planned_rate_on(day)
        for unit, course in before.items():
            if whole := course + after_cut[unit]:
                rate = (course + late * after_cut[unit]) / whole
                assert rates[unit] == pytest.approx(float(rate))
