"""A run as a value: every input of the flow, and what follows from it."""

from __future__ import annotations

import datetime as dt
import importlib
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from hashlib import sha256
from typing import Any, Literal, TypeAlias, cast

import attrs
import pandas as pd

from coverage_campaign.allocation.allocate import TargetLike, allocate
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.request import (
    BoundsOrWeighting,
    Order,
    Remainder,
    TieRule,
    Uplift,
    is_count,
)
from coverage_campaign.allocation.weights import Weighting, WeightTable, by_annex, to_weighting
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.checks import checked_call, checked_fields, checked_methods, kind_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned_frame, same
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.scheme import Scheme
from coverage_campaign.model.units import Annex, to_codes
from coverage_campaign.notebook import Axes, html_fields, html_table
from coverage_campaign.progress.forecast.forecast import Faster, Forecast, forecast
from coverage_campaign.progress.forecast.methods import Pace, damped
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.curves import Curve
from coverage_campaign.scheduling.schedule import Plan, own_window, schedule
from coverage_campaign.version import __version__

__all__ = ["Outcome", "Provenance", "Scenario", "Writer", "allocation_of", "plan_of", "run"]

Pairs: TypeAlias = tuple[tuple[str, int], ...]
Paces: TypeAlias = tuple[tuple[str, float | int], ...]


def _to_pairs(value: BoundsOrWeighting | Iterable[tuple[str, int]] | None) -> Pairs | Weighting:
    """Return bounds as pairs; what is no count stays as it is, for the stage that checks it."""
    if value is None:
        return ()
    if hasattr(value, "of") and not isinstance(value, (Mapping, pd.Series)):
        return cast("Weighting", value)
    try:
        pairs = list(value.items() if isinstance(value, (Mapping, pd.Series)) else value)
        return tuple((str(code), int(n) if is_count(n) else n) for code, n in pairs)
    except (TypeError, ValueError):
        found = kind_of(value)
        raise DefinitionError(
            Problem("bounds", found, "give persons by unit code, or a weighting")
        ) from None


def _to_pace(value: Faster | Iterable[tuple[str, float | int]]) -> Faster | Paces:
    """Return paces by unit as pairs; a number or a function as it is."""
    if isinstance(value, (Mapping, pd.Series)):
        return tuple((str(code), times) for code, times in value.items())
    return tuple(value) if isinstance(value, (tuple, list)) else cast("Faster", value)


