"""The explorer without a browser: set a control, read what follows."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

import attrs
import ipywidgets
import pytest

import coverage_campaign as cc
from coverage_campaign.allocation.weights import Number
from coverage_campaign.model.targets import CoverageTarget
from coverage_campaign.model.units import Unit
from support.campaigns import tiny
from support.explorer_cases import cells_of, hengyang, small, tags_of


@pytest.fixture
def drawn() -> None:
    """Let a test have the pictures."""


@pytest.fixture(autouse=True)
def without_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the drawing out of tests that do not look at it: it is slow."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(
            "coverage_campaign.views.explorer.explorer.picture_html", lambda *_, **__: ""
        )


def made_by(code: str) -> cc.Scenario:
    """Return the scenario that code makes, run as a reader would run it."""
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - our own code is what is tested
    scenario = names["scenario"]
    assert isinstance(scenario, cc.Scenario)
    return scenario


def test_the_numbers_are_right_on_the_next_line() -> None:
    """A new total is shared out before the line that sets it is over."""
    explorer = cc.explorer(small())
    explorer.total.value = 200
    assert explorer.allocation.shares().tolist() == [100, 60, 40]
    assert explorer.outcome.scenario.target == 200


def test_at_the_start_it_is_the_baseline() -> None:
    """Nothing is moved: the scenario is the one that was given, and nothing differs."""
    scenario = small()
    explorer = cc.explorer(scenario)
    assert explorer.scenario == scenario
    assert explorer.message == ""
    assert explorer.comparison.to_frame().empty
    assert explorer.to_frame()["change"].isna().all()
    assert repr(explorer) == "<Explorer of tiny: at the baseline>"


def test_the_eligible_may_be_named_by_their_measure() -> None:
    """Weights by the measure of the eligible are that measure: one slider, under its name."""
    named = attrs.evolve(small(), weights=cc.weights.by_measure("eligible"))
    explorer = cc.explorer(named)
    moved = {code: slider.value for code, slider in explorer.weights.items() if slider.value}
    assert moved == {"eligible": 100}
    assert explorer.scenario == named


def test_a_total_beyond_the_scale_is_not_cut() -> None:
    """The slider's scale grows with the value, where a common slider would cut it silently."""
    explorer = cc.explorer(attrs.evolve(small(), campaign=without_figures()))
    explorer.total.value = 1_000_000
    assert explorer.total.value == 1_000_000
    assert explorer.allocation.total == 1_000_000


def without_figures() -> cc.Campaign:
    """Return the small campaign where nobody knows who is covered: no cap binds."""
    return cc.vary(tiny(), covered="")


@pytest.mark.parametrize("method", ["webster", "hamilton", "jefferson", "adams", "hill", "dean"])
def test_each_method_is_the_library_s(method: str) -> None:
    """A method that is chosen gives what the kernel gives by that name."""
    explorer = cc.explorer(hengyang())
    explorer.method.value = method
    chosen = getattr(cc.apportion, method)
    measure = cc.weights.by_measure("census_2000")
    weights = measure.of(explorer.scenario.campaign, explorer.scenario.campaign.leaves("counties"))
    expected = chosen(76_000, list(weights.values())).tolist()
    assert explorer.scenario.method is chosen
    assert explorer.allocation.shares().tolist() == expected


@pytest.mark.parametrize(
    ("method", "parameter", "expected"),
    [
        ("stationary", 0.3, cc.apportion.stationary("3/10")),
        ("modified", 1.4, cc.apportion.modified("7/5")),
    ],
)
def test_a_parameter_is_the_decimal_that_is_shown(
    method: str, parameter: float, expected: object
) -> None:
    """0.3 is three tenths, not the binary number next to it."""
    explorer = cc.explorer(small())
    explorer.method.value = method
    explorer.parameter.value = parameter
    assert explorer.scenario.method == expected


def test_weights_are_blended_in_proportion() -> None:
    """100 and 60 are 5/8 and 3/8, exactly, and are shown as 62.5 and 37.5 percent."""
    explorer = cc.explorer(hengyang())
    explorer.weights["census_2010"].value = 60
    by = cc.weights.by_measure
    assert explorer.scenario.weights == cc.weights.blend(
        (by("census_2000"), Fraction(5, 8)), (by("census_2010"), Fraction(3, 8))
    )
    assert "census of 2000 62.5%; Resident population, census of 2010 37.5%." in numbers(explorer)


def numbers(explorer: cc.Explorer) -> str:
    """Return the sentences and the table that are shown."""
    return str(explorer._lines.value) + str(explorer._numbers.value)


