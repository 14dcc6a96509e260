"""Ranking, burn-up and calendar: facts of the picture, measured boxes, hostile names."""

from __future__ import annotations

import datetime as dt
import re

import attrs
import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import coverage_campaign as cc
from coverage_campaign import tables
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.review.review import review
from coverage_campaign.progress.progress import Progress
from coverage_campaign.views import charts
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._ticks import runs
from coverage_campaign.views.charts._units import ends_of
from coverage_campaign.views.charts.calendar_chart import doubts_of
from support.chart_boxes import SIZES, assert_readable, texts_of, words_of
from support.stand_ins import (
    HOSTILE,
    FakeForecast,
    FakeProgress,
    campaign,
    complete_frame,
    evolved,
    progress,
)

LANGS = ("en", "zh", "zh-Hant")


def widths(ax: Axes, colour: str) -> list[float]:
    """Return the widths of the bars of a colour, from the top."""
    rgba = mpl.colors.to_rgba(colour)
    bars = [
        patch
        for patch in ax.patches
        if isinstance(patch, Rectangle) and patch.get_facecolor() == rgba
    ]
    return [bar.get_width() for bar in sorted(bars, key=Rectangle.get_y)]


@pytest.mark.parametrize(("units", "lang"), SIZES)
def test_ranking_is_readable(units: int, lang: str) -> None:
    """No two texts of a ranking overlap, none is cut, for few units and many."""
    assert_readable(charts.ranking(progress(units), previous=progress(units, seed=9), lang=lang))


def test_ranking_draws_the_rates_unclipped_in_rank_order() -> None:
    """Bars are as long as the rates of the frame, the one above 100 % too, best first."""
    subject = progress(12)
    ax = charts.ranking(subject)
    frame = subject.to_frame().sort_values("rank")
    drawn = [w for c in (theme.BLUE, theme.AMBER, theme.RED) for w in widths(ax, c)]
    total = subject.totals()["completion_rate"].iloc[0]
    assert sorted(drawn) == pytest.approx(sorted([*frame["completion_rate"], total]))
    assert max(drawn) > 1
    assert max(drawn) <= ax.get_xlim()[1]
    first = [text.get_text() for text in ax.texts if text.get_text() in set(frame["name"])]
    assert first == frame["name"].tolist()


def test_ranking_says_that_data_are_simulated_and_what_is_assumed() -> None:
    """A simulated subject is marked in both languages; a real one is not."""
    assert "simulated data" in words_of(charts.ranking(progress(5)))
    assert "模拟数据" in words_of(charts.ranking(progress(5), lang="zh"))
    real = words_of(charts.ranking(progress(5, simulated=False)))
    assert "simulated" not in real
    assert "Suggested reading" in real
    assert "weights are the census of 2010" in real


def test_units_without_a_rank_stand_last_and_missing_is_no_zero() -> None:
    """A unit that did not report has no rank, no bar and no nought."""
    subject = progress(5)
    frame = subject.to_frame()
    frame.loc[0, ["done", "new"]] = pd.NA
    frame = complete_frame(frame)
    frame.loc[0, "rank"] = pd.NA
    ax = charts.ranking(evolved(subject, frame=frame))
    names = [text.get_text() for text in ax.texts if text.get_text() in set(frame["name"])]
    assert names[-1] == frame["name"].iloc[0]
    assert "not reported" in words_of(ax)
    assert "Units with incomplete reports are not ranked." in words_of(ax)
    # four units and the total
    assert sum(len(widths(ax, c)) for c in (theme.BLUE, theme.AMBER, theme.RED)) == 5


def test_ranking_of_a_silent_campaign_is_drawn() -> None:
    """With no report at all the chart stands, without bars."""
    subject = progress(5)
    frame = subject.to_frame()
    frame[["done", "new"]] = pd.NA
    assert_readable(charts.ranking(evolved(subject, frame=complete_frame(frame))))


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_names_are_text(lang: str) -> None:
    """Names that look like mathematics, markup or code are drawn as they are, long ones cut."""
    ax = charts.ranking(progress(len(HOSTILE), named=HOSTILE), lang=lang)
    assert_readable(ax)
    written = words_of(ax)
    for name in ("$x$ and", "_hidden", "<script>", "=cmd()", "{0} {curly}", "乡乡", "two lines"):
        assert name in written
    assert all(not text.get_parse_math() for text in texts_of(ax))


