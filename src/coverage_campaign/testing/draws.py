"""Campaigns, trees of units, names and weights that Hypothesis draws."""

from __future__ import annotations

import datetime as dt

import attrs
from hypothesis import strategies as st

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.groups import Channel, TargetGroup
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.reporting_rule import ReportingRule
from coverage_campaign.model.scheme import AwardBar, Scheme
from coverage_campaign.model.targets import HeadcountTarget
from coverage_campaign.model.units import Breakdown, Measure, Unit

__all__ = ["campaigns", "names", "unit_trees", "weights"]

_KINDS = ("province", "prefecture", "county")
_MOST_TIERS = len(_KINDS)
_HOSTILE = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-1+1",
    "<script>alert(1)</script>",
    "a & b <b>\"c\"</b> 'd'",
    "$x^2$ and $5",
    "\u202eexe.ytnuoc",
    "County\u3000of\tAsh\nand Birch",
    "县" * 300,
)
_LAST_START = dt.date(2025, 6, 30)
_MOST_DAYS = 180


def names() -> st.SearchStrategy[Label]:
    """Return labels of units: plain, Chinese, and hostile to sheets, pages and pictures.

    A hostile name begins with a formula, holds markup or mathematics, runs from right to left,
    breaks its line, or has 300 characters. Every one of them is text and has to stay text.
    """
    plain = st.integers(1, 999).map(lambda number: to_label(f"County {number}"))
    both = st.sampled_from(["珠晖区", "雁峰区", "石鼓区", "耒阳市"]).map(
        lambda name: Label({"en": "County", "zh-Hans": name})
    )
    return plain | both | st.sampled_from(_HOSTILE).map(to_label)


@st.composite
def unit_trees(draw: st.DrawFn, *, most_units: int = 6, tiers: int = 1) -> tuple[Unit, ...]:
    """Draw a city and the `tiers` of units below it, upper tiers first, leaves last.

    The kinds are province, prefecture and county, the last of them for the leaves. Every leaf has
    eligible and covered people, some none at all; some leaves have the same numbers; at least one
    person is uncovered. Codes are text, with zeros in front at times.
    """
    if not 1 <= tiers <= _MOST_TIERS:
        raise ValueError(f"tiers: {tiers} -- give 1 to {_MOST_TIERS}")
    pattern = draw(st.sampled_from(["u{}", "0{}"]))
    leaves = [
        Unit(pattern.format(number), draw(names()), "county", counts=draw(_counts(number == 0)))
        for number in range(draw(st.integers(1, most_units)))
    ]
    tree: list[Unit] = leaves
    below = leaves
    for tier in range(tiers - 1, 0, -1):
        kind = _KINDS[tier - 1 + _MOST_TIERS - tiers]
        choices = [f"{kind}-{number}" for number in range(min(3, len(below)))]
        parents = [draw(st.sampled_from(choices)) for _ in below]
        above = [Unit(code, draw(names()), kind) for code in choices if code in parents]
        tree = [*above, *_under(below, parents), *tree[len(below) :]]
        below = above
    top = len(below)
    city = Unit("city", {"en": "City", "zh-Hans": "全市"}, "city")
    return (city, *_under(tree[:top], ["city"] * top), *tree[top:])


def _under(units: list[Unit], parents: list[str]) -> list[Unit]:
    return [attrs.evolve(unit, parent=parent) for unit, parent in zip(units, parents, strict=True)]


@st.composite
def _counts(draw: st.DrawFn, has_room: bool) -> dict[str, int]:  # noqa: FBT001 - used once, above
    """Draw the people of a leaf; where it `has_room` at least one of them is uncovered."""
    few = st.sampled_from([0, 1, 100, 100, 1_000])
    eligible = draw(few | st.integers(0, 5_000))
    covered = draw(st.integers(0, eligible))
    return {"eligible": eligible + has_room, "covered": covered}


@st.composite
def campaigns(draw: st.DrawFn, *, most_units: int = 6, tiers: int = 1) -> Campaign:
    """Draw a campaign that can be run from end to end.

    Its units are those of `unit_trees`, beside two departments (cuts `counties` and
    `departments`). The phase `drive` lies within the year 2025 and holds two parts that may leave
    days out or share some. There are channels of every kind, reports that are due, an award bar,
    and a target that the uncovered people can meet, 0 at times.
    """
    units = draw(unit_trees(most_units=most_units, tiers=tiers))
    room = sum((unit.count("eligible") or 0) - (unit.count("covered") or 0) for unit in units)
    departments = [
        Unit("labour", "Labour", "department", parent="city"),
        Unit("schools", "Schools", "department", parent="city"),
    ]
    return Campaign(
        code="drawn",
        label={"en": "Drawn campaign", "zh-Hans": "抽取的行动"},
        year=2025,
        units=[*units, *departments],
        breakdowns=[
            Breakdown("counties", "Counties", _KINDS[_MOST_TIERS - tiers :]),
            Breakdown("departments", "Departments", "department"),
        ],
        measures=[Measure("eligible", "Eligible"), Measure("covered", "Covered")],
        eligible="eligible",
        covered="covered",
        groups=[TargetGroup("staff", "Staff"), TargetGroup("self-employed", "Self-employed")],
        channels=[
            Channel("new", "New"),
            Channel("found", "Found"),
            Channel("resumed", "Resumed", "resumption"),
            Channel("lapsed", "Lapsed", "loss"),
        ],
        targets=[HeadcountTarget("headcount", "Target", draw(st.integers(0, room)))],
        phases=draw(_drives()),
        reporting=ReportingRule(kinds="county", to="labour", due_day=5),
        scheme=Scheme("drawn", AwardBar("county")),
    )


@st.composite
def _drives(draw: st.DrawFn) -> tuple[Phase, ...]:
    """Draw a drive of 1 to 181 days with two parts, at its two ends or across each other."""
    first = draw(st.dates(dt.date(2025, 1, 1), _LAST_START))
    length = draw(st.integers(0, _MOST_DAYS))
    ends, starts = draw(st.integers(0, length)), draw(st.integers(0, length))
    day, last = dt.timedelta(days=1), first + dt.timedelta(days=length)
    return (
        Phase("drive", "Drive", first, last),
        Phase("part-1", "First part", first, first + ends * day, parent="drive"),
        Phase("part-2", "Second part", first + starts * day, last, parent="drive"),
    )


def weights(*, size: int, most: int = 1_000) -> st.SearchStrategy[list[int]]:
    """Return lists of whole weights, not all 0, in which ties and zeros are frequent.

    >>> from hypothesis import find
    >>> find(weights(size=3), lambda drawn: drawn.count(0) == 1 and len(set(drawn)) == 2)
    [0, 1, 1]
    """
    few = st.sampled_from([0, 1, 1, 2, 3, 7])
    return st.lists(few | st.integers(0, most), min_size=size, max_size=size).filter(any)