def test_percentages_add_up_to_a_hundred() -> None:
    """Three equal weights are shown as 33.4, 33.3 and 33.3 percent: largest remainders."""
    explorer = cc.explorer(hengyang())
    for slider in explorer.weights.values():
        slider.value = 50
    assert "33.4%" in numbers(explorer)
    assert numbers(explorer).count("33.3%") == 2


def test_without_any_weight_the_last_result_stays() -> None:
    """All weights zero is said, and table and scenario stay as they were."""
    explorer = cc.explorer(small())
    explorer.total.value = 80
    before = explorer.outcome
    explorer.weights["eligible"].value = 0
    assert explorer.message.startswith("All weights are 0")
    assert explorer.outcome is before
    assert "All weights are 0" in explorer._message.value
    explorer.weights["equal"].value = 10
    assert explorer.message == ""
    assert explorer.allocation.shares().tolist() == [27, 27, 26]


def test_a_floor_that_cannot_be_met_is_said() -> None:
    """A floor above the total says by how much, and keeps the last result."""
    explorer = cc.explorer(small())
    explorer.unit.value = "a"
    explorer.floor.value = "120"
    assert "by 20" in explorer.message
    assert explorer.scenario == small()


def test_floors_and_caps_are_kept_for_each_unit() -> None:
    """The fields show the bounds of the unit that is chosen; those of the others stay."""
    explorer = cc.explorer(small())
    explorer.unit.value = "c"
    explorer.floor.value = " 3０ "
    explorer.unit.value = "a"
    assert explorer.floor.value == ""
    explorer.cap.value = "40"
    explorer.unit.value = "c"
    assert explorer.floor.value.strip() == "3０"
    assert explorer.scenario.floors == (("c", 30),)
    assert explorer.scenario.caps == (("a", 40),)
    assert explorer.allocation.shares().tolist() == [40, 30, 30]
    rows = {row[0]: row[-1] for row in cells_of(numbers(explorer))}
    assert rows["Ash"] == "at its cap"
    assert rows["Cedar"] == "at its floor"


@pytest.mark.parametrize("typed", ["ten", "-3", "1.5", "1e9", "²", "9" * 16])
def test_a_bound_that_is_no_number_is_said(typed: str) -> None:
    """Text, signs, fractions and powers are refused with what was typed."""
    explorer = cc.explorer(small())
    explorer.cap.value = typed
    assert "type a whole number of persons" in explorer.message
    assert explorer.scenario == small()


def test_an_uplift_is_shown_beside_the_shares() -> None:
    """5 % on 50, 30 and 20 sum to 105 and have a column of their own; the shares stay."""
    explorer = cc.explorer(small())
    explorer.uplift.value = 5
    assert explorer.scenario.uplift == Fraction(1, 20)
    assert explorer.allocation.shares().tolist() == [50, 30, 20]
    heading, *rows = cells_of(numbers(explorer))
    assert "With uplift" in heading
    assert rows[-1][heading.index("With uplift")] == "105"


def test_a_curve_changes_the_months_and_no_share() -> None:
    """A rising effort moves persons to later months; the table of months shows by how many."""
    explorer = cc.explorer(hengyang())
    explorer.curve.value = "ramp"
    explorer.ramp_first.value, explorer.ramp_last.value = 1, 3
    assert explorer.scenario.curve == cc.curves.ramp(first=1, last=3)
    assert explorer.to_frame()["change"].isna().all()
    heading, first, *_, last = cells_of(explorer._months.value)
    assert heading == ["Month", "Baseline", "Now", "Change"]
    assert first[0] == "Jun 2008"
    assert first[3].startswith("−")
    assert last[3].startswith("+")


def test_the_table_of_months_adds_up() -> None:
    """Baseline, now and change of all months sum to the totals and their difference."""
    explorer = cc.explorer(hengyang())
    explorer.total.value = 90_000
    rows = [
        [int(cell.replace(",", "").replace("−", "-")) for cell in row[1:]]
        for row in cells_of(explorer._months.value)[1:]
    ]
    assert [sum(column) for column in zip(*rows, strict=True)] == [76_000, 90_000, 14_000]