@pytest.mark.parametrize(
    ("share", "lang"), [(0.3, "en"), (0.7, "zh"), (1.0, "zh-Hant"), (1.6, "en")]
)
@pytest.mark.parametrize("with_forecast", [True, False])
def test_burn_up_is_readable(*, share: float, with_forecast: bool, lang: str) -> None:
    """Labels keep apart whether the whole is far behind, on the plan or far beyond the target."""
    subject = _scaled(progress(12), share)
    done = int(subject.frame["done"].sum())
    forecast = FakeForecast(done, round(done * 1.6)) if with_forecast else None
    assert_readable(charts.burn_up(subject, forecast, lang=lang))


def test_burn_up_draws_each_period_at_its_end() -> None:
    """June is done at the end of June, and September at the last day counted."""
    ax = charts.burn_up(progress(12))
    lines = [line for line in ax.lines + ax.artists if len(line.get_xdata()) == 5]
    x = list(lines[0].get_xdata())
    assert x == [float(dt.date(2008, month, 1).toordinal()) for month in range(6, 11)]


def test_burn_up_tells_the_gap_and_the_chance() -> None:
    """The distance from the plan stands in persons; a chance is told roughly."""
    subject = _scaled(progress(12), 0.7)
    total = subject.totals()
    gap = int(total["gap_persons"].iloc[0])
    assert gap < 0
    assert f"{-gap:,} behind plan" in words_of(charts.burn_up(subject))
    forecast = FakeForecast(1, 2, chance=0.002)
    assert "chance of reaching the target below 1%" in words_of(charts.burn_up(subject, forecast))


def test_stretch_without_reports_is_dotted() -> None:
    """Where nobody reported for months the line is dotted, and the note says what that means."""
    subject = progress(5)
    assert "Dotted" not in words_of(charts.burn_up(subject))
    later = evolved(subject, as_of=dt.date(2008, 10, 31))
    assert "Dotted: no report." in words_of(charts.burn_up(later))
    assert runs([0.0, 92.0, 122.0, 152.0]) == [(slice(0, 2), True), (slice(1, 4), False)]
    assert runs([0.0, 30.0, 61.0, 92.0]) == [(slice(0, 4), False)]


def test_burn_up_without_reports_is_drawn() -> None:
    """Before the first report there is the plan, and the chart says so."""
    subject = progress(5)
    frame = subject.to_frame()
    frame[["done", "new"]] = pd.NA
    silent = evolved(subject, frame=complete_frame(frame))
    ax = charts.burn_up(silent)
    assert "No report counted yet" in words_of(ax)
    assert_readable(ax)


@pytest.mark.parametrize(
    ("as_of", "lang"),
    [
        (None, "en"),
        ("2008-03-01", "zh"),
        ("2008-06-01", "zh-Hant"),
        ("2008-09-30", "en"),
        ("2008-09-30", "zh"),
        ("2009-05-01", "en"),
    ],
)
def test_calendar_is_readable(as_of: str | None, lang: str) -> None:
    """Phases, dates and marks keep apart on every day of the campaign."""
    assert_readable(charts.calendar(campaign(), as_of=as_of, lang=lang))


def test_calendar_shows_the_days_that_the_review_doubts() -> None:
    """31 July and December are in no drive, 15 September in two, 31 March left out, and so on."""
    found = doubts_of(review(campaign()))
    assert [(one.kind, str(one.window)) for one in found] == [
        ("gap", "2008-07-31 to 2008-07-31"),
        ("overlap", "2008-09-15 to 2008-09-15"),
        ("gap", "2008-12-01 to 2008-12-31"),
        ("overlap", "2008-12-01 to 2008-12-31"),
        ("short", "2009-03-31 to 2009-03-31"),
    ]
    words = words_of(charts.calendar(campaign()))
    assert "31 Jul in no part of Special action" in words
    assert "15 Sep: overlap" in words
    assert "1–31 Dec: gap and overlap" in words


def test_calendar_of_a_mended_definition_has_no_mark() -> None:
    """A part outside its stage is marked; a calendar without a gap has nothing to check."""
    made = campaign()
    outside = made.with_part(attrs.evolve(made.phase("drive-3"), ends="2009-01-15"))
    assert "1–15 Jan: outside" in words_of(charts.calendar(outside))
    one = attrs.evolve(made, phases=made.phases[:1])
    assert "dates to check" not in words_of(charts.calendar(one))


def test_calendar_draws_both_ends_inside() -> None:
    """A bar runs from the morning of the first day to the evening of the last."""
    ax = charts.calendar(campaign())
    publicity = next(patch for patch in ax.patches if patch.get_y() < 0)
    assert publicity.get_width() == 61  # April and May


def test_unknown_language_is_an_error_with_the_way_out() -> None:
    """A language that the charts do not speak is named with those that they do."""
    with pytest.raises(DefinitionError, match="'fr' -- "):
        charts.ranking(progress(5), lang="fr")


