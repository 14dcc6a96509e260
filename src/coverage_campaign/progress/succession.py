"""Who stands in the place of closed units on a day, and how figures pass on to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.methods import webster
from coverage_campaign.checks import checked_call
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.reporting.result import Tally

__all__ = [
    "Heirs",
    "heirs_on",
    "pass_on",
    "pass_on_many",
    "pass_on_rows",
    "restate",
]

Heirs: TypeAlias = Mapping[str, tuple[tuple[str, Fraction], ...]]
"""Unit code -> who stands in its place, each with its share; who stands for itself is left out."""


def heirs_on(campaign: Campaign, day: dt.date) -> dict[str, tuple[tuple[str, Fraction], ...]]:
    """Return who stands on a day in the place of each unit that closed before it.

    Successors that have closed themselves are followed to theirs. A unit without successors stands
    for itself, closed or not.
    """
    units = {unit.code: unit for unit in campaign.units}
    found: dict[str, tuple[tuple[str, Fraction], ...]] = {}

    def of(code: str) -> tuple[tuple[str, Fraction], ...]:
        unit = units[code]
        if not unit.successors or unit.closed is None or day <= unit.closed:
            return ((code, Fraction(1)),)
        if code not in found:
            shares: dict[str, Fraction] = {}
            for heir, share in unit.successors:
                for last, part in of(heir):
                    shares[last] = shares.get(last, Fraction(0)) + share * part
            found[code] = tuple(shares.items())
        return found[code]

    for code in units:
        of(code)
    return found


def pass_on(persons: pd.Series[int], heirs: Heirs, units: tuple[str, ...]) -> NDArray[np.int64]:
    """Return whole persons by unit after closed units have passed theirs on.

    A split is the nearest one in whole persons (Webster), so nobody is lost or counted twice.
    """
    counts = persons.to_numpy("int64").astype(np.int64, copy=False)[np.newaxis]
    (passed,) = pass_on_many(counts, persons.index.tolist(), heirs, units)
    return np.asarray(passed, dtype=np.int64)


def pass_on_many(
    persons: NDArray[np.int64], codes: Sequence[str], heirs: Heirs, units: tuple[str, ...]
) -> NDArray[np.int64]:
    """Return `pass_on` of many scenarios: persons by scenario and code, by scenario and unit."""
    if tuple(codes) == units and not any(code in heirs for code in units):
        return persons
    place = {code: number for number, code in enumerate(units)}
    passed = np.zeros((len(persons), len(units)), dtype=np.int64)
    for code, counts in zip(codes, persons.T, strict=True):
        shares = heirs.get(code, ((code, Fraction(1)),))
        if len(shares) == 1:
            passed[:, place[shares[0][0]]] += counts
            continue
        parts = webster(counts, [[share for _, share in shares]] * len(counts))
        for (heir, _), part in zip(shares, parts.T, strict=True):
            passed[:, place[heir]] += part
    return passed


def pass_on_rows(frame: pd.DataFrame, heirs: Heirs) -> pd.DataFrame:
    """Return the rows of a tally (unit, period, channel, persons ...) with those who stand today.

    A unit with one successor changes its code. Of a split the running totals of each channel are
    shared out, so that no part ever falls and none is further from its share than a rounding.
    """
    codes = frame["unit"]
    split = {code for code, shares in heirs.items() if len(shares) > 1}
    renamed = {code: shares[0][0] for code, shares in heirs.items() if len(shares) == 1}
    parts = codes.isin(split)
    places, found = pd.factorize(codes)
    names = pd.array([renamed.get(code, code) for code in found.tolist()], dtype="str")
    whole = frame.assign(unit=names.take(places))
    if not parts.any():
        return whole
    keys = [name for name in ("unit", "channel", "group") if name in frame.columns]
    pieces = [whole[~parts]]
    ordered = frame[parts]
    if "period" in frame.columns:
        ordered = ordered.sort_values("period", kind="stable")
    for _, rows in ordered.groupby(keys, sort=False, dropna=False):
        shares = heirs[rows["unit"].iloc[0]]
        known = rows[rows["persons"].notna()]
        totals = known["persons"].to_numpy(dtype=np.int64).cumsum()
        weights = [share for _, share in shares]
        shared = np.array([_signed(total, weights) for total in totals.tolist()])
        shared = np.diff(shared.reshape(-1, len(weights)), axis=0, prepend=0)
        pieces += [
            known.assign(unit=heir, persons=pd.array(shared[:, number], dtype="Int64"))
            for number, (heir, _) in enumerate(shares)
        ]
    return pd.concat(pieces, ignore_index=True).astype({"unit": "str"})


def _signed(total: int, weights: list[Fraction]) -> list[int]:
    shared: list[int] = (np.sign(total) * webster(abs(total), weights)).tolist()
    return shared


@checked_call
def restate(tally: Tally, *, as_of: DateLike) -> Tally:
    """Return a tally with every figure under the units that stand on a day.

    Figures of units that closed before it pass on to their successors, by their declared shares:
    mergers, splits, new names and codes, moves to another upper unit. So a series of years can be
    read under the units of today. Figures of units without successors stay under their codes.

    >>> import coverage_campaign as cc
    >>> units = [cc.Unit("a", "Ash", "county", closed="2021-06-30", successors="m"),
    ...          cc.Unit("m", "Maple", "county", opened="2021-07-01")]
    >>> land = cc.Campaign(code="x", label="X", year=2021, units=units,
    ...                    phases=[cc.Phase("y", "Y", "01-01", "12-31")])
    >>> sheet = pd.DataFrame({"unit": ["a", "m"], "period": ["2021-06", "2021-07"],
    ...                       "persons": [7, 9]})
    >>> tally = cc.read_reports(sheet, land, figures="new")
    >>> cc.restate(tally, as_of="2021-12-31").to_frame()["unit"].tolist()
    ['m', 'm']
    """
    heirs = heirs_on(tally.campaign, to_date(as_of, where="as_of"))
    if not heirs:
        return tally
    keys = [name for name in tally.frame.columns if name != "persons"]
    rows = pass_on_rows(tally.frame, heirs)
    summed = rows.groupby(keys, sort=False, dropna=False)["persons"].sum(min_count=1)
    return attrs.evolve(
        tally,
        frame=summed.reset_index()[list(tally.frame.columns)],
        stock=pass_on_rows(tally.stock, heirs),
        baseline=pass_on_rows(tally.baseline, heirs),
    )
