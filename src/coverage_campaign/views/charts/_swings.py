"""How far inputs move a result: the bars of a tornado, from a study or from a frame."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, text_of
from coverage_campaign.scenarios.scenario import allocation_of
from coverage_campaign.scenarios.study import Study
from coverage_campaign.views.inputs import input_name, input_value

__all__ = ["Swing", "given_swings", "swings_of"]


@attrs.frozen
class Swing:
    """One bar: what is varied, the results at both ends, the input values that give them."""

    name: str
    low: float
    high: float
    low_value: str = ""
    high_value: str = ""
    base: float | None = None

    @property
    def range(self) -> float:
        """How far the result moves."""
        return self.high - self.low


def swings_of(
    study: Study, *, unit: str | None, lang: Language
) -> tuple[tuple[Swing, ...], float | None]:
    """Return the bars of a study, the widest first, and the baseline's result for one unit."""
    shares = allocation_of(study.baseline).to_frame()
    baseline = dict(zip(shares["unit"].tolist(), shares["share"].tolist(), strict=True))
    frame = study.to_frame()
    if unit is None:
        ranges = study.ranges()
        units = study.baseline.campaign.units
        names = {one.code: one.label.text(lang) for one in units}
        swings = [
            Swing(
                names.get(code) or str(name), float(least), float(most), base=float(baseline[code])
            )
            for code, name, least, most in zip(
                ranges["unit"].tolist(),
                ranges["name"].tolist(),
                ranges["least"].tolist(),
                ranges["most"].tolist(),
                strict=True,
            )
        ]
        return _widest_first(swings), None
    if unit not in baseline:
        known = ", ".join(list(baseline)[:12])
        raise DefinitionError(Problem(f"unit '{unit}'", "is not in the study", f"units: {known}"))
    rows = frame[frame["unit"] == unit]
    swings = [_swing(rows, name, study, float(baseline[unit]), lang) for name in study.over]
    return _widest_first(swings), float(baseline[unit])


def _swing(rows: pd.DataFrame, name: str, study: Study, base: float, lang: Language) -> Swing:
    """Return how far one input moves the share, the others held where the baseline has them."""
    held = rows
    for other in study.over:
        if other == name:
            continue
        value = str(_baseline_value(study, other))
        tried = held[other].map(str)
        if value not in set(tried):
            raise DefinitionError(
                Problem(
                    f"over['{other}']",
                    f"{value}, the baseline's own value, is not among those tried",
                    "try it too: one input moves while the others stay as in the baseline",
                )
            )
        held = held[tried == value]
    results = [float(value) for value in held["share"].tolist()]
    campaign = study.baseline.campaign
    values = [text_of(input_value(str(value), campaign), lang) for value in held[name].tolist()]
    least, most = results.index(min(results)), results.index(max(results))
    shown = text_of(input_name(name), lang)
    return Swing(shown, results[least], results[most], values[least], values[most], base)


def _baseline_value(study: Study, name: str) -> object:
    value: object = getattr(study.baseline, "target" if name == "total" else name)
    if name in {"total", "target"} and not isinstance(value, int):
        return allocation_of(study.baseline).total
    if isinstance(value, (int, float, str)):
        return value
    return getattr(value, "__name__", None) or getattr(value, "name", None) or str(value)


def given_swings(frame: pd.DataFrame) -> tuple[Swing, ...]:
    """Return the bars of a frame: input, low_value, high_value, low, high."""
    columns = ("input", "low_value", "high_value", "low", "high")
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        raise DefinitionError(
            Problem("frame", f"no column {', '.join(lacking)}", f"columns: {', '.join(columns)}")
        )
    return _widest_first(
        [
            Swing(str(name), float(low), float(high), str(low_value), str(high_value))
            for name, low_value, high_value, low, high in zip(
                *(frame[column].tolist() for column in columns), strict=True
            )
        ]
    )


def _widest_first(swings: Sequence[Swing]) -> tuple[Swing, ...]:
    return tuple(sorted(swings, key=lambda swing: -abs(swing.range)))
