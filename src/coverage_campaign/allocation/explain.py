"""Why a unit has its share: the record of the sharing it took part in, and a sentence."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.limits import unbounded
from coverage_campaign.allocation.naming import name_of
from coverage_campaign.allocation.request import (
    Column,
    RequestReader,
    exact_number,
    first_is_free,
    is_own,
)
from coverage_campaign.allocation.top_down import share
from coverage_campaign.allocation.tree import NO_CAP, UnitTree, code_ranks
from coverage_campaign.allocation.weights import declared
from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from coverage_campaign.allocation.allocation import Allocation
    from coverage_campaign.allocation.weights import Number

    Ints: TypeAlias = NDArray[np.int64]

__all__ = [
    "Record",
    "binding",
    "leaf_rows",
    "levels",
    "number_text",
    "reconciliation",
    "record_of",
    "record_under",
    "records",
    "sentence",
]

_SHOWN = 12
_MILLION = 10**6
_ROUNDED = {
    "webster": "",
    "hamilton": "",
    "jefferson": " (rounded down)",
    "adams": " (rounded up)",
    "hill": " (rounded at the geometric mean)",
    "dean": " (rounded at the harmonic mean)",
}


@attrs.frozen(eq=False)
class Record:
    """One sharing: the rows and codes of those who took part, and its apportionment.

    `scarce`: there were fewer seats than units that are still at 0, so equal claims decided.
    """

    rows: NDArray[np.intp]
    codes: tuple[str, ...]
    apportionment: apportion.Apportionment
    scarce: bool = False

    @property
    def scale(self) -> int:
        """What weights and divisor are multiplied by to be read: parts of one in millionths."""
        return _MILLION if max(self.apportionment.weights, default=0) < 1 else 1

    def place(self, row: int) -> int:
        """Return the position of a row among those who took part."""
        return int(np.searchsorted(self.rows, row))


def record_of(allocation: Allocation, row: int) -> Record:
    """Return the record of the sharing that a row took part in; it is made once."""
    if allocation.method is None:
        raise DefinitionError(
            Problem("allocation", "a goal for each unit", "nothing was shared out here")
        )
    frame = allocation.frame.iloc[: len(allocation.weights)]
    parents = frame["parent"]
    parent = "" if allocation.order == "bottom_up" else _text(parents.iloc[row])
    if allocation.order == "bottom_up" and row not in leaf_rows(allocation):
        raise DefinitionError(
            Problem("allocation", "leaves were shared first", "ask for a leaf; this is a sum")
        )
    if parent not in allocation._records:  # noqa: SLF001 - its own memory of what it explained
        if allocation.order == "bottom_up":
            rows = leaf_rows(allocation)
        else:
            same = parents.isna() if not parent else parents == parent
            rows = np.flatnonzero(same.to_numpy(dtype=bool))
        allocation._records[parent] = _record(allocation, rows)  # noqa: SLF001 - as above
    return allocation._records[parent]  # noqa: SLF001 - as above


def leaf_rows(allocation: Allocation) -> NDArray[np.intp]:
    """Return the rows of the leaves."""
    frame = allocation.frame.iloc[: len(allocation.weights)]
    upper = frame["unit"].isin(frame["parent"].dropna().unique())
    return np.flatnonzero(~upper.to_numpy(dtype=bool))


def record_under(allocation: Allocation, parent: str) -> Record:
    """Return the record of what was shared under a parent ('' = the top)."""
    column = allocation.frame["parent"].iloc[: len(allocation.weights)]
    if allocation.order == "bottom_up":
        return record_of(allocation, len(column) - 1)  # the last row is a leaf
    children = column.isna() if not parent else column == parent
    rows = np.flatnonzero(children.to_numpy(dtype=bool))
    if not len(rows):
        raise DefinitionError(
            Problem(f"unit '{parent}'", "has nobody below it here", "name an upper unit, or ''")
        )
    return record_of(allocation, int(rows[0]))


def records(allocation: Allocation) -> list[Record]:
    """Return the records of every sharing, from the top."""
    if allocation.method is None or is_own(allocation.method):
        return []
    frame = allocation.frame.iloc[: len(allocation.weights)]
    firsts = np.flatnonzero(~frame["parent"].duplicated().to_numpy(dtype=bool)).tolist()
    if allocation.order == "bottom_up":
        firsts = [len(frame) - 1]
    return [record_of(allocation, row) for row in firsts]


def _record(allocation: Allocation, rows: NDArray[np.intp]) -> Record:
    if allocation.method is None:  # pragma: no cover - record_of refuses it
        raise AssertionError
    shares = allocation.frame["share"].to_numpy("int64")[rows]
    shifts, most = allocation.shifts[rows], allocation.caps[rows]
    codes = allocation.frame["unit"].iloc[rows].tolist()
    floors = allocation.floors[rows] - shifts
    caps = np.where(most > NO_CAP // 2, NO_CAP, most - shifts)
    weights = [exact_number(allocation.weights[row]) for row in rows.tolist()]
    seats = shares - shifts
    method, scarce = allocation.method, False
    if allocation.already_covered and first_is_free(method):
        waiting = (floors == 0) & (caps > 0) & np.array([weight > 0 for weight in weights])
        scarce = int(seats.sum() - floors.sum()) < int(waiting.sum())
        if scarce:  # all at 0 have the same endless claim
            method, weights = apportion.webster, [Fraction(int(one)) for one in waiting]
            caps = floors + waiting
    found = apportion.explain(
        method,
        int(seats.sum()),
        _numbers(weights),
        floors=floors if floors.any() or (caps < NO_CAP).any() else None,
        caps=caps if (caps < NO_CAP).any() else None,
        ties=code_ranks(codes),
    )
    return Record(rows, tuple(codes), found, scarce)


def sentence(allocation: Allocation, unit: str) -> str:
    """Return in one sentence why a unit has its share."""
    row = row_of(allocation, unit)
    line = allocation.frame.iloc[row]
    share, name = int(line["share"]), str(line["name"])
    if allocation.method is None:
        return f"{name}: {allocation.target} → {share:,}; {line['quota']:,.2f} before rounding up."
    if is_own(allocation.method):
        weight = number_text(Fraction(allocation.weights[row]))
        how = f"{name_of(allocation.method)}, a function of the caller's"
        return f"{name}: {allocation.weighting} {weight} → {share:,} by {how}."
    record = record_of(allocation, row)
    weight = number_text(Fraction(allocation.weights[row]) * record.scale)
    of_what = f" of {record.scale:,}" if record.scale > 1 else ""
    ground = f"{name}: {allocation.weighting} {weight}{of_what}"
    if bool(line["pinned"]):
        return f"{ground}; pinned to {share:,} by the caller."
    if record.scarce:
        existing = int(allocation.existing[row])
        why = f"{existing:,} are covered already" if existing else "nobody is covered yet"
        return f"{ground}; {why}, and units at 0 come first{_tie(allocation, unit)}: {share:,}."
    return _division(allocation, record, row, ground)


def _division(allocation: Allocation, record: Record, row: int, ground: str) -> str:
    """Return the sentence with the division that gives the share."""
    line, found, place = allocation.frame.iloc[row], record.apportionment, record.place(row)
    share, shift, unit = int(line["share"]), int(allocation.shifts[row]), str(line["unit"])
    quotient = found.quotient(place)
    if found.divisor is None or quotient is None:
        return f"{ground}; quota {line['quota']:,.2f} → {share:,}{_tie(allocation, unit)}."
    divisor = number_text(found.divisor * record.scale)
    words = f"{ground} ÷ {divisor} = {float(quotient):,.2f} → {share - shift:,}"
    words += _ROUNDED.get(found.method, f" by {found.method}") + _moved(allocation, row, share)
    bound = next((one for one in found.binding if one.unit == place), None)
    if bound is not None:
        deserved = bound.deserved + shift
        return f"{words}; {_decides(allocation, row, bound.bound)}, without it {deserved:,}."
    tied = _tie(allocation, unit)
    needs = found.next_needs(place)
    if tied or needs is None or share >= int(allocation.caps[row]):
        return f"{words}{tied}."
    next_weight = number_text(_up(needs * record.scale, found.weights))
    return f"{words}; the next would need a weight of {next_weight}."


def _moved(allocation: Allocation, row: int, share: int) -> str:
    """Return what is taken off the seats and added to them."""
    existing = int(allocation.existing[row])
    base = int(allocation.shifts[row]) + existing
    words = f", of whom {existing:,} are covered already" if existing else ""
    words += f", and {base:,} {'is' if base == 1 else 'are'} the base of every unit" if base else ""
    return f"{words}: {share:,}" if words else ""


def _decides(allocation: Allocation, row: int, bound: str) -> str:
    if bound == "cap" and allocation.uncovered_caps[row]:
        return f"only {int(allocation.caps[row]):,} people are left to enrol"
    return f"its {bound} decides"


def _tie(allocation: Allocation, unit: str) -> str:
    """Return the tie that a unit was in, if it was in one."""
    for tie in allocation.ties:
        if unit in tie.units:
            others = ", ".join(code for code in tie.units if code != unit)
            who = others if len(tie.units) <= _SHOWN else f"{len(tie.units) - 1:,} others"
            outcome = "won" if unit in tie.winners else "lost"
            seats = f"the last {'person' if tie.seats == 1 else f'{tie.seats:,} people'}"
            return f", tied with {who} for {seats} and {outcome} by {tie.rule}"
    return ""


def row_of(allocation: Allocation, unit: str) -> int:
    """Return the row of a unit, or an error that names some units."""
    rows = np.flatnonzero((allocation.frame["unit"] == unit).to_numpy(dtype=bool))
    if not len(rows) or rows[0] >= len(allocation.weights):
        codes = allocation.frame["unit"].tolist()
        some = ", ".join(codes[:_SHOWN]) + (", ..." if len(codes) > _SHOWN else "")
        raise DefinitionError(Problem(f"unit '{unit}'", "has no share here", f"units: {some}"))
    return int(rows[0])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _numbers(weights: list[int | Fraction]) -> NDArray[np.int64] | list[Fraction]:
    if all(isinstance(weight, int) and weight < NO_CAP for weight in weights):
        return np.array(weights, dtype=np.int64)
    return [Fraction(weight) for weight in weights]


def _up(value: Fraction, weights: tuple[Fraction, ...]) -> Fraction:
    """Return a needed weight as a person would give it: whole where all weights are whole."""
    digits = 1 if all(weight.denominator == 1 for weight in weights) else 10**6
    return Fraction(-(-value * digits // 1), digits)


def number_text(value: Number) -> str:
    """Return a number as a person would type it into a calculator.

    >>> number_text(12345), number_text(Fraction("163.2")), number_text(Fraction(1, 3))
    ('12,345', '163.2', '0.333333')
    """
    exact = Fraction(value)
    if exact.denominator == 1:
        return f"{exact.numerator:,}"
    text = f"{float(exact):,.6f}".rstrip("0")
    return text if Fraction(text.replace(",", "")) == exact else f"{float(exact):,.6g}"


# -- what bounds did -------------------------------------------------------------------------------


def binding(allocation: Allocation) -> pd.DataFrame:
    """Return the units whose bound decides: unit, name, bound, share, without_it [persons]."""
    frame = allocation.frame
    pinned, names = frame["pinned"].to_numpy(dtype=bool), frame["name"].tolist()
    shares = frame["share"].tolist()
    rows = [
        (
            record.codes[one.unit],
            names[row],
            "pin" if pinned[row] else one.bound,
            shares[row],
            one.deserved + int(allocation.shifts[row]),
        )
        for record in records(allocation)
        for one in record.apportionment.binding
        for row in (int(record.rows[one.unit]),)
    ]
    columns = ["unit", "name", "bound", "share", "without_it"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"unit": "str", "name": "str", "bound": "str", "share": "Int64", "without_it": "Int64"}
    )


def levels(allocation: Allocation) -> pd.DataFrame:
    """Return how full each leaf is, before and after: see `Allocation.levels`."""
    leaves = leaf_rows(allocation)
    none = np.zeros(len(leaves), dtype=np.int64)
    existing = allocation.existing[leaves] if len(allocation.existing) else none
    part = allocation.frame.iloc[leaves].reset_index(drop=True)
    weights = [float(allocation.weights[row]) for row in leaves.tolist()]
    per = pd.array([weight or None for weight in weights], dtype="Float64")
    after = part["share"] + existing
    held = _deciding(allocation)
    return pd.DataFrame(
        {
            "unit": part["unit"],
            "name": part["name"],
            "weight": pd.array(weights, dtype="Float64"),
            "existing_before": pd.array(existing, dtype="Int64"),
            "share": part["share"],
            "existing_after": after,
            "level_before": (pd.Series(existing) / per).astype("Float64"),
            "level_after": (after / per).astype("Float64"),
            "held_by": pd.array(
                [
                    "already covered"
                    if held.get(unit) == "floor" and not share
                    else held.get(unit, "")
                    for unit, share in zip(
                        part["unit"].tolist(), part["share"].tolist(), strict=True
                    )
                ],
                dtype="str",
            ),
        }
    )


def reconciliation(allocation: Allocation) -> pd.DataFrame:
    """Return what bounds did to everyone: see `Allocation.reconciliation`."""
    count = len(allocation.weights)
    frame = allocation.frame.iloc[:count]
    given = frame["share"].to_numpy("int64")
    free = given if allocation.method is None else _without_bounds(allocation)
    decides = _deciding(allocation)
    floors, caps, pinned = (frame[name].tolist() for name in ("floor", "cap", "pinned"))
    bounds: list[str] = []
    asked: list[int | None] = []
    reasons: list[str] = []
    for row, unit in enumerate(frame["unit"].tolist()):
        bound = _bound_of(floors[row], caps[row], pinned=pinned[row], decides=decides.get(unit, ""))
        bounds.append(bound)
        asked.append({"": None, "cap": caps[row]}.get(bound, floors[row]))
        reasons.append(
            _why(allocation, row, bound, int(given[row] - free[row]), decides=unit in decides)
        )
    return pd.DataFrame(
        {
            "unit": frame["unit"],
            "name": frame["name"],
            "bound": pd.array(bounds, dtype="str"),
            "asked": pd.array([_count(one) for one in asked], dtype="Int64"),
            "given": frame["share"],
            "without_bounds": pd.array(free, dtype="Int64"),
            "difference": pd.array(given - free, dtype="Int64"),
            "why": pd.array(reasons, dtype="str"),
        }
    )


def _deciding(allocation: Allocation) -> dict[str, str]:
    """Return the bounds that decide, by unit."""
    found = binding(allocation)
    return dict(zip(found["unit"].tolist(), found["bound"].tolist(), strict=True))


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, (int, np.integer)) else None


def _bound_of(floor: object, cap: object, *, pinned: bool, decides: str) -> str:
    """Return the bound that a unit's row is about: the one that decides, or the one it has."""
    if pinned:
        return "pin"
    if decides:
        return decides
    if _count(floor) is not None:
        return "floor"
    return "cap" if _count(cap) is not None else ""