def test_reset_puts_every_control_back_and_draws_once() -> None:
    """After moving everything a reset gives the baseline again, in one run."""
    explorer = cc.explorer(hengyang())
    explorer.total.value = 90_000
    explorer.weights["equal"].value = 30
    explorer.method.value = "dean"
    explorer.floor.value = "3000"
    explorer.uplift.value = 2.5
    explorer.curve.value = "working_days"
    told = []
    explorer._controls._changed = lambda: told.append(explorer._recompute())
    explorer.reset()
    assert len(told) == 1
    assert explorer.scenario == hengyang()
    assert explorer.floor.value == ""


def test_the_code_makes_the_scenario_on_the_screen() -> None:
    """Code that is run anew gives an equal scenario, and that the same shares."""
    explorer = cc.explorer(hengyang())
    explorer.total.value = 86_000
    explorer.weights["census_2010"].value = 60
    explorer.method.value = "stationary"
    explorer.parameter.value = 0.3
    explorer.unit.value = "430412"
    explorer.floor.value = "900"
    explorer.uplift.value = 2.5
    explorer.curve.value = "ramp"
    again = made_by(explorer.to_code())
    assert again == explorer.scenario
    assert cc.run(again).allocation.shares().equals(explorer.allocation.shares())


@pytest.mark.parametrize(
    "scenario",
    [
        cc.vary(small(), weights={"a": 5, "b": 3, "c": 2}),
        cc.vary(small(), method=cc.apportion.stationary("1/3")),
        cc.vary(small(), curve=cc.curves.through({"2026-06-05": "60%"})),
        cc.vary(small(), curve=cc.curves.working_days(holidays=["2026-06-03"])),
        cc.vary(small(), uplift={1: "0.05"}, floors={"c": 25}, pins=None),
        cc.vary(small(), pins={"a": 44}),
        cc.vary(
            small(),
            weights=cc.weights.blend((cc.weights.eligible, "1/3"), (cc.weights.equal, "2/3")),
        ),
    ],
    ids=["declared", "a third", "through", "holidays", "by tier", "pins", "blend"],
)
def test_what_no_control_can_show_is_kept(scenario: cc.Scenario) -> None:
    """Moving the total away and back leaves every other input as it was given."""
    explorer = cc.explorer(scenario)
    explorer.total.value = 110
    assert explorer.message == ""
    assert cc.vary(explorer.scenario, target=None) == scenario
    explorer.total.value = 100
    assert explorer.scenario == scenario


def test_each_unit_s_own_goal_is_moved_by_its_rate() -> None:
    """With a coverage target the rate is the lever: 85 % of 500, less the 350 covered, is 75."""
    explorer = cc.explorer(cc.vary(small(), target="coverage", weights=None))
    assert explorer.allocation.shares().tolist() == [50, 30, 20]
    explorer.rate.value = 85
    assert explorer.allocation.shares().tolist() == [75, 45, 30]
    target = explorer.scenario.target
    assert isinstance(target, CoverageTarget)
    assert target.to == Fraction(17, 20)
    assert explorer.total.layout.display == "none"


def test_with_reports_the_table_says_who_is_behind() -> None:
    """What is done stays, and a larger target leaves everyone further behind."""
    scenario = cc.vary(small(), as_of="2026-06-05")
    plan = cc.run(scenario).plan
    assert plan is not None
    simulation = cc.simulate(plan, seed=3)
    reports = cc.tally(
        simulation.events, scenario.campaign, as_of="2026-06-20", by="day", simulated=True
    )
    explorer = cc.explorer(scenario, reports=reports)
    explorer.total.value = 140
    frame = explorer.to_frame()
    assert (frame["gap_now"] < frame["gap_baseline"]).all()
    before = cc.run(scenario, reports=reports).progress
    assert before is not None
    assert frame["gap_baseline"].tolist() == before.to_frame()["gap_persons"].tolist()
    assert "SIMULATED" in numbers(explorer)


