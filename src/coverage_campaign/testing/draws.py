"""What Hypothesis draws: campaigns, trees of units, names, weights; event frames with faults."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.scheme import AwardBar, Scheme
from coverage_campaign.model.targets import Channel, HeadcountTarget, TargetGroup
from coverage_campaign.model.units import Breakdown, Measure, Unit

__all__ = ["campaigns", "events", "names", "unit_trees", "weights"]

_SECONDS = 86_400
_Row: TypeAlias = Mapping[str, Any]
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


# -- event frames ----------------------------------------------------------------------------------


@st.composite
def events(
    draw: st.DrawFn,
    campaign: Campaign,
    *,
    most: int = 40,
    glitches: bool = True,
    among: str | None = None,
) -> pd.DataFrame:
    """Draw an event frame: one row per version of a reported event, in any order.

    With `glitches` there is every fault that a tally explains: rows reported late or at no known
    time, without a record or revision, superseded, withdrawn, of a record that changed its person;
    dates, persons and units missing; units and channels that nobody knows; days outside the
    campaign; persons reported twice. Revisions may change the unit, the day or the channel; one
    revision may come twice; several rows may come in one second.

    Without `glitches` every row is one new person that counts, reported within a day of the event.
    Units are the leaves of the cut `among`, by default the campaign's first, so that a plan for
    them can be tracked.

    Columns: record, person, unit, channel, group (text), revision (Int64), reported_at and date
    (datetime64[s]).
    """
    units = [unit.code for unit in campaign.leaves(among or campaign.breakdowns[0].code)]
    one = _faulty(campaign, units, most) if glitches else _sound(campaign, units)
    size = draw(st.integers(0, most))  # a list of any size would mostly hold five
    rows = draw(st.lists(one, min_size=size, max_size=size))
    if not glitches:
        rows = [{**row, "record": turn, "person": turn} for turn, row in enumerate(rows)]
    return _frame(rows, np.datetime64(campaign.whole_window.first, "s"))


def _faulty(campaign: Campaign, units: list[str], most: int) -> st.SearchStrategy[_Row]:
    days = campaign.whole_window.days
    channels = st.sampled_from([channel.code for channel in campaign.channels])
    return st.fixed_dictionaries(
        {
            "record": _mostly(st.integers(0, max(most // 2, 1)), None),
            "revision": _mostly(st.sampled_from([0, 0, 0, 1, 2]), None),
            "filed": _mostly(st.integers(0, 200 * _SECONDS) | st.integers(0, 2), None),
            # A few persons come often, or two records of one person that both count are rare.
            "person": _mostly(st.integers(0, 3) | st.integers(0, max(most // 3, 1)), None),
            "unit": _mostly(st.sampled_from(units), "nowhere", None),
            "day": _mostly(st.integers(0, days - 1), -1, days, None),
            "channel": _mostly(channels, "withdrawn", "by-rumour", None),
            "group": _groups(campaign),
        }
    )


def _mostly(sound: st.SearchStrategy[Any], *faults: object) -> st.SearchStrategy[Any]:
    """Return a strategy with a fault in one of eight, so that enough rows are left to count."""
    return st.integers(0, 7).flatmap(lambda turn: sound if turn < 7 else st.sampled_from(faults))  # noqa: PLR2004 - one of eight


def _sound(campaign: Campaign, units: list[str]) -> st.SearchStrategy[_Row]:
    entries = [channel.code for channel in campaign.channels if channel.effect == "entry"]
    day = st.integers(0, campaign.whole_window.days - 1)
    return st.fixed_dictionaries(
        {
            "revision": st.just(0),
            "day": day,
            "filed": st.integers(0, _SECONDS),
            "unit": st.sampled_from(units),
            "channel": st.sampled_from(entries),
            "group": _groups(campaign),
        }
    ).map(_filed_after_the_day)


def _filed_after_the_day(row: _Row) -> _Row:
    return {**row, "filed": row["day"] * _SECONDS + row["filed"]}


def _groups(campaign: Campaign) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *(group.code for group in campaign.groups)])


def _frame(rows: Sequence[_Row], start: np.datetime64) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record": _texts(rows, "record", "r"),
            "revision": pd.Series([row["revision"] for row in rows], dtype="Int64"),
            "reported_at": pd.Series(start + _spans(rows, "filed", "s")),
            "person": _texts(rows, "person", "p"),
            "unit": _texts(rows, "unit"),
            "date": pd.Series(start + _spans(rows, "day", "D")),
            "channel": _texts(rows, "channel"),
            "group": _texts(rows, "group"),
        }
    )


def _spans(rows: Sequence[_Row], name: str, unit: Literal["s", "D"]) -> NDArray[np.timedelta64]:
    values = ["NaT" if row[name] is None else row[name] for row in rows]
    return np.array(values, dtype=f"timedelta64[{unit}]")


def _texts(rows: Sequence[_Row], name: str, mark: str = "") -> "pd.Series[str]":
    values = [None if row[name] is None else f"{mark}{row[name]}" for row in rows]
    return pd.Series(values, dtype="str")