def _why(allocation: Allocation, row: int, bound: str, difference: int, *, decides: bool) -> str:
    if bound == "pin":
        return "pinned by the caller"
    if decides:
        return _held(allocation, row, bound)
    if not difference:
        return ""
    return f"{'takes on' if difference > 0 else 'gives up'} what others' bounds leave"


def _held(allocation: Allocation, row: int, bound: str) -> str:
    if allocation.frame[bound].isna().iloc[row]:  # gathered from the units below
        what = "have room for no more" if bound == "cap" else "need as much"
        return f"the units below it {what}"
    if bound == "floor":
        return "raised to its floor"
    nobody = ": no more people are left to enrol" if allocation.uncovered_caps[row] else ""
    return f"held at its cap{nobody}"


def _without_bounds(allocation: Allocation) -> Ints:
    """Return the shares if nobody had a floor, a cap or a pin, only a base.

    Nor do the people who are left to enrol bound anybody.
    """
    if allocation.method is None:  # pragma: no cover - the caller has seen to it
        raise AssertionError
    tree = UnitTree.of(allocation.campaign, allocation.among)
    leaves = tree.leaf_rows.tolist()
    codes = [tree.codes[row] for row in leaves]
    weights = {code: allocation.weights[row] for code, row in zip(codes, leaves, strict=True)}
    existing = {
        code: int(allocation.existing[row]) for code, row in zip(codes, leaves, strict=True)
    }
    base = int((allocation.shifts + allocation.existing)[leaves[0]])
    values: dict[str, object] = {
        **dict.fromkeys(("floors", "caps", "pins")),
        "target": allocation.total,
        "weights": declared(weights, because=""),
        "uplift": 0,
        "already_covered": existing if allocation.already_covered else None,
        "base": base,
    }
    reader = RequestReader(
        allocation.campaign, tree, allocation.method, "code", allocation.order, "raise"
    )
    asked = reader.requests({name: Column((value,)) for name, value in values.items()}, 1)
    free: Ints = share(attrs.evolve(asked, limits=unbounded(tree))).share[0]
    return free