def test_title_is_what_the_caller_says() -> None:
    """A title replaces the headline; an empty one leaves none."""
    assert "Mine $x$" in words_of(charts.ranking(progress(5), title="Mine $x$"))
    assert "behind the plan" not in words_of(charts.ranking(progress(5), title=""))
    assert_readable(charts.ranking(progress(5), title="a very long title " * 40))


def test_ax_is_used_and_no_figure_made() -> None:
    """A chart in a given Axes stays within the box of that Axes, words and all."""
    figure = Figure(figsize=(20, 9))
    boxes = figure.subplots(1, 2, gridspec_kw={"wspace": 0.02})
    before = [ax.get_position() for ax in boxes]
    assert charts.ranking(progress(12), ax=boxes[0]) is boxes[0]
    assert charts.burn_up(progress(12), ax=boxes[1]) is boxes[1]
    figure.draw_without_rendering()
    assert len(figure.axes) == 2
    for ax, box in zip(boxes, before, strict=True):
        space = box.transformed(figure.transFigure)
        for text in texts_of(ax):
            extent = text.get_window_extent()
            assert extent.x0 >= space.x0 - 2
            assert extent.x1 <= space.x1 + 2
            assert extent.y0 >= space.y0 - 2
            assert extent.y1 <= space.y1 + 2


def test_layout_engine_of_the_user_finds_the_room() -> None:
    """With constrained layout the words of neighbouring charts keep apart."""
    figure = Figure(figsize=(18, 8), layout="constrained")
    left, right = figure.subplots(1, 2)
    charts.ranking(progress(5), ax=left)
    charts.calendar(campaign(), ax=right)
    figure.draw_without_rendering()
    ends = max(text.get_window_extent().x1 for text in texts_of(left))
    begins = min(text.get_window_extent().x0 for text in texts_of(right))
    assert ends <= begins


def _scaled(subject: FakeProgress, share: float) -> FakeProgress:
    done = (subject.frame["done"] * round(share * 100)) // 100
    return evolved(subject, frame=complete_frame(subject.frame.assign(done=done)))


# -- charts in a figure of the caller's -----------------------------------------------------------


def test_a_box_that_is_too_small_is_refused_with_the_size_that_is_enough() -> None:
    """Words never run over one another in silence: an Axes of the size that is named will do."""
    figure = Figure(figsize=(12, 8))
    ax = figure.subplots(2, 2)[0, 0]
    with pytest.raises(DefinitionError, match="at least") as refused:
        charts.ranking(progress(12), ax=ax)
    wide, tall = map(
        float, re.findall(r"at least ([\d.]+) × ([\d.]+) inches", str(refused.value))[0]
    )
    enough = Figure(figsize=(wide, tall)).add_axes((0, 0, 1, 1))
    charts.ranking(progress(12), ax=enough)


def test_titles_ticks_and_legends_are_those_of_matplotlib() -> None:
    """What a user of matplotlib asks of an Axes has an answer."""
    ax = charts.burn_up(progress(12))
    assert "ahead of the plan" in ax.get_title()
    assert ax.get_yticklabels()[0].get_text() == "0"
    assert ax.get_xticklabels()[0].get_text() == "Jun\n2008"
    assert ax.get_ylabel() == "persons"
    assert [text.get_text() for text in ax.legend().get_texts()] == ["Plan", "Done"]
    ax.set_title("Mine")
    assert ax.get_title() == "Mine"


def test_a_chart_is_composed_anew_where_its_box_changes() -> None:
    """What the caller drew stays, and the words fit the new size."""
    figure = Figure(figsize=(14, 7))
    ax = charts.ranking(progress(5), ax=figure.add_subplot())
    own = ax.plot([0, 1], [0, 1])[0]
    figure.set_size_inches(11, 6)
    figure.draw_without_rendering()
    assert own in ax.lines
    assert_readable(ax)


def test_notes_can_be_left_out() -> None:
    """Without notes nothing stands below the chart, its basis neither."""
    assert "Assumed:" in words_of(charts.ranking(progress(5)))
    assert "Assumed:" not in words_of(charts.ranking(progress(5), notes=False))


def test_red_is_good_exchanges_the_colours_of_good_and_bad() -> None:
    """Bars on schedule are red, those behind are blue; colours of one's own are taken as given."""
    subject = progress(12)
    plain = charts.bullet(subject)
    exchanged = charts.bullet(subject, colours="red_is_good")
    own = charts.bullet(subject, colours=charts.Theme(good="#00695C", bad="#5D4037"))
    for colour, other, mine in (
        (theme.BLUE, theme.RED, "#00695C"),
        (theme.RED, theme.BLUE, "#5D4037"),
    ):
        assert widths(plain, colour)
        assert widths(exchanged, other) == widths(plain, colour) == widths(own, mine)


