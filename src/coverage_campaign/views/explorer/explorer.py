"""The explorer: move an input, see at once what changes for whom, take the code along."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import CampaignError, DefinitionError, Problem
from coverage_campaign.files.campaigns import case_names, load_case
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.messages.formats import count
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.compare import compare
from coverage_campaign.scenarios.scenario import Outcome, Scenario, run
from coverage_campaign.scheduling import curves
from coverage_campaign.views.explorer.choices import (
    BOUNDS,
    CURVE,
    CURVES,
    GIVEN,
    METHOD,
    METHODS,
    RATE,
    TOTAL,
    UPLIFT,
    Choices,
    NoWeightError,
    Settings,
)
from coverage_campaign.views.explorer.page import (
    code_html,
    lines_html,
    message_html,
    months_html,
    numbers_html,
    picture_html,
    unit_frame,
)

if TYPE_CHECKING:
    import ipywidgets

__all__ = ["Explorer", "explorer"]


def differences(choices: Choices, now: Settings, lang: Language) -> list[str]:
    """Return each input that differs, such as 'Total (persons): 76,000 → 90,000'."""
    return list(_differences(choices, now, lang))


def _differences(choices: Choices, now: Settings, lang: Language) -> Iterator[str]:
    start = choices.start
    if now.persons != start.persons:
        yield _moved(TOTAL, count(start.persons), count(now.persons), lang=lang)
    if now.rate != start.rate:
        yield _moved(RATE, _rate(start.rate), _rate(now.rate), lang=lang)
    if _method(choices, now, lang) != _method(choices, start, lang):
        methods = (_method(choices, one, lang) for one in (start, now))
        yield _moved(METHOD, *methods, lang=lang)
    if now.influences != start.influences:
        yield message("Weights").text(lang)
    if (now.floors, now.caps) != (start.floors, start.caps):
        yield BOUNDS.text(lang)
    if now.uplift != start.uplift:
        yield _moved(UPLIFT, _rate(start.uplift), _rate(now.uplift), lang=lang)
    if _curve(choices, now, lang) != _curve(choices, start, lang):
        curves = (_curve(choices, one, lang) for one in (start, now))
        yield _moved(CURVE, *curves, lang=lang)


def _moved(words: Message, before: str, after: str, *, lang: Language) -> str:
    return (
        f"{words.text(lang)}: {before} → {after}"
        if lang == "en"
        else f"{words.text(lang)}：{before} → {after}"
    )


def _rate(rate: Fraction | None) -> str:
    return "" if rate is None else f"{float(100 * rate):g}%"


def _method(choices: Choices, settings: Settings, lang: Language) -> str:
    if settings.method == GIVEN:
        return message("as given: {name}", name=name_of(choices.baseline.method)).text(lang)
    name = METHODS[settings.method].text(lang)
    takes_one = settings.method in {"stationary", "modified"}
    return f"{name} ({settings.parameter})" if takes_one else name


def _curve(choices: Choices, settings: Settings, lang: Language) -> str:
    if settings.curve == GIVEN:
        return message(
            "as given: {name}", name=name_of(choices.baseline.curve or curves.even)
        ).text(lang)
    first, last = settings.ramp
    ends = f" {first}:{last}" if settings.curve == "ramp" else ""
    return CURVES[settings.curve].text(lang) + ends


class Debounced:
    """Calls an action `seconds` after the last call; at once where no event loop runs.

    Callers may sit in several threads, each with a loop of its own: who calls holds a lock.
    """

    def __init__(self, action: Callable[[], None], *, seconds: float) -> None:
        """Keep the action; nothing is called yet."""
        self._action = action
        self._seconds = seconds
        self._turn = 0

    def __call__(self) -> None:
        """Call the action soon, and once for all calls until then."""
        self._turn += 1
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._action()
        else:
            loop.call_later(self._seconds, self._if_last, self._turn)

    def _if_last(self, turn: int) -> None:
        if turn == self._turn:
            self._action()


_REST: Final = 0.12
"""Seconds without a change after which the picture is drawn anew."""


class Explorer:
    """A scenario with its inputs as controls; numbers follow at once, the picture when they rest.

    The controls are ipywidgets and can be moved by code: `total` (or `rate`, where each unit has a
    goal of its own), `method`, `parameter`, `weights` (by code), `unit` with its `floor` and `cap`,
    `uplift`, `curve`, `ramp_first`, `ramp_last`, `picture`; `find` shows the units of a name. What
    they say is in `outcome`, `allocation`, `comparison` and `scenario`; `message` says why the last
    position gave no result, and these then stay at the last one that did.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        reports: Tally | None,
        received: pd.DataFrame | None,
        lang: Language,
    ) -> None:
        """Run the scenario and build the controls; see `explorer`."""
        import ipywidgets  # an extra: only the explorer needs it

        from coverage_campaign.views.explorer.controls import Controls  # needs ipywidgets too

        # A notebook hands over what moves in the page in a thread beside that of the cells.
        self._lock = threading.RLock()
        self._reports, self._received, self._lang = reports, received, lang
        self._campaign = _as_shipped(scenario.campaign)
        self.baseline = self._run(scenario)
        self.outcome = self.baseline
        self.comparison = compare(self.baseline, self.outcome)
        self.message = ""
        self._choices = Choices.of(scenario)
        self._settings = self._choices.start
        controls = Controls(self._choices, lang, self._recompute)
        self._controls = controls
        self.total, self.rate = controls.total, controls.rate
        self.method, self.parameter = controls.method, controls.parameter
        self.weights: dict[str, Any] = controls.weights
        self.unit, self.floor, self.cap = controls.unit, controls.floor, controls.cap
        self.find = controls.find
        self.uplift, self.picture = controls.uplift, controls.picture
        self.curve = controls.curve
        self.ramp_first, self.ramp_last = controls.ramp_first, controls.ramp_last
        self._numbers, self._picture = ipywidgets.HTML(), ipywidgets.HTML()
        self._months, self._lines = ipywidgets.HTML(), ipywidgets.HTML()
        self._message, self._code = ipywidgets.HTML(), ipywidgets.HTML()
        self.widget = self._laid_out()
        self._draw()
        self._draw_soon = Debounced(self._draw, seconds=_REST)
        controls.find.observe(lambda _: self._draw_soon(), names="value")

    # -- what the controls say -------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The scenario on the screen: `cc.run` of it gives `outcome` again."""
        return self.outcome.scenario

    @property
    def allocation(self) -> Allocation:
        """Who does how much in the scenario on the screen."""
        return self.outcome.allocation

    def to_frame(self) -> pd.DataFrame:
        """Return one row per leaf: unit, name, baseline, now, change, uplifted [persons].

        `change` is <NA> where nothing changed. Where there are reports: done, gap_baseline and
        gap_now (done - planned) too.
        """
        return unit_frame(self.baseline, self.outcome, self.comparison)

    def to_code(self) -> str:
        """Return Python code that makes the scenario on the screen.

        A campaign that comes with the library is loaded there, another one is written out.

        Raises:
            DefinitionError: An input of the baseline that no code can name.
        """
        return self.scenario.to_code(campaign=self._campaign)

    def reset(self) -> None:
        """Put every control back to the baseline."""
        with self._lock:
            self._controls.reset()

    # -- following the controls ------------------------------------------------------------------

    def _run(self, scenario: Scenario) -> Outcome:
        return run(scenario, reports=self._reports, received=self._received)

    def _recompute(self) -> None:
        """Follow the controls: the numbers now, the picture when they rest."""
        with self._lock:
            try:
                settings = self._controls.read()
                outcome = self._run(self._choices.scenario(settings))
            except CampaignError as error:
                self.message = self._words_for(error)
            else:
                self.message = ""
                self._settings, self.outcome = settings, outcome
                self.comparison = compare(self.baseline, outcome)
            self._message.value = message_html(self.message)
            self._draw_soon()

    def _words_for(self, error: CampaignError) -> str:
        if isinstance(error, NoWeightError):
            return message(
                "{problems}\nWhat is shown is the last result that was possible.",
                problems=message("All weights are 0, so nothing can be allocated."),
            ).text(self._lang)
        return message(
            "{problems}\nWhat is shown is the last result that was possible.",
            problems="\n".join(map(str, error.problems)),
        ).text(self._lang)

    def _draw(self) -> None:
        """Show what there is: the picture first, so that who reads the table finds it drawn."""
        with self._lock:
            seen = (self.baseline, self.outcome, self.comparison)
            self._picture.value = picture_html(self.picture.value, *seen, lang=self._lang)
            self._months.value = months_html(self.baseline, self.outcome, lang=self._lang)
            self._code.value = self._code_shown()
            self._lines.value = lines_html(
                self.comparison,
                self.outcome,
                choices=self._choices,
                inputs=differences(self._choices, self._settings, self._lang),
                bounds=self._controls.bound_lines(),
                lang=self._lang,
            )
            self._numbers.value = numbers_html(*seen, found=self._controls.found, lang=self._lang)

    def _code_shown(self) -> str:
        try:
            return code_html(self.to_code(), self._lang)
        except CampaignError as error:
            return code_html(str(error), self._lang)

    # -- showing ---------------------------------------------------------------------------------

    def _laid_out(self) -> ipywidgets.VBox:
        import ipywidgets  # an extra: only the explorer needs it

        words = message("Back to the baseline").text(self._lang)
        reset = ipywidgets.Button(description=words, tooltip=words, layout={"width": "100%"})
        reset.on_click(lambda _: self.reset())
        moved = ipywidgets.VBox([self._controls.box(), reset])
        title = message("Code of this scenario").text(self._lang)
        code = ipywidgets.Accordion([self._code], titles=[title])
        # Side by side where there is room, else one below the other, the picture above the table.
        row = {"display": "flex", "flex_flow": "row wrap", "grid_gap": "0.5em 1.5em"}
        moved.layout = {"flex": "0 1 auto", "max_width": "100%", "min_width": "0"}
        self._picture.layout = {"flex": "1 1 33em", "max_width": "46em", "min_width": "0"}
        self._numbers.layout = self._months.layout = {"flex": "0 1 auto", "max_width": "100%"}
        beside = ipywidgets.Box([self._picture, self._numbers], layout=row)
        seen = ipywidgets.VBox([self._lines, beside, self._months])
        seen.layout = {"flex": "1 1 30em", "min_width": "0"}
        both = ipywidgets.Box([moved, seen], layout={**row, "grid_gap": "0.5em 2em"})
        return ipywidgets.VBox([self._message, both, code])

    def _repr_mimebundle_(self, **options: object) -> object:
        """Return what a notebook shows: the controls, the tables and the picture."""
        return self.widget._repr_mimebundle_(**options)

    def __repr__(self) -> str:
        """Return in one line what differs from the baseline."""
        moved = "; ".join(differences(self._choices, self._settings, "en"))
        return f"<Explorer of {self.scenario.campaign.code}: {moved or 'at the baseline'}>"


