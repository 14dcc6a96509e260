"""The charts on real results, under long names and hostile labels: every stage's own class."""

from __future__ import annotations

import attrs
import pytest

from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import Measure
from coverage_campaign.progress.forecast.forecast import forecast
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.scenarios.compare import compare
from coverage_campaign.views import chart_data as tables
from coverage_campaign.views import charts
from support.chart_boxes import assert_readable, words_of
from support.chart_subjects import crossed, shared, tracked, two_cuts
from support.stand_ins import HOSTILE, campaign

LONG = tuple(
    f"新疆维吾尔自治区巴音郭楞蒙古自治州第{number}" for number in "一二三四五六七八九十百千"
)
ENGLISH = tuple(f"Bayingolin Mongol Autonomous Prefecture, part {number}" for number in range(12))


@pytest.mark.parametrize("share", [0.4, 1.0, 1.8])
@pytest.mark.parametrize("chart", ["ranking", "bullet", "burn_up", "multiples", "bridge"])
def test_charts_of_a_tracked_campaign(chart: str, share: float) -> None:
    """Whether it lags or leads, a progress that `track` made is drawn without overlaps."""
    assert_readable(getattr(charts, chart)(tracked(12, share=share), lang="zh"))


def test_burden_stands_beside_the_rank_where_it_differs() -> None:
    """Targets per 1,000 eligible people are a column if they differ, else a sentence."""
    progress = tracked(5)
    targets = dict(zip(progress.to_frame()["unit"], progress.to_frame()["target"], strict=True))
    equal, other = ({code: int(one) * k for code, one in targets.items()} for k in (10, 10))
    other[next(iter(other))] *= 2
    words = [words_of(charts.ranking(_with_eligible(progress, one))) for one in (equal, other)]
    assert "Burden of each: a target of 100 per 1,000 eligible people." in words[0]
    assert "\nBurden\n" in words[1]
    assert "\n50\n" in words[1]
    assert "Burden" not in words_of(charts.ranking(progress))


def _with_eligible(progress: Progress, eligible: dict[str, int]) -> Progress:
    whole = progress.plan.campaign
    units = tuple(
        attrs.evolve(unit, counts={"people": eligible[unit.code]})
        if unit.code in eligible
        else unit
        for unit in whole.units
    )
    counted = attrs.evolve(
        whole, units=units, measures=[Measure("people", {"en": "People"})], eligible="people"
    )
    allocation = attrs.evolve(progress.plan.allocation, campaign=counted)
    plan = attrs.evolve(progress.plan, allocation=allocation)
    return track(plan, attrs.evolve(progress.tally, campaign=counted), as_of=progress.as_of)


@pytest.mark.parametrize("share", [0.4, 1.0, 1.5])
def test_burn_up_with_a_forecast_that_was_made(share: float) -> None:
    """The fan goes on from what is done, and the headline names its end."""
    progress = tracked(5, share=share)
    predicted = forecast(progress)
    ax = charts.burn_up(progress, predicted)
    assert_readable(ax)
    assert "80% range" in words_of(ax)
    table = tables.burn_up(progress, predicted)
    assert int(table["planned"].iloc[-1]) == 76_000
    done = progress.totals()["done"].iloc[0]
    assert int(table["done"].dropna().iloc[-1]) == done
    assert table["expected"].iloc[-1] >= done


@pytest.mark.parametrize("named", [LONG, ENGLISH], ids=["chinese", "english"])
def test_long_names_keep_apart(named: tuple[str, ...]) -> None:
    """Names of twenty characters and more are cut where they must be and never overlap."""
    assert len(LONG[0]) >= 18
    progress = tracked(12, named=named)
    for chart in (charts.ranking, charts.bullet, charts.multiples):
        assert_readable(chart(progress))
    assert_readable(charts.annex(crossed(12, named=named)))
    whole = two_cuts(12, named=named)
    assert_readable(charts.comparison(compare(shared(whole, seed=1), shared(whole, seed=2))))


def test_hostile_labels_of_campaign_phases_and_channels() -> None:
    """Whatever a definition calls its parts, the charts write it as it is."""
    made = campaign()
    for names in (HOSTILE[:6], HOSTILE[5:11]):
        phases = tuple(
            attrs.evolve(phase, label=Label({"en": name}))
            for phase, name in zip(made.phases, names, strict=True)
        )
        hostile = attrs.evolve(made, label=Label({"en": names[0]}), phases=phases)
        ax = charts.calendar(hostile, as_of="2008-09-30")
        assert_readable(ax)
        assert names[2] in words_of(ax)
    tally = tracked(5).tally
    channels = tuple(
        attrs.evolve(channel, label=Label({"en": name}))
        for channel, name in zip(tally.campaign.channels, HOSTILE, strict=False)
    )
    renamed = attrs.evolve(tally, campaign=attrs.evolve(tally.campaign, channels=channels))
    assert_readable(charts.bridge(renamed))


def test_bridge_of_a_progress_ends_at_what_is_done() -> None:
    """Without losses the net is the persons done of the progress."""
    progress = tracked(12)
    table = tables.bridge(progress)
    assert int(table["persons"].sum()) == progress.totals()["done"].iloc[0]
    assert table["running"].iloc[-1] == table["persons"].sum()