def test_a_theme_takes_colours_alone() -> None:
    """What is no colour is refused by the name of the field, and so is an unknown word."""
    with pytest.raises(DefinitionError, match="good"):
        charts.Theme(good="red")
    with pytest.raises(DefinitionError, match="colours"):
        charts.bullet(progress(5), colours="green")  # type: ignore[arg-type]


def test_completeness_counts_each_report_once() -> None:
    """Reports of June to August, due on the 5th: on time, late and missing, with the sums beside.

    Unit a: all on time; b: July late, August missing; c: nothing.
    """
    made = _reporting()
    table = tables.completeness(made)
    states = {
        (unit, period.month): status
        for unit, period, status in table[["unit", "period", "status"]].itertuples(index=False)
    }
    assert states == {
        **{("a", month): "on_time" for month in (6, 7, 8)},
        ("b", 6): "on_time",
        ("b", 7): "late",
        ("b", 8): "missing",
        **{("c", month): "missing" for month in (6, 7, 8)},
    }
    assert table["received"].sum() == 5
    ax = charts.completeness(made)
    assert ax.get_title() == "5 of 9 reports received, 4 on time"
    names = ("Ash", "Birch", "Cedar")
    assert [text.get_text() for text in ax.texts if text.get_text() in names] == [
        "Cedar",
        "Birch",
        "Ash",
    ]
    assert {"0/3", "2/3", "3/3", "5/9"} <= {text.get_text() for text in ax.texts}
    assert_readable(ax)


def test_completeness_without_a_list_of_reports_says_what_to_give() -> None:
    """A progress that was tracked without `received` cannot tell, and is no empty picture."""
    with pytest.raises(DefinitionError, match="received="):
        charts.completeness(attrs.evolve(_reporting(), received=None))


def _reporting() -> Progress:
    campaign = cc.Campaign(
        code="x",
        label="X",
        year=2026,
        units=[cc.Unit(c, n, "county") for c, n in (("a", "Ash"), ("b", "Birch"), ("c", "Cedar"))],
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        targets=[cc.HeadcountTarget("people", "people", persons=90)],
        phases=[cc.Phase("action", "Action", "06-01", "11-30")],
        reporting=cc.ReportingRule(kinds="county", due_day=5),
    )
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.equal), over="action")
    figures = pd.DataFrame({"unit": ["a", "b"], "date": ["2026-06-30"] * 2, "persons": [5, 6]})
    tally = cc.read_reports(figures, campaign, figures="new", as_of="2026-09-10")
    came = pd.DataFrame(
        [
            ("a", "2026-06", "2026-07-01"),
            ("a", "2026-07", "2026-08-05"),
            ("a", "2026-08", "2026-09-05"),
            ("b", "2026-06", "2026-07-05"),
            ("b", "2026-07", "2026-08-06"),
        ],
        columns=["unit", "period", "received_on"],
    )
    return cc.track(plan, tally, as_of="2026-08-31", received=came)


def test_of_many_units_the_ends_and_the_crossing_are_drawn() -> None:
    """Of 400 units 60 have a row; the gaps say how many are left out, and none is lost."""
    made = _of_many(400)
    rows = made.ranking
    shown = ends_of(rows)
    assert len(shown.rows) + sum(more for _, more in shown.gaps) == len(rows)
    assert shown.rows[0] == rows[0]
    assert shown.rows[-1] == rows[-1]
    between = {row.status for row in shown.rows[24:-24]}
    assert between == {"on_plan", "slightly_behind"}
    places = sorted([*shown.places, *(place for place, _ in shown.gaps)])
    assert places == [float(place) for place in range(len(places))]
    for chart in (charts.ranking, charts.bullet):
        ax = chart(made)
        more = [text for text in ax.texts if text.get_text().endswith(" more")]
        assert len(more) == len(shown.gaps)
        assert_readable(ax)
    assert charts.multiples(made).figure.get_size_inches()[1] < 20


def _of_many(units: int) -> Progress:
    codes = [f"u{place:03d}" for place in range(units)]
    campaign = cc.Campaign(
        code="x",
        label="X",
        year=2026,
        units=[cc.Unit(code, code.upper(), "county") for code in codes],
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        targets=[cc.HeadcountTarget("people", "people", persons=100 * units)],
        phases=[cc.Phase("action", "Action", "06-01", "11-30")],
    )
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.equal), over="action")
    figures = pd.DataFrame(
        {"unit": codes, "date": "2026-06-30", "persons": [place % 37 for place in range(units)]}
    )
    tally = cc.read_reports(figures, campaign, figures="new", as_of="2026-07-10")
    return cc.track(plan, tally, as_of="2026-06-30")
