"""What a user can get wrong is said in Chinese too, with the fix, and without English words.

Allowed are codes: the place (names of parameters, keys, cells), what stands in quotation marks,
calls and keys of files in the advice, and names of formats.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.errors import CampaignError

LATIN = re.compile(r"[A-Za-z][A-Za-z_-]+")
CODES = re.compile(
    r"'[^']*'|\"[^\"]*\""  # what was found, as it was written
    r"|[\w.-]+\([^)]*\)?|[\w.-]+=[\w.'\"…]*"  # calls, parameters and keys with their values
    r"|\w+ = \d+|GB 18030|\(\w+\)|（[a-z]+）"
    r"|cc\.[\w.]+|\w+(?:[._]\w+)+|\.\w+|#RRGGBB|YYYY-MM-DD|YYYY-MM|MM-DD|[A-Z]{2,4}(?:-8)?\b",
    re.ASCII,
)
FORMATS = {
    *("None", "True", "False", "Parquet", "Python", "Series", "date", "datetime", "Int"),
    *("schedule", "among", "by", "key", "value", "received_on", "indicator", "count", "record"),
    *("parent", "en", "zh", "zh-Hans", "zh-Hant", "headcount", "coverage", "money", "drive", "new"),
}
"""Formats, kinds of values, columns of frames and codes that advice lists."""


@functools.cache
def names() -> frozenset[str]:
    """Return the names of the public surface: classes, functions, fields and parameters."""
    found = {*FORMATS, *dir(cc)}
    for name in dir(cc):
        value = getattr(cc, name)
        if attrs.has(value):
            found |= {one.alias or one.name for one in attrs.fields(value)}
        elif inspect.isfunction(value):
            found |= {*inspect.signature(value).parameters}
    return frozenset(found)


CAMPAIGN = """
schema = 1
code = "spring"
year = 2024
label = "Spring"
[[units]]
code = "330100"
kind = "city"
label = "Hill"
[[units]]
code = "330104"
kind = "county"
label = "Dale"
parent = "330100"
counts = { adults = 500 }
[[measures]]
code = "adults"
label = "Adults"
[[breakdowns]]
code = "counties"
kinds = ["county"]
label = "Counties"
[[targets]]
kind = "headcount"
code = "people"
label = "People"
persons = 90
[[phases]]
code = "drive"
label = "Drive"
starts = "03-01"
ends = "05-31"
"""


@functools.cache
def made() -> dict[str, Any]:
    """Return a campaign and one result of each stage."""
    campaign = cc.load_case("hengyang", year=2008)
    weights = cc.weights.by_measure("census_2000")
    allocation = cc.allocate(campaign, weights=weights)
    plan = cc.schedule(allocation, over="special-action")
    simulated = cc.simulate(plan, seed=1)
    tally = cc.tally(simulated.events, campaign, as_of="2008-10-12", simulated=True)
    progress = cc.track(plan, tally, as_of="2008-09-30")
    scenario = cc.Scenario(campaign=campaign, weights=weights, over="special-action")
    return {
        "campaign": campaign,
        "weights": weights,
        "allocation": allocation,
        "plan": plan,
        "tally": tally,
        "progress": progress,
        "scenario": scenario,
        "events": simulated.events,
    }


def _file(folder: Path, old: str, new: str) -> Path:
    """Return the file of a sound campaign with one thing changed."""
    assert old in CAMPAIGN
    path = folder / "spring.toml"
    path.write_text(CAMPAIGN.replace(old, new, 1), encoding="utf-8")
    return path


def _named(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _sums() -> pd.DataFrame:
    return _sheet().rename(columns={"新增参保": "累计参保"})


def _sheet(**changes: object) -> pd.DataFrame:
    return pd.DataFrame({"单位": ["珠晖区"], "月份": ["2008-07"], "新增参保": [12]} | changes)


MONTHS = [f"2008-{month:02d}" for month in range(6, 13)]
FILES: dict[str, tuple[str, str]] = {
    "a count below 0": ("adults = 500", "adults = -5"),
    "a text as a count": ("adults = 500", 'adults = "many"'),
    "a year of three digits": ("year = 2024", "year = 202"),
    "another schema": ("schema = 1", "schema = 9"),
    "no schema": ("schema = 1", ""),
    "an unknown key": ('label = "Hill"', 'lable = "Hill"'),
    "a parent that is not there": ('parent = "330100"', 'parent = "330999"'),
    "a unit twice": ('code = "330104"', 'code = "330100"'),
    "an empty code": ('code = "330104"', 'code = ""'),
    "a target without kind": ('kind = "headcount"', ""),
    "a target of another kind": ('kind = "headcount"', 'kind = "headcont"'),
    "persons in quotes": ("persons = 90", 'persons = "90 people"'),
    "persons below 0": ("persons = 90", "persons = -90"),
    "a day that is none": ('starts = "03-01"', 'starts = "02-30"'),
    "a day in words": ('starts = "03-01"', 'starts = "first of March"'),
    "an end before the start": ('ends = "05-31"', "ends = 2024-02-01"),
    "broken TOML": ("year = 2024", "year = = 2024"),
    "quotes not closed": ('label = "Hill"', 'label = "Hill'),
    "a key twice": ("year = 2024", "year = 2024\nyear = 2025"),
    "a list as text": ('kinds = ["county"]', "kinds = 5"),
    "a label as number": ('label = "Hill"', "label = 5"),
    "no year": ("year = 2024", ""),
    "a table as text": ("counts = { adults = 500 }", 'counts = "adults"'),
    "an unknown section": ("[[phases]]", "[[fases]]"),
}

PATHS: dict[str, Callable[[Path], object]] = {
    "no such file": lambda folder: cc.load_campaign(folder / "none.toml"),
    "another ending": lambda folder: cc.load_campaign(_named(folder, "a.doc", b"x")),
    "a file without ending": lambda folder: cc.load_campaign(_named(folder, "a", b"x")),
    "no text": lambda folder: cc.load_campaign(_named(folder, "a.toml", b"\xff\xfe\xff")),
    "broken JSON": lambda folder: cc.load_campaign(_named(folder, "a.json", b"{")),
    "a workbook that is none": lambda folder: cc.load_campaign(_named(folder, "a.xlsx", b"PK")),
    "a form without .xlsx": lambda folder: cc.campaign_form(folder / "form.txt"),
    "a report form without .xlsx": lambda folder: cc.report_form(made()["plan"], folder / "f.csv"),
    "a report form of no unit": lambda folder: cc.report_form(
        made()["plan"], folder / "f.xlsx", units=["999999"]
    ),
    "a report form of another month": lambda folder: cc.report_form(
        made()["plan"], folder / "f.xlsx", period="2011-01"
    ),
    "no report": lambda folder: cc.read_reports(
        folder / "none.xlsx", made()["campaign"], figures="new"
    ),
    "a report that is a page": lambda folder: cc.read_reports(
        _named(folder, "a.xls", b"<html>"), made()["campaign"], figures="new"
    ),
    "a report that is no text": lambda folder: cc.read_reports(
        _named(folder, "a.csv", b"\x00\x01\x02\xff"), made()["campaign"], figures="new"
    ),
    "a damaged workbook": lambda folder: cc.read_reports(
        _named(folder, "a.xlsx", b"PK\x03\x04zzzz"), made()["campaign"], figures="new"
    ),
}


def _allocate(**options: Any) -> object:  # noqa: ANN401 - what is wrong is handed over on purpose
    return cc.allocate(made()["campaign"], **{"weights": made()["weights"]} | options)


def _schedule(**options: Any) -> object:  # noqa: ANN401 - as above
    return cc.schedule(made()["allocation"], **{"over": "special-action"} | options)


def _read(frame: pd.DataFrame, **options: Any) -> object:  # noqa: ANN401 - as above
    return cc.read_reports(frame, made()["campaign"], **{"figures": "new"} | options)


def _run(**changes: Any) -> object:  # noqa: ANN401 - as above
    return cc.run(cc.vary(made()["scenario"], **changes))


CALLS: dict[str, Callable[[], object]] = {
    "a case that is not there": lambda: cc.load_case("hengyan", year=2008),
    "a case of another year": lambda: cc.load_case("us-vaccination-2021", year=2008),
    "no weights": lambda: cc.allocate(made()["campaign"]),
    "weights by name": lambda: _allocate(weights="census_200"),
    "weights with a gap": lambda: _allocate(weights={"430405": 1}),
    "weights below 0": lambda: _allocate(weights={"430405": -1}),
    "weights of another unit": lambda: _allocate(weights={"999999": 1}),
    "a measure that is not there": lambda: _allocate(weights=cc.weights.by_measure("census_1990")),
    "another breakdown": lambda: _allocate(among="countys"),
    "a target below 0": lambda: _allocate(target=-5),
    "a target by name": lambda: _allocate(target="headcont"),
    "floors above the total": lambda: _allocate(floors={"430405": 80_000}),
    "caps below the total": lambda: _allocate(caps=dict.fromkeys(_counties(), 1)),
    "a floor above its cap": lambda: _allocate(floors={"430405": 9}, caps={"430405": 3}),
    "a floor of another unit": lambda: _allocate(floors={"999999": 3}),
    "a floor that is not whole": lambda: _allocate(floors={"430405": 2.5}),
    "a pin below 0": lambda: _allocate(pins={"430405": -3}),
    "an uplift below 0": lambda: _allocate(uplift="-5%"),
    "an uplift in words": lambda: _allocate(uplift="a lot"),
    "an uplift of a tier": lambda: _allocate(uplift={7: "5%"}),
    "an order": lambda: _allocate(order="sideways"),
    "who is covered": lambda: _allocate(already_covered={"430405": -1}),
    "another phase": lambda: _schedule(over="drive-9"),
    "no phase": lambda: _schedule(over=[]),
    "caps of another month": lambda: _schedule(month_caps={"2011-01": 5}),
    "caps too low": lambda: _schedule(month_caps=dict.fromkeys(MONTHS, 1)),
    "a cap below 0": lambda: _schedule(month_caps={"2008-07": -1}),
    "caps of units": lambda: _schedule(unit_month_caps={"999999": 5}),
    "caps of units too low": lambda: _schedule(unit_month_caps={"430405": 5}),
    "both caps": lambda: _schedule(month_caps={"2008-07": 9}, unit_month_caps={"430405": 5}),
    "actuals without columns": lambda: _schedule(actuals=pd.DataFrame({"unit": ["430405"]})),
    "a ramp of nothing": lambda: _schedule(curve=cc.curves.ramp(first=0, last=0)),
    "by what": lambda: _schedule(by="mnth"),
    "figures not said": lambda: _read(_sheet(), figures=None),
    "figures of another kind": lambda: _read(_sheet(), figures="newest"),
    "no column of the unit": lambda: _read(_sheet().drop(columns="单位")),
    "no figures": lambda: _read(_sheet().drop(columns="新增参保")),
    "a column that is not there": lambda: _read(_sheet(), persons="参保数"),
    "a period that is none": lambda: _read(_sheet(), period="sometime"),
    "a baseline below 0": lambda: _read(_sums(), figures="cumulative", baseline=-1),
    "a baseline of another unit": lambda: _read(
        _sums(), figures="cumulative", baseline={"999999": 1}
    ),
    "a baseline with a fraction": lambda: _read(
        _sums(), figures="cumulative", baseline={"430405": 1.5}
    ),
    "months read by day": lambda: _read(_sheet(), by="day"),
    "a plan among the figures": lambda: _read(_sheet().rename(columns={"新增参保": "任务数"})),
    "a date that is none": lambda: cc.tally(
        made()["events"], made()["campaign"], as_of="2008-02-30"
    ),
    "a month as a date": lambda: cc.tally(made()["events"], made()["campaign"], as_of="2008-07"),
    "a date in words": lambda: cc.track(made()["plan"], made()["tally"], as_of="yesterday"),
    "events without columns": lambda: cc.tally(
        pd.DataFrame({"unit": ["430405"]}), made()["campaign"], as_of="2008-07-31"
    ),
    "events of another type": lambda: cc.tally(
        made()["events"].assign(record=0.5), made()["campaign"], as_of="2008-07-31"
    ),
    "received without columns": lambda: cc.track(
        made()["plan"], made()["tally"], as_of="2008-09-30", received=pd.DataFrame({"unit": [1]})
    ),
    "a unit without a figure": lambda: made()["progress"].explain("999999"),
    "indicators of no unit": lambda: _assess(unit="999999", indicator="payers", value="98%"),
    "an indicator of another name": lambda: _assess(unit="430405", indicator="payer", value="98%"),
    "an indicator in words": lambda: _assess(unit="430405", indicator="payers", value="-5%"),
    "an indicator without value": lambda: cc.assess(
        made()["progress"],
        made()["campaign"].scheme,
        indicators=pd.DataFrame({"unit": ["430405"], "indicator": ["payers"]}),
    ),
    "steps of no trigger": lambda: cc.supervise([]),
    "a history in disorder": lambda: cc.supervise([made()["progress"], _earlier()]),
    "a level above 1": lambda: cc.forecast(made()["progress"], level=80),
    "a pace of no unit": lambda: cc.forecast(made()["progress"], pace={"999999": 2}),
    "a scenario without phases": lambda: _run(over="drive-9"),
    "a scenario with another target": lambda: _run(target=-1),
    "a grid of nothing": lambda: cc.explore(made()["scenario"], over={}),
    "a grid of another input": lambda: cc.explore(made()["scenario"], over={"weihgts": [1]}),
    "a grid without values": lambda: cc.explore(made()["scenario"], over={"total": []}),
    "a reading of no question": lambda: cc.explore(
        made()["scenario"], over={"readings.colour": ["red"]}
    ),
    "an answer that is none": lambda: made()["campaign"].with_readings(counted="nett"),
    "a question that is none": lambda: made()["campaign"].with_readings(count="net"),
    "two results of two kinds": lambda: cc.compare(made()["allocation"], made()["plan"]),
    "a search of one value": lambda: cc.goal_seek(
        made()["scenario"], input=("total", [5]), until=lambda _: True
    ),
    "a language": lambda: made()["progress"].notes_in("fr"),
    "a letter of no unit": lambda: cc.letters(made()["allocation"]).letter("999999"),
    "a phase of no name": lambda: made()["campaign"].phase("drive-4"),
    "a seed below 0": lambda: cc.simulate(made()["plan"], seed=-1),
    "a level of the simulation": lambda: cc.simulate(made()["plan"], seed=1, level=-1),
    "a text of JSON": lambda: cc.from_json("{"),
    "a type of JSON": lambda: cc.from_json('{"type": "Campaing"}'),
    "a last day before the first": lambda: cc.Unit(
        "a", kind="county", label="A", opened=date(2008, 5, 1), closed=date(2008, 4, 1)
    ),
    "successors of an open unit": lambda: cc.Unit(
        "a", kind="county", label="A", successors={"b": 1}
    ),
    "points of a rule": lambda: cc.rules.band(("0.5", 1), ("0.3", 2)),
}


def _counties() -> list[str]:
    return [unit.code for unit in made()["campaign"].leaves("counties")]


def _assess(**row: object) -> object:
    indicators = pd.DataFrame([row])
    return cc.assess(made()["progress"], made()["campaign"].scheme, indicators=indicators)


def _earlier() -> cc.Progress:
    return cc.track(made()["plan"], made()["tally"], as_of="2008-08-31")


def _refused(call: Callable[[], object]) -> CampaignError:
    with pytest.raises(CampaignError) as caught:
        call()
    return caught.value


def _check(error: CampaignError) -> None:
    """Say the error in Chinese and look for words that are no codes."""
    for problem in error.problems:
        assert problem.text("zh-Hant") != str(problem)
        where, _, rest = problem.text("zh").partition("：")
        assert not re.match(r"(?:unit|column|method|pace of) '", where), where
        left = [word for word in LATIN.findall(CODES.sub(" ", rest)) if word not in names()]
        assert left == [], rest
        assert re.search(r"[\u4e00-\u9fff]", rest), rest


@pytest.mark.parametrize("change", FILES.values(), ids=FILES)
def test_a_mistake_in_a_file_is_said_in_chinese(change: tuple[str, str], tmp_path: Path) -> None:
    """What a county's clerk wrote into a campaign file comes back in the clerk's language."""
    _check(_refused(lambda: cc.load_campaign(_file(tmp_path, *change))))


@pytest.mark.parametrize("call", PATHS.values(), ids=PATHS)
def test_a_file_that_cannot_be_read_is_said_in_chinese(
    call: Callable[[Path], object], tmp_path: Path
) -> None:
    """Paths, endings, damaged workbooks and pages that say they are workbooks."""
    _check(_refused(lambda: call(tmp_path)))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_wrong_input_is_said_in_chinese(call: Callable[[], object]) -> None:
    """Names, figures, dates and options of every stage."""
    _check(_refused(call))


def test_all_problems_of_a_file_have_a_heading_in_chinese(tmp_path: Path) -> None:
    """The text of an error is that of its problems, under the name of the file."""
    path = tmp_path / "spring.toml"
    path.write_text(CAMPAIGN.replace("= 500", "= -5").replace("= 90", "= -90"), encoding="utf-8")
    error = _refused(lambda: cc.load_campaign(path))
    heading, *lines = error.text("zh").splitlines()
    assert heading == "spring.toml：共2处问题"
    assert [line.strip() for line in lines] == [one.text("zh") for one in error.problems]
    assert str(error).splitlines()[0] == "spring.toml, 2 problems"
