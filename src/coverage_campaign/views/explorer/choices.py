"""What a scenario leaves to choose, and the scenario that follows from a choice.

A control that stands where it started gives the baseline's own input, whatever that is: the
baseline is always reproduced exactly, and an input that no control can show is never lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from coverage_campaign.allocation import weights as weighing
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.apportionment.rounding_rules import Modified, Stationary
from coverage_campaign.allocation.request import read_target
from coverage_campaign.allocation.weights import Weighting
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, message
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget, to_rate
from coverage_campaign.model.units import Unit
from coverage_campaign.scenarios.scenario import Scenario
from coverage_campaign.scheduling import curves
from coverage_campaign.scheduling.curves import Curve

__all__ = [
    "GIVEN",
    "Choices",
    "NoWeightError",
    "Settings",
    "exact",
    "influences_of",
    "read_persons",
]


@attrs.frozen(kw_only=True)
class Settings:
    """One position of every control; `influences` are whole numbers by code of a weighting.

    `persons` is the total, or None where each unit has a goal of its own; then `rate` is the goal.
    """

    persons: int | None
    rate: Fraction | None
    method: str
    parameter: Fraction
    influences: tuple[tuple[str, int], ...]
    floors: tuple[tuple[str, int], ...]
    caps: tuple[tuple[str, int], ...]
    uplift: Fraction
    curve: str
    ramp: tuple[int, int]


def exact(number: float) -> Fraction:
    """Return the decimal that a control shows, not the binary number next to it.

    >>> exact(2.3), exact(2.3) == Fraction(2.3)
    (Fraction(23, 10), False)
    """
    return Fraction(Decimal(repr(float(number))))


def read_persons(text: str, *, where: str) -> int | None:
    """Return the whole number that was typed, in digits of any script; None for nothing.

    >>> read_persons(" 12,000 ", where="at least"), read_persons("１２", where="at least")
    (12000, 12)
    """
    plain = "".join(text.split()).replace(",", "").replace("，", "")
    if not plain:
        return None
    if not plain.isdecimal() or len(plain) > 15:  # noqa: PLR2004 - more than there are people
        problem = Problem(where, repr(text[:40]), "type a whole number of persons, or nothing")
        raise DefinitionError(problem)
    return int(plain)


# -- words of the controls -------------------------------------------------------------------------

TOTAL: Final = message("Total (persons)")
RATE: Final = message("Goal (% of eligible)")
METHOD: Final = message("Method")
SHARED_BY: Final = message("Allocated by")
UNIT: Final = message("Unit")
FLOOR: Final = message("At least")
CAP: Final = message("At most")
BOUNDS: Final = message("Floors and caps")
UPLIFT: Final = message("Uplift (%)")
CURVE: Final = message("Pace")
BASELINE: Final = message("Baseline")
NOW: Final = message("Now")
CHANGE: Final = message("Change")
SAME: Final = message("This is the baseline: nothing differs yet.")
UNCHANGED: Final = message("No unit's share changes.")
METHODS: Final = {
    "webster": message("Webster (Sainte-Laguë)"),
    "hamilton": message("Hamilton (largest remainder)"),
    "jefferson": message("Jefferson (D'Hondt)"),
    "adams": message("Adams"),
    "hill": message("Hill (equal proportions)"),
    "dean": message("Dean (harmonic mean)"),
    "stationary": message("Stationary, r = parameter"),
    "modified": message("Modified Sainte-Laguë, first divisor = parameter"),
}
CURVES: Final = {
    "even": message("Even per calendar day"),
    "working_days": message("Even per working day"),
    "ramp": message("Rising or falling"),
}
PICTURES: Final = {
    "comparison": message("What changes for whom"),
    "fairness": message("How even the burden is"),
}


def listed(parts: Iterable[str], lang: Language) -> str:
    """Return parts of a list as one text.

    >>> listed(["a", "b"], "en"), listed(["甲", "乙"], "zh")
    ('a; b', '甲；乙')
    """
    return ("; " if lang == "en" else "；").join(parts)


# -- choices --------------------------------------------------------------------------------------

GIVEN: Final = "given"
"""The code of an input of the baseline that no control can make."""
_WHOLE: Final = 100
_FIXED: Final[Mapping[str, apportion.Method]] = {
    "webster": apportion.webster,
    "hamilton": apportion.hamilton,
    "jefferson": apportion.jefferson,
    "adams": apportion.adams,
    "hill": apportion.hill,
    "dean": apportion.dean,
}
_RAMP: Final = curves.ramp(first=1, last=2)


class NoWeightError(DefinitionError):
    """Every weight is 0: a position that a reader passes through, told in the reader's words."""


