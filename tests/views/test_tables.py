"""The tables of the charts: the same names, order and numbers."""

from __future__ import annotations

import pandas as pd

from coverage_campaign.scenarios.compare import compare
from coverage_campaign.views import chart_data as tables
from coverage_campaign.views import charts
from coverage_campaign.views.chart_data import __all__ as table_names
from support.chart_subjects import crossed, shared, two_cuts
from support.stand_ins import campaign, progress


def test_every_chart_has_a_table_of_its_name() -> None:
    """Picture and numbers share a name."""
    assert sorted(table_names) == sorted(set(charts.__all__) - {"Theme", "page"})


def test_ranking_is_in_order_and_names_are_in_the_language() -> None:
    """Ranks rise, the rise counts places, names are those of the language."""
    table = tables.ranking(progress(12), previous=progress(12, seed=9), lang="zh")
    ranks = table["rank"].tolist()
    assert ranks == sorted(ranks)
    assert int(table["rise"].sum()) == 0
    assert "耒阳市" in table["name"].tolist()
    assert set(table["status"]) <= {"已完成任务", "达到序时", "略慢", "滞后"}
    assert "rise" in tables.ranking(progress(5)).columns
    assert tables.ranking(progress(5))["rise"].isna().all()


def test_bullet_falls_by_rate() -> None:
    """The first unit has the highest rate."""
    rates = tables.bullet(progress(12))["completion_rate"].tolist()
    assert rates == sorted(rates, reverse=True)


def test_multiples_end_at_what_is_done() -> None:
    """The last value of each unit is its done of the frame."""
    subject = progress(5)
    last = tables.multiples(subject).groupby("unit")["done"].last()
    done = subject.frame.set_index("unit")["done"]
    assert last.sort_index().tolist() == done.sort_index().tolist()


def test_calendar_lists_phases_gap_and_overlaps() -> None:
    """Six phases, then gaps and overlaps of a day and of a month, and a day left out."""
    table = tables.calendar(campaign())
    assert table["kind"].tolist() == ["phase"] * 6 + [
        "gap",
        "overlap",
        "gap",
        "overlap",
        "short",
    ]
    assert table["days"].tolist()[-5:] == [1, 1, 31, 31, 1]


def test_annex_adds_up() -> None:
    """Every row and column ends in its sum."""
    table = tables.annex(crossed(12))
    assert (table.iloc[:-1, :-1].sum(axis=1) == table.iloc[:-1, -1]).all()
    assert (table.iloc[:-1].sum() == table.iloc[-1]).all()
    assert table.iloc[-1, -1] == 76_000


def test_comparison_has_rates_of_change() -> None:
    """change_rate is the change over what was before."""
    whole = two_cuts(12)
    table = tables.comparison(compare(shared(whole, seed=1), shared(whole, seed=2)))
    row = table.iloc[0]
    assert row["change_rate"] == (row["after"] - row["before"]) / row["before"]


def test_fairness_has_a_row_an_allocation() -> None:
    """Shares held against themselves have no Gini worth the name."""
    whole = two_cuts(12)
    allocation = shared(whole)
    table = tables.fairness(allocation, need=allocation.shares())
    assert table["gini"].tolist() == [0.0]
    assert table["units"].tolist() == [int((allocation.shares() > 0).sum())]
    assert isinstance(table, pd.DataFrame)