@pytest.mark.usefixtures("drawn")
def test_hostile_names_are_text() -> None:
    """Markup in a name is escaped in table, sentences and alternative text."""
    name = '"><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}$x$'
    unit = Unit("a", {"en": name}, "county", parent="city", counts={"eligible": 5, "covered": 0})
    campaign = without_figures().with_part(unit)
    explorer = cc.explorer(cc.Scenario(campaign=campaign, weights=cc.weights.eligible))
    explorer.total.value = 120
    explorer.floor.value = "70"
    shown = numbers(explorer) + explorer._picture.value + explorer._message.value
    assert name in [row[0] for row in cells_of(numbers(explorer))]
    assert {tag for tag, _ in tags_of(shown)} & {"script"} == set()
    pictures = [attributes for tag, attributes in tags_of(shown) if tag == "img"]
    assert [set(attributes) for attributes in pictures] == [{"class", "alt", "style", "src"}]


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize(
    ("lang", "words", "name"),
    [
        ("en", "Total (persons)", "Zhuhui District"),
        ("zh", "总任务（人）", "珠晖区"),
        ("zh-Hant", "總任務（人）", "珠暉區"),
    ],
)
def test_it_speaks_the_reader_s_language(
    lang: Literal["en", "zh", "zh-Hant"], words: str, name: str
) -> None:
    """Controls, table and the picture's words are in the language that was asked for."""
    explorer = cc.explorer(hengyang(), lang=lang)
    explorer.total.value = 90_000
    assert words in [one.description for one in labelled(explorer.widget)]
    assert f">{name}<" in numbers(explorer)
    assert ("Assumed" in numbers(explorer)) == (lang == "en")
    (picture,) = (attributes for tag, attributes in tags_of(explorer._picture.value))
    assert ("people" in str(picture["alt"])) == (lang == "en")


def labelled(widget: ipywidgets.Widget) -> Iterator[ipywidgets.DOMWidget]:
    """Yield the controls that have a label, in the order of the page."""
    if getattr(widget, "description", ""):
        yield widget
    for part in getattr(widget, "children", ()):
        yield from labelled(part)


@pytest.mark.usefixtures("drawn")
def test_the_baseline_has_its_picture() -> None:
    """Nothing jumps when the first change comes: every unit has its line before it and after."""
    explorer = cc.explorer(small())
    (before,) = (attributes for tag, attributes in tags_of(explorer._picture.value))
    explorer.total.value = 120
    (after,) = (attributes for tag, attributes in tags_of(explorer._picture.value))
    assert before["style"] == after["style"]
    assert str(before["alt"]).startswith("This is the baseline: nothing differs yet ")
    assert before["src"] != after["src"]


def test_every_slider_stands_beside_a_field_with_its_label() -> None:
    """Whoever cannot see a slider types into the field, and both have one value."""
    explorer = cc.explorer(small())
    fields = {
        one.description: one
        for one in labelled(explorer.widget)
        if isinstance(one, ipywidgets.BoundedIntText)
    }
    fields["Total (persons)"].value = 250
    assert explorer.allocation.total == 250
    fields["Equal"].value = 30
    assert explorer.weights["equal"].value == 30
    explorer.total.value = 90
    assert fields["Total (persons)"].value == 90
    controls = [type(one) for one in labelled(explorer.widget)]
    assert ipywidgets.IntSlider not in controls


def of_many_units() -> cc.Scenario:
    """Return 3,000 persons for 300 units."""
    units = [
        Unit(
            f"u{place:03}", {"en": f"Town {place}"}, "county", parent="city", counts={"eligible": 9}
        )
        for place in range(300)
    ]
    kept = [unit for unit in tiny().units if unit.kind != "county"]
    campaign = cc.vary(tiny(), units=[*kept, *units], covered="")
    return cc.Scenario(campaign=campaign, weights=cc.weights.eligible, target=3000)


def test_of_many_units_those_that_are_looked_for_are_shown() -> None:
    """A part of a name leaves its units in the table and in the list; nothing brings all back."""
    explorer = cc.explorer(of_many_units())
    explorer.find.value = " tOWN 29"
    names = [row[0] for row in cells_of(numbers(explorer))]
    expected = ["Town 29", *(f"Town {place}" for place in range(290, 300))]
    assert names[1:-1] == expected
    assert [name for name, _ in explorer.unit.options] == expected
    assert cells_of(numbers(explorer))[-1][2] == "3,000"
    explorer.unit.value = "u299"
    explorer.floor.value = "77"
    assert explorer.scenario.floors == (("u299", 77),)
    explorer.find.value = "nowhere"
    assert len(cells_of(numbers(explorer))) == 2
    explorer.find.value = ""
    assert len(explorer.unit.options) == 300
    assert "100 more units" in numbers(explorer)
    assert cc.explorer(small()).find.layout.display == "none"


def test_an_unknown_language_is_an_error() -> None:
    """The languages that there are are named."""
    with pytest.raises(cc.DefinitionError, match="zh-Hant"):
        cc.explorer(small(), lang="fr")  # type: ignore[arg-type]  # what a caller may type