@checked_call
def explorer(
    scenario: Scenario,
    *,
    reports: Tally | None = None,
    received: pd.DataFrame | None = None,
    lang: Language | None = None,
) -> Explorer:
    """Return a scenario with its inputs as controls, to be shown in a notebook.

    Args:
        scenario: The baseline that every change is compared with.
        reports: A tally; with it and `scenario.as_of` the table also has who is ahead or behind.
        received: When reports arrived (see `track`).
        lang: The language of controls, table and picture.

    Raises:
        DefinitionError: ipywidgets is not installed, or the scenario itself cannot be run.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> scenario = cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("census_2000"))
    >>> ex = cc.explorer(scenario)                                # doctest: +SKIP
    >>> ex.total.value = 90_000                                   # doctest: +SKIP
    >>> int(ex.allocation.shares().sum())                         # doctest: +SKIP
    90000
    """
    if find_spec("ipywidgets") is None:
        raise DefinitionError(
            Problem(
                "explorer",
                "ipywidgets is not installed",
                "pip install 'coverage-campaign[notebook]'",
            )
        )
    return Explorer(scenario, reports=reports, received=received, lang=check_language(lang))


def _as_shipped(campaign: Campaign) -> str:
    """Return code that loads a campaign that comes with the library; '' for any other."""
    if campaign.code not in case_names():
        return ""
    year = None if campaign.year_stated else campaign.year
    try:
        same = load_case(campaign.code, year=year) == campaign
    except (TypeError, DefinitionError):  # its source states no year, or another one
        return ""
    asked = "" if year is None else f", year={year}"
    return f'cc.load_case("{campaign.code}"{asked})' if same else ""