def _owned(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None else owned_frame(frame)


def _to_weighting(value: Weighting | WeightTable | Annex | None) -> Weighting | None:
    if value is None:
        return None
    return by_annex(value) if isinstance(value, Annex) else to_weighting(value)


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Scenario:
    """All inputs of a run; `cc.vary` makes another one and can never change this one.

    Fields mean what the parameters of `allocate`, `schedule`, `track`, `forecast` and `assess`
    mean. Without `over` the schedule has the campaign's own window; without `reports` or `as_of` a
    run ends with the plan; without `scheme` the campaign's own scheme is used. `forecast_method`,
    `level` and `pace` are the method, the level and the change of pace of the forecast.
    """

    campaign: Campaign
    weights: Weighting | None = attrs.field(default=None, converter=_to_weighting)
    among: str = "counties"
    target: TargetLike = None
    method: apportion.Method = attrs.field(default=apportion.webster, eq=by_value)
    floors: Pairs | Weighting = attrs.field(default=(), converter=_to_pairs)
    caps: Pairs | Weighting = attrs.field(default=(), converter=_to_pairs)
    pins: Pairs | Weighting = attrs.field(default=(), converter=_to_pairs)
    uplift: Uplift = 0
    ties: TieRule = "code"
    already_covered: Weighting | None = attrs.field(default=None, converter=_to_weighting)
    base: int = 0
    order: Order = "top_down"
    remainder: Remainder = "raise"
    over: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    curve: Curve | None = attrs.field(default=None, eq=by_value)
    by: Literal["month", "day"] = "month"
    month_caps: Pairs = attrs.field(default=(), converter=_to_pairs)
    unit_month_caps: Pairs | Weighting = attrs.field(default=(), converter=_to_pairs)
    actuals: pd.DataFrame | None = attrs.field(
        default=None, converter=_owned, eq=by_value, repr=False
    )
    as_of: DateLike | None = None
    reports: Tally | None = attrs.field(default=None, eq=by_value, repr=False)
    received: pd.DataFrame | None = attrs.field(
        default=None, converter=_owned, eq=by_value, repr=False
    )
    forecast_method: Pace = attrs.field(default=damped, eq=by_value)
    level: float = 0.8
    pace: Faster | Paces = attrs.field(default=1, converter=_to_pace, eq=by_value)
    scheme: Scheme | None = None
    indicators: pd.DataFrame | None = attrs.field(
        default=None, converter=_owned, eq=by_value, repr=False
    )

    def to_code(self, *, campaign: str = "") -> str:
        """Return Python code that makes an equal scenario, under the name `scenario`.

        Args:
            campaign: An expression that gives the campaign, such as
                'cc.load_case("hengyang", year=2008)'; without it the campaign is written out.

        Raises:
            DefinitionError: A function of the caller's that no import reaches.

        >>> import coverage_campaign as cc
        >>> scenario = cc.Scenario(
        ...     campaign=cc.load_case("hengyang", year=2008), weights=cc.weights.equal, target=900
        ... )
        >>> print(scenario.to_code(campaign='cc.load_case("hengyang", year=2008)'))
        import coverage_campaign as cc
        <BLANKLINE>
        campaign = cc.load_case("hengyang", year=2008)
        scenario = cc.Scenario(
            campaign=campaign,
            weights=cc.weights.equal,
            target=900,
        )
        """
        return scenario_code(self, campaign)

    def _repr_html_(self) -> str:
        return html_fields(self, title=f"Scenario of {self.campaign}")


@attrs.frozen(kw_only=True)
class Provenance:
    """What makes a run again, to the byte: the library's version, and digests of what went in.

    Digests are SHA-256, in hexadecimal: `scenario` of the scenario's code ('' where a function of
    the caller's has no name), `data` of the frames and reports ('' without any).
    """

    version: str
    scenario: str
    data: str


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Outcome:
    """What follows from a scenario: one result per stage; None for a stage that had no input.

    `version` is the library's; the scenario holds the reports that were tracked.

    It has no `explain`: each of its stages explains its own figures.
    """

    scenario: Scenario
    allocation: Allocation
    plan: Plan | None
    progress: Progress | None
    assessment: Assessment | None
    version: str = ""

    @cached_property
    def forecast(self) -> Forecast | None:
        """What is to be expected at the end of the plan, at the scenario's pace."""
        if self.progress is None:
            return None
        scenario = self.scenario
        pace = dict(scenario.pace) if isinstance(scenario.pace, tuple) else scenario.pace
        return forecast(
            self.progress, method=scenario.forecast_method, level=scenario.level, pace=pace
        )

    @property
    def reports(self) -> Tally | None:
        """The tally that was tracked."""
        return self.scenario.reports

    @property
    def received(self) -> pd.DataFrame | None:
        """When reports arrived."""
        return self.scenario.received

    @property
    def basis(self) -> Basis:
        """What the last stage rests on, which has what the others rest on."""
        return (self.assessment or self.progress or self.plan or self.allocation).basis

    @property
    def messages(self) -> tuple[Message, ...]:
        """What a reader must be told: inputs without an effect here, and notes of the progress."""
        notes = self.progress.messages if self.progress is not None else ()
        return (*_without_effect(self), *notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told, in English."""
        return self.notes_in("en")

    def notes_in(self, lang: Language) -> tuple[str, ...]:
        """Return the notes in a language."""
        return tuple(note.text(lang) for note in self.messages)

    @property
    def record(self) -> Provenance:
        """What has to be kept beside the scenario to make this outcome again."""
        return Provenance(
            version=self.version,
            scenario=digest_of_scenario(self.scenario),
            data=digest_of_data(self.scenario),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per leaf of the breakdown: unit, name, share [persons].

        Where there is an uplift: uplifted; where there are reports: planned, done [persons],
        completion_rate and rank; where there is a scheme: score, grade, merit_eligible, commended.
        """
        columns = ["unit", "name", "share"] + ["uplifted"] * bool(self.allocation.uplift)
        frame = self.allocation.own_shares()[columns]
        if self.progress is not None:
            columns = ["unit", "planned", "done", "completion_rate", "rank"]
            frame = frame.merge(self.progress.to_frame()[columns], on="unit", how="left")
        if self.assessment is not None:
            columns = ["unit", "score", "grade", "merit_eligible", "commended"]
            frame = frame.merge(self.assessment.to_frame()[columns], on="unit", how="left")
        return owned_frame(frame.reset_index(drop=True))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what is done against the plan; without reports, the shares against the need."""
        return (self.progress or self.allocation).plot(ax)

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title="Outcome", notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the stages in a few lines."""
        stages = (self.allocation, self.plan, self.progress, self.assessment)
        return "\n".join(repr(stage) for stage in stages if stage is not None)


_SHARING = (
    *("weights", "method", "floors", "caps", "pins", "uplift", "ties", "already_covered"),
    *("base", "order", "remainder"),
)
_PLANNING = ("curve", "by", "month_caps", "unit_month_caps", "actuals")
_TRACKING = (
    *("as_of", "reports", "received", "forecast_method", "level", "pace", "scheme", "indicators"),
)


def _without_effect(outcome: Outcome) -> Iterator[Message]:
    """Yield which inputs of a scenario are given and read by no stage that was run, and why."""
    given = {
        field.name
        for field in attrs.fields(Scenario)
        if not same(getattr(outcome.scenario, field.name), field.default)
    }

    def idle(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in given)

    if outcome.allocation.method is None and (found := idle(_SHARING)):
        yield message("No effect here: {inputs}; a coverage goal shares nothing.", inputs=found)
    if outcome.plan is None and (found := idle((*_PLANNING, *_TRACKING))):
        yield message("No effect here: {inputs}; no phases are named (over).", inputs=found)
    elif outcome.progress is None and (found := idle(_TRACKING)):
        yield message(
            "No effect here: {inputs}; progress needs both reports and as_of.", inputs=found
        )
    elif outcome.assessment is None and (found := idle(("indicators",))):
        yield message("No effect here: {inputs}; there is no scheme.", inputs=found)


def allocation_of(scenario: Scenario) -> Allocation:
    """Return the first stage of a run alone: who does how much."""
    return allocate(
        scenario.campaign,
        among=scenario.among,
        weights=scenario.weights,
        target=scenario.target,
        method=scenario.method,
        floors=_given(scenario.floors),
        caps=_given(scenario.caps),
        pins=_given(scenario.pins),
        uplift=scenario.uplift,
        ties=scenario.ties,
        already_covered=scenario.already_covered,
        base=scenario.base,
        order=scenario.order,
        remainder=scenario.remainder,
    )


def plan_of(scenario: Scenario, allocation: Allocation) -> Plan | None:
    """Return the second stage of a run, None where nobody says over which phases it runs."""
    if not scenario.over and not own_window(scenario.campaign, allocation.target_code):
        return None
    return schedule(
        allocation,
        over=scenario.over or None,
        curve=scenario.curve,
        by=scenario.by,
        month_caps=_given(scenario.month_caps) or None,
        unit_month_caps=_given(scenario.unit_month_caps) or None,
        actuals=scenario.actuals,
    )


def _given(value: Pairs | Weighting) -> Any:  # noqa: ANN401 - bounds by code, or a weighting
    return dict(value) if isinstance(value, tuple) else value


@checked_call
def run(
    scenario: Scenario, *, reports: Tally | None = None, received: pd.DataFrame | None = None
) -> Outcome:
    """Return the outcome of a scenario, stage by stage.

    Args:
        scenario: The inputs.
        reports: The tally to track, in place of the scenario's own; without any, or without
            `scenario.as_of`, the run ends with the plan.
        received: When reports arrived (see `track`), in place of the scenario's own.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> weights = cc.weights.by_measure("census_2000")
    >>> cc.run(cc.Scenario(campaign=campaign, weights=weights, target=900)).allocation.total
    900
    """
    scenario = with_reports(scenario, reports, received)
    allocation = allocation_of(scenario)
    plan = plan_of(scenario, allocation)
    progress = assessment = None
    if plan is not None and scenario.reports is not None and scenario.as_of is not None:
        progress = track(plan, scenario.reports, as_of=scenario.as_of, received=scenario.received)
    scheme = scenario.scheme or scenario.campaign.scheme
    if progress is not None and scheme is not None:
        assessment = assess(progress, scheme, indicators=scenario.indicators)
    return Outcome(
        scenario=scenario,
        allocation=allocation,
        plan=plan,
        progress=progress,
        assessment=assessment,
        version=__version__,
    )


def with_reports(
    scenario: Scenario, reports: Tally | None, received: pd.DataFrame | None
) -> Scenario:
    """Return the scenario with other reports, read by its own campaign."""
    changed: dict[str, Any] = {}
    if reports is not None:
        changed["reports"] = reports
    if received is not None:
        changed["received"] = received
    scenario = attrs.evolve(scenario, **changed) if changed else scenario
    own = scenario.reports
    if own is not None and own.campaign != scenario.campaign:
        same = (own.campaign.code, own.campaign.year) == (
            scenario.campaign.code,
            scenario.campaign.year,
        )
        if same:  # other readings of the same campaign; another campaign is an error of `track`
            scenario = attrs.evolve(scenario, reports=attrs.evolve(own, campaign=scenario.campaign))
    return scenario


# -- a scenario as code ----------------------------------------------------------------------------

_PACKAGE = "coverage_campaign"
_DATA = ("reports", "received", "actuals", "indicators")
_WIDTH = 88
_PUBLIC = ("apportion", "curves", "paces", "rules", "weights")
_CONSTANTS = (
    *(("weights", name) for name in ("eligible", "uncovered", "covered", "equal")),
    ("curves", "even"),
)


@attrs.define
class Writer:
    """Writes values as expressions, and gathers the imports that they need."""

    imports: set[str] = attrs.field(factory=set)

    def expression(self, value: object, indent: int = 0) -> str:
        """Return an expression that makes a value equal to this one.

        Raises:
            DefinitionError: A function or a value that no import reaches, such as a lambda.

        >>> Writer().expression((1, Fraction(1, 3), None))
        '(1, Fraction(1, 3), None)'
        """
        if isinstance(value, float) and not math.isfinite(value):
            return f'float("{value}")'
        if isinstance(value, str):
            return _quoted(value)
        if value is None or isinstance(value, (bool, int, float)):
            return repr(value)
        if isinstance(value, (tuple, list)):
            parts = [self.expression(one, indent + 4) for one in value]
            opening, closing = "()" if isinstance(value, tuple) else "[]"
            trailing = "," if len(parts) == 1 and isinstance(value, tuple) else ""
            return _listed(opening, parts, closing, indent, trailing)
        if isinstance(value, Mapping):
            parts = [
                f"{self.expression(key)}: {self.expression(one, indent + 4)}"
                for key, one in value.items()
            ]
            return _listed("{", parts, "}", indent)
        return self._plain(value) or self._object(value, indent)

    def _plain(self, value: object) -> str:
        if isinstance(value, Fraction):
            self.imports.add("from fractions import Fraction")
            return f"Fraction({value.numerator}, {value.denominator})"
        if isinstance(value, Decimal):
            self.imports.add("from decimal import Decimal")
            return f'Decimal("{value}")'
        if isinstance(value, dt.date):
            self.imports.add("import datetime as dt")
            return repr(value).replace("datetime.", "dt.", 1)
        return ""

    def _object(self, value: Any, indent: int) -> str:  # noqa: ANN401 - any value of the library
        if isinstance(value, partial) and not value.args:
            self.imports.add("from functools import partial")
            parts = [self._name(value.func)]
            parts += [f"{name}={self.expression(one)}" for name, one in value.keywords.items()]
            return _listed("partial(", parts, ")", indent)
        if attrs.has(type(value)) and not isinstance(value, type):
            package = importlib.import_module(_PACKAGE)
            for module, name in _CONSTANTS:
                constant = getattr(getattr(package, module), name, None)
                if type(constant) is type(value) and constant == value:
                    return f"cc.{module}.{name}"
            parts = [
                f"{field.alias or field.name}={self.expression(inner, indent + 4)}"
                for field in attrs.fields(type(value))
                if field.init and not _is_default(field, inner := getattr(value, field.name))
            ]
            return _listed(f"{self._name(type(value))}(", parts, ")", indent)
        if callable(value):
            return self._name(value)
        raise _unreachable(value)

    def _name(self, value: Any) -> str:  # noqa: ANN401 - a class or a function
        """Return the name by which a class or function is reached, its import noted."""
        name, module = getattr(value, "__qualname__", ""), getattr(value, "__module__", "")
        package = importlib.import_module(_PACKAGE)
        if name in package.__all__ and getattr(package, name) is value:
            self.imports.add(f"import {_PACKAGE} as cc")
            return f"cc.{name}"
        for public in _PUBLIC:
            if getattr(getattr(package, public), name, None) is value:
                self.imports.add(f"import {_PACKAGE} as cc")
                return f"cc.{public}.{name}"
        if not name.isidentifier() or module == "__main__":
            raise _unreachable(value)
        if getattr(importlib.import_module(module), name, None) is not value:
            raise _unreachable(value)
        self.imports.add(f"from {module} import {name}")
        return str(name)


def _quoted(text: str) -> str:
    """Return a text in double quotes where that needs no more than turning the quotes."""
    plain = repr(text)
    return plain if '"' in plain or "\\" in plain else f'"{plain[1:-1]}"'


def _is_default(field: attrs.Attribute[Any], value: object) -> bool:
    default: Any = field.default
    if hasattr(default, "factory") and hasattr(default, "takes_self"):
        return not default.takes_self and bool(default.factory() == value)
    return default is not attrs.NOTHING and type(default) is type(value) and default == value


def _listed(opening: str, parts: list[str], closing: str, indent: int, trailing: str = "") -> str:
    line = f"{opening}{', '.join(parts)}{trailing}{closing}"
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    inner = " " * (indent + 4)
    body = "".join(f"{inner}{part},\n" for part in parts)
    return f"{opening}\n{body}{' ' * indent}{closing}"


def _unreachable(value: object) -> DefinitionError:
    name = getattr(value, "__qualname__", type(value).__name__)
    return DefinitionError(
        Problem(
            name,
            "has no name that code can import",
            "define it at the top of a module of yours, and import it from there",
        )
    )


def scenario_code(scenario: Scenario, campaign: str) -> str:
    """Return code that makes the scenario again (see `Scenario.to_code`)."""
    writer = Writer({f"import {_PACKAGE} as cc"})
    whole = campaign or writer.expression(scenario.campaign)
    lines = [
        f"    {field.name}={writer.expression(value, 4)},"
        for field in attrs.fields(type(scenario))
        if field.name not in ("campaign", *_DATA)
        and not _is_default(field, value := getattr(scenario, field.name))
    ]
    inputs = "\n".join(["    campaign=campaign,", *lines])
    given = [name for name in _DATA if getattr(scenario, name) is not None]
    inputs += "".join(f"\n    {name}={name},  # data that code does not hold" for name in given)
    imports = "\n".join(sorted(writer.imports, key=lambda line: (line.startswith("from"), line)))
    return f"{imports}\n\ncampaign = {whole}\nscenario = cc.Scenario(\n{inputs}\n)"


def digest_of_scenario(scenario: Scenario) -> str:
    """Return the SHA-256 of a scenario's code, '' where it has none."""
    try:
        return sha256(scenario_code(scenario, "").encode()).hexdigest()
    except DefinitionError:
        return ""


def digest_of_data(scenario: Scenario) -> str:
    """Return the SHA-256 of a scenario's data: reports, arrivals, actuals, indicators; '' = none.

    Rows count in the order of their columns' values, so that the order in which they came does not.
    """
    reports = scenario.reports
    frames = [scenario.received, scenario.actuals, scenario.indicators]
    if reports is None and all(frame is None for frame in frames):
        return ""
    found = sha256()
    for frame in [*([] if reports is None else [reports.frame, reports.stock]), *frames]:
        if frame is not None:
            rows = frame.sort_values(list(frame.columns), kind="stable")
            found.update(rows.to_csv(index=False, lineterminator="\n").encode())
        found.update(b"\0")
    if reports is not None:
        found.update(f"{reports.as_of} {reports.by}".encode())
    return found.hexdigest()