@attrs.frozen(kw_only=True)
class Choices:
    """The baseline, what can be chosen instead of its inputs, and where each control starts."""

    baseline: Scenario
    target: HeadcountTarget | CoverageTarget | int
    weightings: Mapping[str, Weighting]
    units: tuple[Unit, ...]
    scheduled: bool
    start: Settings

    @classmethod
    def of(cls, baseline: Scenario) -> Choices:
        """Return the choices of a scenario."""
        campaign = baseline.campaign
        target = read_target(campaign, baseline.target)
        weightings = {} if isinstance(target, CoverageTarget) else dict(_weightings(baseline))
        method, parameter = _method_of(baseline.method)
        curve, ramp = _curve_of(baseline.curve or curves.even)
        return cls(
            baseline=baseline,
            target=target,
            weightings=weightings,
            units=campaign.members(baseline.among),
            scheduled=bool(baseline.over or campaign.readings.schedule_over),
            start=Settings(
                persons=_persons(target),
                rate=target.to if isinstance(target, CoverageTarget) else None,
                method=method,
                parameter=parameter,
                influences=_starting_influences(baseline.weights, weightings),
                floors=_pairs(baseline.floors, baseline),
                caps=_pairs(baseline.caps, baseline),
                uplift=_largest(baseline),
                curve=curve,
                ramp=ramp,
            ),
        )

    def scenario(self, settings: Settings) -> Scenario:
        """Return the scenario of a position of the controls.

        Raises:
            NoWeightError: All weights are 0.
            DefinitionError: A number that cannot be.
        """
        changes = {
            name: value(self, settings)
            for name, (looks_at, value) in _INPUTS.items()
            if any(getattr(settings, one) != getattr(self.start, one) for one in looks_at)
        }
        varied: Scenario = attrs.evolve(self.baseline, **changes)
        return varied

    def weighting_label(self, code: str, lang: Language) -> str:
        """Return what one of the weightings is called."""
        weighting = self.weightings[code]
        if isinstance(weighting, weighing.Uncovered):
            return message("Not covered yet").text(lang)
        if isinstance(weighting, weighing.Equal):
            return message("Equal").text(lang)
        campaign = self.baseline.campaign
        if isinstance(weighting, weighing.ByMeasure):
            return campaign.measure(weighting.measure).label.text(lang)
        if isinstance(weighting, weighing.Eligible):
            return campaign.measure(campaign.eligible).label.text(lang)
        return message("as given: {name}", name=weighting.name).text(lang)


def influences_of(
    weights: Weighting | None, weightings: Mapping[str, Weighting]
) -> dict[str, Fraction]:
    """Return by code the part that each weighting has in the weights, exactly; they sum to 1."""
    alone = [code for code, weighting in weightings.items() if weighting == weights]
    if alone or not isinstance(weights, weighing.Blend):
        return dict.fromkeys(alone, Fraction(1))
    whole = sum(share for _, share in weights.parts)
    return {
        code: share / whole
        for code, weighting in weightings.items()
        for part, share in weights.parts
        if part == weighting
    }


def _persons(target: HeadcountTarget | CoverageTarget | int) -> int | None:
    if isinstance(target, HeadcountTarget):
        return target.persons
    return target if isinstance(target, int) else None


def _pairs(
    bounds: tuple[tuple[str, int], ...] | Weighting, baseline: Scenario
) -> tuple[tuple[str, int], ...]:
    """Return bounds unit by unit, as they can be typed."""
    if isinstance(bounds, tuple):
        return bounds
    campaign = baseline.campaign
    found = bounds.of(campaign, campaign.leaves(baseline.among))
    return tuple((code, int(count)) for code, count in found.items())


def _weightings(baseline: Scenario) -> Iterator[tuple[str, Weighting]]:
    """Yield what there are figures for, for every unit, and the baseline's own weights."""
    campaign, leaves = baseline.campaign, baseline.campaign.leaves(baseline.among)
    offered: dict[str, Weighting] = {}
    weights = baseline.weights
    own = [part for part, _ in weights.parts] if isinstance(weights, weighing.Blend) else [weights]
    for measure in campaign.measures:
        counts = [unit.count(measure.code) for unit in leaves]
        if None not in counts and any(counts):
            named = weighing.by_measure(measure.code)
            # The eligible are one choice, called as the baseline calls them.
            is_eligible = measure.code == campaign.eligible and named not in own
            offered[measure.code] = weighing.eligible if is_eligible else named
    if campaign.eligible in offered and campaign.covered:
        counts = [unit.count(campaign.covered) for unit in leaves]
        if None not in counts and any(weighing.uncovered.of(campaign, leaves).values()):
            offered[_free("uncovered", offered)] = weighing.uncovered
    offered[_free("equal", offered)] = weighing.equal
    if weights is not None and not _can_be_made_of(weights, offered):
        yield _free(GIVEN, offered), weights
    yield from offered.items()


