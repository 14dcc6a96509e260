"""The other charts: facts of the picture, measured boxes for few units and many, hostile names."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coverage_campaign.allocation import weights
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.errors import DefinitionError
from coverage_campaign.progress.forecast.backtest import backtest
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.compare import Comparison, InputChange, compare
from coverage_campaign.scenarios.explore import explore
from coverage_campaign.scenarios.scenario import Scenario
from coverage_campaign.views import charts
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._lettering import (
    Box,
    first_clear,
    shortened,
    spread,
    width_of,
    wrapped,
)
from coverage_campaign.views.charts.fairness_chart import curves_of
from support.campaigns import tiny
from support.chart_boxes import SIZES, assert_readable, texts_of, words_of
from support.chart_subjects import channel_frame, crossed, shared, two_cuts
from support.stand_ins import HOSTILE, complete_frame, evolved, progress

LANGS = ("en", "zh", "zh-Hant")


def bars(ax: Axes) -> list[Rectangle]:
    """Return the bars of a chart."""
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


# -- bullet and multiples -------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "lang"), SIZES)
@pytest.mark.parametrize("chart", [charts.bullet, charts.multiples])
def test_units_are_readable(chart, units: int, lang: str) -> None:  # noqa: ANN001 - eleven signatures
    """No two texts overlap and none is cut, for one unit and for 122."""
    assert_readable(chart(progress(units), lang=lang))


@pytest.mark.parametrize("chart", [charts.bullet, charts.multiples])
def test_hostile_names_of_units(chart) -> None:  # noqa: ANN001 - eleven signatures
    """Names that look like mathematics, markup or code are text."""
    ax = chart(progress(len(HOSTILE), named=HOSTILE))
    assert_readable(ax)
    assert "<script>" in words_of(ax)
    assert "$x$" in words_of(ax)
    assert all(not text.get_parse_math() for text in texts_of(ax))


def test_bullet_is_as_long_as_the_rate() -> None:
    """The longest bar is 113 % and lies wholly within the scale."""
    subject = progress(12)
    ax = charts.bullet(subject)
    longest = max(bar.get_width() for bar in bars(ax))
    assert longest == pytest.approx(subject.frame["completion_rate"].max())
    assert longest > 1.1
    assert ax.get_xlim()[1] >= longest


def test_bullet_marks_each_plan_where_plans_differ() -> None:
    """One line for all only where the units share a plan to date; else a mark a unit."""
    one = charts.bullet(progress(5))
    subject = progress(5)
    planned = subject.frame["planned"].mask(subject.frame.index == 0, 10)
    frame = complete_frame(subject.frame.assign(planned=planned))
    several = charts.bullet(evolved(subject, frame=frame))
    marks = [sum(_upright(line) for line in ax.artists + ax.lines) for ax in (one, several)]
    assert marks[1] - marks[0] == 4


def _upright(line: object) -> bool:
    if not isinstance(line, mpl.lines.Line2D) or len(line.get_xdata()) != 2:
        return False
    x = line.get_xdata()
    return bool(x[0] == x[1]) and line.get_linewidth() == 1.3


def test_multiples_of_a_silent_unit_has_no_curve() -> None:
    """A unit without reports shows a dash, never a line at nought."""
    subject = progress(5)
    frame = subject.to_frame()
    frame.loc[0, ["done", "new"]] = pd.NA
    ax = charts.multiples(evolved(subject, frame=complete_frame(frame)))
    assert "\n–" in words_of(ax)
    assert_readable(ax)


# -- annex ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "lang"), SIZES)
def test_annex_is_readable(units: int, lang: str) -> None:
    """Cells, heads and margins keep apart."""
    assert_readable(charts.annex(crossed(units), lang=lang))


def test_annex_shows_every_number_and_both_margins() -> None:
    """Each cell and each total of the table stands in the picture, the whole as well."""
    table = crossed(12)
    written = words_of(charts.annex(table)).split("\n")
    for value in {*table.cells.ravel().tolist(), *table.cells.sum(axis=0).tolist()}:
        assert f"{value:,}" in written
    assert "76,000" in written


def test_annex_of_hostile_names_and_in_a_narrow_axes() -> None:
    """Hostile names are text; in a narrow Axes the heads stand upright."""
    assert_readable(charts.annex(crossed(12, named=HOSTILE)))
    figure = Figure(figsize=(7.2, 7))
    ax = charts.annex(crossed(12), ax=figure.subplots())
    assert any(text.get_rotation() == 90 for text in ax.texts)


@given(share=st.floats(0, 1))
def test_numbers_are_legible_on_every_shade(share: float) -> None:
    """The words' colour has at least 4.5 to 1 against its ground (WCAG 2.2 AA), or nearly so."""
    ground = theme.shade(share)
    ink = theme.ink_on(ground)
    light, dark = sorted((_luminance(ground), _luminance(ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) > 3.8


def _luminance(colour: str) -> float:
    """Return the relative luminance by the definition of WCAG 2.2."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in mpl.colors.to_rgb(colour)
    ]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


# -- comparison -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "lang"), SIZES[1:])
def test_comparison_is_readable(units: int, lang: str) -> None:
    """The labels on both sides keep apart however near the values lie."""
    whole = two_cuts(units)
    compared = compare(shared(whole, seed=1), shared(whole, seed=2))
    assert_readable(charts.comparison(compared, campaign=whole, lang=lang))


def test_comparison_colours_a_tenth_and_no_less() -> None:
    """100 to 110 is notable, 100 to 109 is not; 110 to 99 is."""
    ax = charts.comparison(_compared([("a", 100, 110), ("b", 100, 109), ("c", 110, 99)]))
    colours = {text.get_text().split()[0]: text.get_color() for text in ax.texts}
    assert (colours["110"], colours["109"], colours["99"]) == (
        theme.BLUE,
        theme.SECONDARY,
        theme.RED,
    )
    assert "+10%" in words_of(ax)
    assert "1 unit up by 10% or more, 1 down by 10% or more" in words_of(ax)


def test_comparison_says_when_totals_differ() -> None:
    """A change of the whole is told with its sign; without a change that is told too."""
    assert "the total changes by −11" in words_of(charts.comparison(_compared([("a", 100, 89)])))
    same = _compared([("a", 100, 90), ("b", 100, 110)])
    assert "the total is the same" in words_of(charts.comparison(same))


def test_comparison_of_nothing_and_of_one_sided_units() -> None:
    """No difference is a chart that says so; a unit of one side alone has no line."""
    assert "Nothing differs" in words_of(charts.comparison(_compared([])))
    assert_readable(charts.comparison(_compared([("new", None, 50), ("old", 70, None)])))


def _compared(rows: list[tuple[str, int | None, int | None]]) -> Comparison:
    before = pd.array([row[1] for row in rows], dtype="Int64")
    after = pd.array([row[2] for row in rows], dtype="Int64")
    frame = pd.DataFrame(
        {
            "unit": pd.array([row[0] for row in rows], dtype="str"),
            "name": pd.array([row[0] for row in rows], dtype="str"),
            "quantity": pd.array(["share"] * len(rows), dtype="str"),
            "before": before,
            "after": after,
            "change": after - before,
        }
    )
    basis = tiny().basis()
    change, nothing = InputChange("weights", "one", "two"), pd.DataFrame({"unit": []})
    return Comparison(
        campaign=tiny(),
        changes=(change,),
        frame=frame,
        turned=nothing,
        planned=nothing,
        basis=basis,
    )


# -- fairness -------------------------------------------------------------------------------------


def test_gini_of_a_known_case() -> None:
    """Two units of equal need, one of which carries all: Gini 1/2 (the area is a triangle)."""
    whole = two_cuts(2)
    codes = [unit.code for unit in whole.leaves("counties")]
    one_sided = allocate(
        whole, among="counties", weights=weights.equal, target=100, pins={codes[0]: 0}
    )
    (curve,) = curves_of({"all": one_sided}, dict.fromkeys(codes, 1)).values()
    assert curve.gini == Fraction(1, 2)
    assert curve.shares == [0.0, 0.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(units=st.integers(2, 30), seed=st.integers(0, 1000))
def test_gini_lies_between_none_and_all(units: int, seed: int) -> None:
    """Gini is 0 for shares in proportion, else below 1, and the curve stays below the diagonal."""
    whole = two_cuts(units)
    allocation = shared(whole, seed=seed)
    as_shared = {str(code): int(one) for code, one in allocation.shares().items()}
    assert curves_of({"": allocation}, as_shared)[""].gini == 0
    other = {code: place + 1 for place, code in enumerate(as_shared)}
    curve = curves_of({"": allocation}, other)[""]
    assert 0 <= curve.gini < 1
    assert all(y <= x + 1e-12 for x, y in zip(curve.need, curve.shares, strict=True))


@pytest.mark.parametrize(("units", "lang"), SIZES[1:])
def test_fairness_is_readable(units: int, lang: str) -> None:
    """Four curves with their names and coefficients keep apart."""
    whole = two_cuts(units)
    named = {f"weighting number {seed}": shared(whole, seed=seed) for seed in range(4)}
    assert_readable(charts.fairness(named, lang=lang))


def test_unit_without_need_is_left_out_and_told() -> None:
    """A missing need is not nought: the unit is left out, and the note counts it."""
    whole = two_cuts(5)
    allocation = shared(whole)
    need = dict.fromkeys(list(allocation.shares().index)[1:], 10)
    assert "1 unit without a figure of need" in words_of(charts.fairness(allocation, need=need))
    assert curves_of({"": allocation}, need)[""].left_out == 1
    with pytest.raises(DefinitionError, match="one to four"):
        charts.fairness({})


# -- bridge ---------------------------------------------------------------------------------------


def _tally(persons: dict[str, int]) -> Tally:
    whole = two_cuts(5)
    return Tally(
        campaign=whole,
        frame=channel_frame(persons, whole.units[0].code),
        as_of=None,
        by="month",
        basis=whole.basis(),
        problems=ReportProblems(),
        rows_in=len(persons),
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "persons",
    [
        {"new": 41_454, "self": 6_480, "resumed": 2_150, "lapsed": 5_230, "out": 1_890},
        {"all": 12},
        {"lapsed": 9},
        {},
    ],
)
def test_bridge_is_readable_and_ends_at_net(persons: dict[str, int], lang: str) -> None:
    """The last bar is entries and resumptions less losses; the bars before it lead there."""
    ax = charts.bridge(_tally(persons), lang=lang)
    assert_readable(ax)
    losses = persons.get("lapsed", 0) + persons.get("out", 0)
    net = sum(persons.values()) - 2 * losses
    assert bars(ax)[-1].get_height() == net
    assert sum(bar.get_height() for bar in bars(ax)[:-1]) == net


# -- sensitivity ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "lang"), SIZES[1:6])
def test_sensitivity_is_readable(units: int, lang: str) -> None:
    """Bars by unit and bars by input keep their words apart."""
    whole = two_cuts(units)
    codes = [unit.code for unit in whole.leaves("counties")]
    study = explore(
        Scenario(campaign=whole, weights=weights.equal, target=76_000),
        over={"total": [70_000, 76_000, 86_000], "uplift": [0, "0.05"]},
    )
    assert_readable(charts.sensitivity(study, lang=lang))
    assert_readable(
        charts.sensitivity(study, unit=codes[0], target=76_000 // units + 50, lang=lang)
    )


def test_sensitivity_moves_one_input_at_a_time() -> None:
    """With four equal units a total of 80 to 120 moves each from 20 to 30 around 25."""
    whole = two_cuts(4)
    study = explore(
        Scenario(campaign=whole, weights=weights.equal, target=100), over={"total": [80, 100, 120]}
    )
    ax = charts.sensitivity(study, unit=whole.units[0].code)
    assert [(bar.get_x(), bar.get_width()) for bar in bars(ax)] == [(20, 5), (25, 5)]
    assert "80  −5" in words_of(ax)
    assert "120  +5" in words_of(ax)


def test_sensitivity_of_a_frame() -> None:
    """Results of any other model are drawn from a frame; the widest bar comes first."""
    frame = pd.DataFrame(
        {
            "input": ["lapse", "pace $x$"],
            "low_value": ["14%", "−15%"],
            "high_value": ["6%", "+15%"],
            "low": [69_300, 64_200],
            "high": [76_100, 80_900],
        }
    )
    ax = charts.sensitivity(frame, base=72_600, target=76_000)
    assert_readable(ax)
    assert "It depends most on pace $x$" in words_of(ax)
    with pytest.raises(DefinitionError, match="base"):
        charts.sensitivity(frame)
    with pytest.raises(DefinitionError, match="no column high"):
        charts.sensitivity(frame.drop(columns="high"), base=1)


# -- back-test ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_back_test_is_readable_and_tells_the_errors(lang: str) -> None:
    """Names at the line ends keep apart, and the method's line has the errors of the table."""
    days = pd.date_range("2021-03-01", periods=60, freq="D")
    growth = np.outer(np.arange(60.0), [10, 12, 15]) + np.sin(np.arange(60))[:, None] * 20
    tested = backtest(pd.DataFrame(growth, index=days, columns=["a", "b", "c"]), ahead=(7, 14, 28))
    ax = charts.back_test(tested, lang=lang)
    assert_readable(ax)
    mine = next(line for line in ax.artists + ax.lines if _is_mine(line))
    assert list(mine.get_ydata()) == pytest.approx(tested.totals()["error"].tolist()[:-1])


def _is_mine(line: object) -> bool:
    return isinstance(line, mpl.lines.Line2D) and line.get_linewidth() == 2.6


# -- words and places -----------------------------------------------------------------------------

texts = st.text(
    alphabet=st.sampled_from("abcdefg hijk. 衡阳市耒县，。（）“”0123456789$_<>"), max_size=80
)


@settings(max_examples=150, deadline=None)
@given(text=texts, limit=st.floats(40, 300))
def test_wrapped_lines_fit_and_lose_nothing(text: str, limit: float) -> None:
    """No line is wider than the limit; unless one was cut, the words are all there in order."""
    lines = wrapped(text, 10.0, limit)
    assert all(width_of(line, 10.0) <= limit for line in lines)
    if not any("…" in line for line in lines):
        assert "".join("".join(lines).split()) == "".join(text.split())


@settings(max_examples=150, deadline=None)
@given(text=texts, limit=st.floats(20, 300))
def test_shortened_text_fits(text: str, limit: float) -> None:
    """A text that fits stays; one that does not is its beginning, an ellipsis and its end."""
    short = shortened(text, 9.0, limit)
    assert width_of(short, 9.0) <= limit
    head, _, tail = short.partition("…")
    assert short == text or (text.startswith(head) and text.endswith(tail))


@given(
    wanted=st.lists(st.floats(0, 100), min_size=1, max_size=12),
    size=st.floats(0.5, 8),
)
def test_spread_labels_never_overlap_and_stay_inside(wanted: list[float], size: float) -> None:
    """Neighbours are a label apart, in the order wanted, within the bounds that hold them all."""
    centres = spread(wanted, [size] * len(wanted), low=0.0, high=120.0)
    ordered = sorted(zip(wanted, centres, strict=True))
    along = sorted(centres)
    assert all(b - a >= size - 1e-6 for a, b in pairwise(along))
    assert along[0] >= size / 2 - 1e-6
    assert along[-1] <= 120 - size / 2 + 1e-6
    gaps = [b[1] - a[1] for a, b in pairwise(ordered) if b[0] > a[0]]
    assert all(gap > 0 for gap in gaps)


@given(
    start=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
    end=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
)
def test_line_meets_a_box_where_its_points_do(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    """If one of many points along a line lies well inside a box, the line meets it."""
    box = Box(-5, -5, 5, 5)
    along = np.linspace(start, end, 400)
    inside = bool((np.abs(along) < 4.9).all(axis=1).any())
    far = bool((along > 5.1).all(axis=0).any() or (along < -5.1).all(axis=0).any())
    assert box.meets(start, end) or not inside
    assert not (far and box.meets(start, end))


def test_first_clear_place_is_taken() -> None:
    """The first box that no line meets and that lies within wins; the first of all if none does."""
    boxes = [Box(0, 0, 2, 2), Box(4, 0, 6, 2), Box(0, 4, 2, 6)]
    field = Box(0, 0, 10, 10)
    assert first_clear(boxes, [[(0, 1), (10, 1)]], field) == 2
    assert first_clear(boxes, [[(1, 0), (1, 10)]], field) == 1
    assert first_clear(boxes, [[(0, 0), (10, 0), (0, 10)]], Box(0, 0, 3, 3)) == 0


@given(wanted=st.lists(st.integers(0, 11), min_size=1, max_size=6, unique=True))
def test_labels_that_do_not_touch_stay(wanted: list[int]) -> None:
    """Labels with room of their own are not moved."""
    places = [10.0 * place + 5 for place in wanted]
    assert spread(places, [10.0] * len(places), low=0.0, high=120.0) == pytest.approx(places)