@pytest.mark.usefixtures("drawn")
def test_many_changes_are_drawn_once() -> None:
    """Inside an event loop the numbers follow at once and the picture when the changes rest."""

    async def move() -> tuple[int, list[str]]:
        explorer = cc.explorer(small())
        drawn: list[str] = []
        explorer._picture.observe(lambda change: drawn.append(change["new"]), names="value")
        for total in range(101, 111):
            explorer.total.value = total
            assert explorer.allocation.total == total
        assert drawn == []
        await asyncio.sleep(0.5)
        return explorer.allocation.total, drawn

    total, drawn = asyncio.run(move())
    assert total == 110
    assert len(drawn) == 1


def test_threads_end_in_one_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow picture of an older state never covers that of the last one.

    JupyterLab hands the first move of a control to the thread of the cells and later ones to a
    thread beside it, each with an event loop of its own.
    """
    begun, later_one_is_drawn = threading.Event(), threading.Event()

    def slow(_kind: str, _before: object, now: cc.Outcome, _compared: object, **_: object) -> str:
        if now.allocation.total == 110:
            begun.set()
            later_one_is_drawn.wait(timeout=0.5)
        else:
            later_one_is_drawn.set()
        return f"{now.allocation.total}"

    explorer = cc.explorer(small())
    monkeypatch.setattr("coverage_campaign.views.explorer.explorer.picture_html", slow)

    async def move(total: int) -> None:
        explorer.total.value = total
        await asyncio.sleep(1.5)

    first = threading.Thread(target=lambda: asyncio.run(move(110)))
    first.start()
    assert begun.wait(timeout=10)
    asyncio.run(move(120))
    first.join()
    assert explorer.allocation.total == 120
    assert explorer._picture.value == "120"
    assert cells_of(numbers(explorer))[-1][2] == "120"


@pytest.mark.usefixtures("drawn")
def test_the_picture_comes_before_the_table() -> None:
    """Who sees a number in the table finds the picture drawn."""
    explorer = cc.explorer(small())
    order: list[str] = []
    for name in ("_picture", "_numbers"):
        getattr(explorer, name).observe(lambda _, name=name: order.append(name), names="value")
    explorer.total.value = 120
    assert order == ["_picture", "_numbers"]


def test_without_ipywidgets_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says which extra to install."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "coverage_campaign.views.explorer.explorer.find_spec",
        lambda name: None if name == "ipywidgets" else found(name),
    )
    with pytest.raises(cc.DefinitionError, match=r"coverage-campaign\[notebook\]"):
        cc.explorer(small())


def test_a_scenario_that_cannot_run_is_refused_at_once() -> None:
    """An error of the baseline is raised, not hidden in a widget."""
    with pytest.raises(cc.InfeasibleError, match="floors"):
        cc.explorer(cc.vary(small(), floors={"a": 101}))


def test_a_notebook_shows_the_widget() -> None:
    """The display protocol answers with the widget's view and a line of text."""
    explorer = cc.explorer(small())
    shown = explorer._repr_mimebundle_()
    data = shown[0] if isinstance(shown, tuple) else shown
    assert isinstance(data, dict)
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_code_of_a_shipped_campaign_is_short() -> None:
    """It is loaded by its name, so that a reader sees the inputs and nothing else."""
    explorer = cc.explorer(hengyang())
    explorer.total.value = 90_000
    code = explorer.to_code()
    assert 'campaign = cc.load_case("hengyang", year=2008)' in code
    assert "target=90000" in code
    assert len(code.splitlines()) < 12
    assert "target=90000" in explorer._code.value


def test_the_code_of_another_campaign_is_written_out() -> None:
    """A changed campaign is no shipped one: the code holds it whole and makes it equal."""
    campaign = cc.load_case("hengyang", year=2008)
    changed = cc.vary(campaign, readings=cc.Readings(counted="net"))
    explorer = cc.explorer(cc.vary(hengyang(), campaign=changed, over="special-action"))
    explorer.total.value = 90_000
    assert made_by(explorer.to_code()) == explorer.scenario


def test_what_no_code_can_name_is_said_and_the_rest_works() -> None:
    """A weighting of the caller's own, made on the spot, has no code; the explorer goes on."""

    @attrs.frozen
    class Own:
        name: str = "own"
        assumption: str = ""

        def of(self, campaign: cc.Campaign, units: Sequence[Unit]) -> dict[str, Number]:
            del campaign
            return {unit.code: 1 for unit in units}

    explorer = cc.explorer(cc.vary(small(), weights=Own()))
    explorer.total.value = 90
    assert explorer.allocation.shares().tolist() == [30, 30, 30]
    with pytest.raises(cc.DefinitionError, match="--"):
        explorer.to_code()
    assert "--" in explorer._code.value
