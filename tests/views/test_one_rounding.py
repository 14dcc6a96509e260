"""One quantity is printed alike wherever it is printed: rounded once, half up."""

from __future__ import annotations

import csv
import functools
import shutil
import subprocess
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.messages import message
from coverage_campaign.model.units import Unit
from support.campaigns import tiny
from support.document_readers import read_page

# What a half, almost nothing and almost all make of one digit: done of target.
ENDS = [(1, 16), (3, 80), (1999, 2000), (1, 4000), (19_999, 20_000), (57, 2000), (7, 7), (9, 8)]


@functools.cache
def progress() -> cc.Progress:
    """Return the progress of units with such rates, and of others at random."""
    draw = np.random.default_rng(20)
    targets = draw.integers(1, 3000, size=40)
    pairs = [*ENDS, *zip(draw.integers(0, targets + 1).tolist(), targets.tolist(), strict=True)]
    units = [Unit(f"u{place}", f"U{place}", "county") for place in range(len(pairs))]
    campaign = cc.vary(
        tiny(), units=[*(one for one in tiny().units if one.kind != "county"), *units]
    )
    weights = {f"u{place}": target for place, (_, target) in enumerate(pairs)}
    whole = sum(weights.values())
    plan = cc.schedule(cc.allocate(campaign, weights=weights, target=whole), over="drive")
    done = [persons for persons, _ in pairs]
    frame = pd.DataFrame({"unit": list(weights), "date": "2026-06-05", "persons": done})
    tally = cc.read_reports(frame, campaign, figures="new", by="day")
    return cc.track(plan, tally, as_of="2026-06-05")


def expected() -> dict[str, tuple[str, str]]:
    """Return how a sentence prints the rate of each unit and its distance from the plan."""
    return {
        row.label.text("en"): (
            message("{rate:percent 1}", rate=row.completion_rate).text("en"),
            message("{gap:signed 1}", gap=row.gap_points).text("en"),
        )
        for row in progress().units
    }


def pairs_of(rows: list[list[str]]) -> dict[str, tuple[str, str]]:
    """Return rate and distance by unit, from the rows of the table of the ranking."""
    head = next(row for row in rows if "Completion" in row)
    name, rate, gap = (head.index(word) for word in ("Unit", "Completion", "vs schedule (points)"))
    first = rows.index(head) + 1
    return {row[name]: (row[rate], row[gap]) for row in rows[first : first + len(expected())]}


def test_the_halves_go_up() -> None:
    """What is tested is worth it: 1 of 16 is 6.25 %, and 1,999 of 2,000 are not all."""
    rates = [expected()[f"U{place}"][0] for place in range(len(ENDS))]
    assert rates == ["6.3%", "3.8%", "99.9%", "0.0%", "99.9%", "2.9%", "100.0%", "112.5%"]


@pytest.mark.slow
def test_page_and_text_and_word_print_as_the_sentence_does(tmp_path: Path) -> None:
    """The table of the page, of Markdown and of Word has the texts of a sentence."""
    bulletin = cc.bulletin(progress(), lang="en")
    assert pairs_of(read_page(bulletin.to_html()).rows) == expected()
    lines = [line.strip("| ").split(" | ") for line in bulletin.to_markdown().splitlines()]
    assert pairs_of([line for line in lines if "---" not in line[0]]) == expected()
    word = docx.Document(str(bulletin.to_docx(tmp_path / "b.docx")))
    rows = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert pairs_of(rows) == expected()


def test_a_chart_prints_as_the_sentence_does() -> None:
    """The ranking has each rate and each distance."""
    drawn = [text.get_text() for text in cc.charts.ranking(progress(), lang="en").texts]
    for rate, gap in expected().values():
        assert rate in drawn
        assert gap in drawn


@pytest.mark.slow
@pytest.mark.real
def test_a_sheet_prints_as_the_sentence_does(tmp_path: Path) -> None:
    """LibreOffice shows in each cell what the sentence says; its minus is the hyphen."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is missing: apt-get install libreoffice-calc")
    cc.bulletin(progress(), lang="en").to_excel(tmp_path / "b.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    # The last mark says that cells are saved as they are shown.
    as_shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    command = [office, profile, "--headless", "--convert-to", as_shown, "--outdir", str(tmp_path)]
    subprocess.run(  # noqa: S603 - a program that was found, our own file
        [*command, str(tmp_path / "b.xlsx")], check=True, capture_output=True, timeout=120
    )
    with (tmp_path / "b.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    shown = {name: (rate, gap.replace("-", "−")) for name, (rate, gap) in pairs_of(rows).items()}
    assert shown == expected()
