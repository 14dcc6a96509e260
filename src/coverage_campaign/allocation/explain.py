"""Why a unit has its share: the record of the sharing it took part in, and a sentence."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.apportionment.methods import _rule_of
from coverage_campaign.allocation.request import exact_number
from coverage_campaign.allocation.tree import NO_CAP, code_ranks
from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from coverage_campaign.allocation.allocation import Allocation
    from coverage_campaign.allocation.weights import Number

__all__ = ["Record", "leaf_rows", "number_text", "record_of", "record_under", "records", "sentence"]

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
    if allocation.method is None:
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
    shifts, most = allocation.shifts[rows], allocation.most[rows]
    codes = allocation.frame["unit"].iloc[rows].tolist()
    floors = allocation.least[rows] - shifts
    caps = np.where(most > NO_CAP // 2, NO_CAP, most - shifts)
    weights = [exact_number(allocation.weights[row]) for row in rows.tolist()]
    seats = shares - shifts
    method, scarce = allocation.method, False
    if allocation.already_covered and _rule_of(method).first_is_free:
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
    record = record_of(allocation, row)
    weight = number_text(Fraction(allocation.weights[row]) * record.scale)
    of_what = f" of {record.scale:,}" if record.scale > 1 else ""
    ground = f"{name}: {allocation.weighting} {weight}{of_what}"
    if bool(line["pinned"]):
        return f"{ground}; pinned to {share:,} by the caller."
    if record.scarce:
        there = int(allocation.there[row])
        why = f"{there:,} are there already" if there else "nobody is there yet"
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
    if tied or needs is None or share >= int(allocation.most[row]):
        return f"{words}{tied}."
    next_weight = number_text(_up(needs * record.scale, found.weights))
    return f"{words}; the next would need a weight of {next_weight}."


def _moved(allocation: Allocation, row: int, share: int) -> str:
    """Return what is taken off the seats and added to them."""
    there = int(allocation.there[row])
    base = int(allocation.shifts[row]) + there
    words = f", of whom {there:,} are there already" if there else ""
    words += f", and {base:,} {'is' if base == 1 else 'are'} the base of every unit" if base else ""
    return f"{words}: {share:,}" if words else ""


def _decides(allocation: Allocation, row: int, bound: str) -> str:
    if bound == "cap" and allocation.uncovered_caps[row]:
        return f"only {int(allocation.most[row]):,} people are left to enrol"
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