def _free(code: str, taken: Mapping[str, Weighting]) -> str:
    return _free(f"{code}_", taken) if code in taken else code


def _can_be_made_of(weights: Weighting, offered: Mapping[str, Weighting]) -> bool:
    known = list(offered.values())
    if not isinstance(weights, weighing.Blend):
        return weights in known
    parts = [weighting for weighting, _ in weights.parts]
    once = all(parts.count(weighting) == 1 for weighting in parts)
    return once and all(weighting in known for weighting in parts)


def _starting_influences(
    weights: Weighting | None, weightings: Mapping[str, Weighting]
) -> tuple[tuple[str, int], ...]:
    parts = influences_of(weights, weightings)
    if not parts:
        return tuple((code, 0) for code in weightings)
    shares = apportion.hamilton(_WHOLE, list(parts.values())).tolist()
    whole = dict(zip(parts, shares, strict=True))
    return tuple((code, whole.get(code, 0)) for code in weightings)


def _method_of(method: apportion.Method) -> tuple[str, Fraction]:
    half = Fraction(1, 2)
    for code, fixed in _FIXED.items():
        if method is fixed:
            return code, half
    if isinstance(method, apportion.DivisorMethod):
        if isinstance(method.signposts, Stationary):
            return "stationary", method.signposts.r
        if isinstance(method.signposts, Modified):
            return "modified", method.signposts.c
    return GIVEN, half


def _curve_of(curve: Curve) -> tuple[str, tuple[int, int]]:
    rising = (_RAMP.first, _RAMP.last)
    if curve == curves.even:
        return "even", rising
    if isinstance(curve, curves.WorkingDays):
        return "working_days", rising
    if isinstance(curve, curves.Ramp):
        return "ramp", (curve.first, curve.last)
    return GIVEN, rising


def _largest(baseline: Scenario) -> Fraction:
    uplift = baseline.uplift
    if isinstance(uplift, Mapping):
        return max((to_rate(rise) for rise in uplift.values()), default=Fraction(0))
    return to_rate(uplift)


# -- one input of the scenario each ----------------------------------------------------------------


def _to_target(choices: Choices, settings: Settings) -> int | CoverageTarget | None:
    if isinstance(choices.target, CoverageTarget) and settings.rate is not None:
        return attrs.evolve(choices.target, to=settings.rate, rise=None, rise_is=None)
    return settings.persons


def _to_method(choices: Choices, settings: Settings) -> apportion.Method:
    if settings.method == "stationary":
        return apportion.stationary(settings.parameter)
    if settings.method == "modified":
        return apportion.modified(settings.parameter)
    if settings.method in {GIVEN, choices.start.method}:
        return choices.baseline.method
    return _FIXED[settings.method]


def _to_weights(choices: Choices, settings: Settings) -> Weighting:
    whole = sum(value for _, value in settings.influences)
    if not whole:
        raise NoWeightError(Problem("weights", "are all 0", "give at least one of them more"))
    parts = [
        (choices.weightings[code], Fraction(value, whole))
        for code, value in settings.influences
        if value
    ]
    return parts[0][0] if len(parts) == 1 else weighing.blend(*parts)


def _to_curve(choices: Choices, settings: Settings) -> Curve:
    if settings.curve == "ramp":
        first, last = settings.ramp
        return curves.ramp(first=first, last=last)
    if settings.curve in {GIVEN, choices.start.curve}:
        return choices.baseline.curve or curves.even
    return curves.even if settings.curve == "even" else curves.working_days()


_INPUTS: Final = {
    "target": (("persons", "rate"), _to_target),
    "method": (("method", "parameter"), _to_method),
    "weights": (("influences",), _to_weights),
    "floors": (("floors",), lambda _, settings: settings.floors),
    "caps": (("caps",), lambda _, settings: settings.caps),
    "uplift": (("uplift",), lambda _, settings: settings.uplift),
    "curve": (("curve", "ramp"), _to_curve),
}
