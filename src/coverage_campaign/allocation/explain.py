"""Why a unit has its share: the record of the sharing it took part in, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.apportionment.methods import first_is_free, name_of
from coverage_campaign.allocation.request import (
    InputColumn,
    Limits,
    Remainder,
    RequestReader,
    Requests,
    exact_number,
    is_own,
    left_to_enrol,
    unbounded,
)
from coverage_campaign.allocation.top_down import SharedTarget, SharingRecord, share
from coverage_campaign.allocation.tree import (
    NO_CAP,
    OWN,
    UnitTree,
    code_ranks,
    leaf_of,
    of_whole,
)
from coverage_campaign.allocation.weights import declared
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import unit_meant

if TYPE_CHECKING:
    from coverage_campaign.allocation.weights import Number

    Ints: TypeAlias = NDArray[np.int64]

__all__ = [
    "binding",
    "levels",
    "number_text",
    "reconciliation",
    "record_of",
    "record_under",
    "records",
    "sentence",
]

_SHOWN = 12
_MOST_SHARED_AGAIN = 200
_MILLION = 10**6
_ROUNDED: dict[str, Message | str] = {
    "webster": "",
    "hamilton": "",
    "jefferson": message(" (rounded down)"),
    "adams": message(" (rounded up)"),
    "hill": message(" (rounded at the geometric mean)"),
    "dean": message(" (rounded at the harmonic mean)"),
}
TIE_RULES = {
    "code": message_in("tie", "code"),
    "first": message_in("tie", "first"),
    "last": message_in("tie", "last"),
}
_WEIGHTS = {
    "eligible": message_in("weights", "eligible"),
    "covered": message_in("weights", "covered"),
    "uncovered": message_in("weights", "uncovered"),
    "equal": message_in("weights", "equal"),
    "declared": message_in("weights", "declared"),
}


def record_of(allocation: SharedTarget, row: int) -> SharingRecord:
    """Return the record of the sharing that a row took part in; it is made once."""
    if allocation.method is None:
        raise DefinitionError(
            Problem("allocation", "a goal for each unit", "nothing was shared out here")
        )
    frame = allocation.frame.iloc[: len(allocation.weights)]
    parents = frame["parent"]
    parent = "" if allocation.order == "bottom_up" else _text(parents.iloc[row])
    if allocation.order == "bottom_up" and row not in allocation.leaf_rows:
        raise DefinitionError(
            Problem("allocation", "leaves were shared first", "ask for a leaf; this is a sum")
        )
    if parent not in allocation._records:  # noqa: SLF001 - its own memory of what it explained
        if allocation.order == "bottom_up":
            rows = allocation.leaf_rows
        else:
            same = parents.isna() if not parent else parents == parent
            rows = np.flatnonzero(same.to_numpy(dtype=bool))
        allocation._records[parent] = _record(allocation, rows)  # noqa: SLF001 - as above
    return allocation._records[parent]  # noqa: SLF001 - as above


def record_under(allocation: SharedTarget, parent: str) -> SharingRecord:
    """Return the record of what was shared under a parent ('' = the top)."""
    column = allocation.frame["parent"].iloc[: len(allocation.weights)]
    if allocation.order == "bottom_up":
        return record_of(allocation, len(column) - 1)  # the last row is a leaf
    children = column.isna() if not parent else column == parent
    rows = np.flatnonzero(children.to_numpy(dtype=bool))
    if not len(rows):
        raise DefinitionError(
            Problem(
                message("unit '{code}'", code=parent),
                "has nobody below it here",
                "name an upper unit, or ''",
            )
        )
    return record_of(allocation, int(rows[0]))


def records(allocation: SharedTarget) -> list[SharingRecord]:
    """Return the records of every sharing, from the top."""
    if allocation.method is None or is_own(allocation.method):
        return []
    frame = allocation.frame.iloc[: len(allocation.weights)]
    firsts = np.flatnonzero(~frame["parent"].duplicated().to_numpy(dtype=bool)).tolist()
    if allocation.order == "bottom_up":
        firsts = [len(frame) - 1]
    return [record_of(allocation, row) for row in firsts]


def _record(allocation: SharedTarget, rows: NDArray[np.intp]) -> SharingRecord:
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
    return SharingRecord(rows, tuple(codes), found, scarce)


def sentence(allocation: SharedTarget, unit: str) -> Message:
    """Return in one sentence why a unit has its share."""
    row = row_of(allocation, unit)
    line = allocation.frame.iloc[row]
    share = int(line["share"])
    own = allocation.to_frame().set_index("unit")["own_share"].get(unit, share)
    said = _why_so_many(allocation, row, line, share)
    if not own or own == share:
        return said
    return message(
        "{said} Of these, {n} {n:plural is|are} for its people outside the units below it.",
        said=said,
        n=int(own),
    )


def _why_so_many(allocation: SharedTarget, row: int, line: pd.Series[Any], share: int) -> Message:
    label = _label(allocation, row)
    weight = number_text(Fraction(allocation.weights[row])) if allocation.weights else ""
    annexes = {annex.code: annex for annex in allocation.campaign.annexes}
    if allocation.method is None:
        return message(
            "{unit}: {target} → {n}; {quota} before rounding up.",
            unit=label,
            target=_goal(allocation),
            n=share,
            quota=f"{line['quota']:,.2f}",
        )
    if is_own(allocation.method):
        return message(
            "{unit}: {weights} {weight} → {n} by {method}, a function of the caller's.",
            unit=label,
            weights=weights_word(allocation),
            weight=weight,
            n=share,
            method=name_of(allocation.method),
        )
    if allocation.weighting in annexes and share == allocation.weights[row]:
        annex = annexes[allocation.weighting]
        return message(
            "{unit}: {n} {n:plural person|people} by {annex}{clause}.",
            unit=label,
            n=share,
            annex=annex.label,
            clause=message(" (clause {clause})", clause=annex.clause) if annex.clause else "",
        )
    record = record_of(allocation, row)
    ground = message(
        "{unit}: {weights} {weight}",
        unit=label,
        weights=weights_word(allocation),
        weight=number_text(Fraction(allocation.weights[row]) * record.scale),
    )
    if record.scale > 1:
        ground = message("{ground} of {scale}", ground=ground, scale=record.scale)
    if bool(line["pinned"]):
        return message("{ground}; pinned to {n} by the caller.", ground=ground, n=share)
    if record.scarce:
        existing = int(allocation.existing[row])
        return message(
            "{ground}; {why}, and units at 0 come first{tie}: {n}.",
            ground=ground,
            why=message("{n} {n:plural is|are} covered already", n=existing)
            if existing
            else message("nobody is covered yet"),
            tie=_tie(allocation, row),
            n=share,
        )
    return _division(allocation, record, row, ground)


def _division(
    allocation: SharedTarget, record: SharingRecord, row: int, ground: Message
) -> Message:
    """Return the sentence with the division that gives the share."""
    line, found, place = allocation.frame.iloc[row], record.apportionment, record.place(row)
    share, shift = int(line["share"]), int(allocation.shifts[row])
    quotient, tied = found.quotient(place), _tie(allocation, row)
    if found.divisor is None or quotient is None:
        return message(
            "{ground}; quota {quota} → {n}{tie}.",
            ground=ground,
            quota=f"{line['quota']:,.2f}",
            n=share,
            tie=tied,
        )
    words = message(
        "{ground} ÷ {divisor} = {quotient} → {n}{rounded}{moved}",
        ground=ground,
        divisor=number_text(found.divisor * record.scale),
        quotient=f"{float(quotient):,.2f}",
        n=share - shift,
        rounded=_ROUNDED.get(found.method, message(" by {method}", method=found.method)),
        moved=_moved(allocation, row, share),
    )
    bound = next((one for one in found.binding if one.unit == place), None)
    if bound is not None:
        decides = _decides(allocation, row, bound.bound)
        free = _without_one(allocation, [(row, bound.bound)])[0]
        if free is None:
            return message("{words}; {decides}.", words=words, decides=decides)
        return message("{words}; {decides}, without it {n}.", words=words, decides=decides, n=free)
    needs = found.next_needs(place)
    if tied or needs is None or share >= int(allocation.caps[row]):
        return message("{words}{tie}.", words=words, tie=tied)
    return message(
        "{words}; the next would need a weight of {weight}.",
        words=words,
        weight=number_text(_up(needs * record.scale, found.weights)),
    )


def _moved(allocation: SharedTarget, row: int, share: int) -> Message | str:
    """Return what is taken off the seats and added to them."""
    existing = int(allocation.existing[row])
    base = int(allocation.shifts[row]) + existing
    parts: list[Message] = []
    if existing:
        parts.append(message(", of whom {n} {n:plural is|are} covered already", n=existing))
    if base:
        parts.append(message(", and {n} {n:plural is|are} the base of every unit", n=base))
    if not parts:
        return ""
    first, second = parts[0], parts[1] if len(parts) > 1 else ""
    return message("{first}{second}: {n}", first=first, second=second, n=share)


def _decides(allocation: SharedTarget, row: int, bound: str) -> Message:
    if bound == "cap" and allocation.uncovered_caps[row]:
        left = int(allocation.caps[row])
        return message("only {n} {n:plural person is|people are} left to enrol", n=left)
    return message("its floor decides") if bound == "floor" else message("its cap decides")


def _tie(allocation: SharedTarget, row: int) -> Message | str:
    """Return the tie that a row's unit was in, if it was in one."""
    frame = allocation.frame
    unit, parent = of_whole(frame["unit"].iloc[row]), _text(frame["parent"].iloc[row])
    bottom_up = allocation.order == "bottom_up"
    for tie in allocation.ties:
        if unit not in tie.units or (tie.parent != parent and not bottom_up):
            continue
        others = [code for code in tie.units if code != unit]
        return message(
            ", tied with {units} for {seats} and {outcome} by {rule}",
            units=tuple(_label_of(allocation, code) for code in others)
            if len(tie.units) <= _SHOWN
            else message("{n} others", n=len(others)),
            seats=message("the last person")
            if tie.seats == 1
            else message("the last {n} people", n=tie.seats),
            outcome=message("won") if unit in tie.winners else message("lost"),
            rule=TIE_RULES.get(tie.rule, tie.rule),
        )
    return ""


def _label(allocation: SharedTarget, row: int) -> Label:
    return _label_of(allocation, str(allocation.frame["unit"].iloc[row]))


def _label_of(allocation: SharedTarget, code: str) -> Label:
    return leaf_of(allocation.campaign, code, allocation.among).label


def _goal(allocation: SharedTarget) -> Message | str:
    """Return the coverage rate that each unit is to reach."""
    campaign = allocation.campaign
    rate, _, code = allocation.target.partition(" % of ")
    if code != campaign.eligible:
        return allocation.target
    named = in_english(code, campaign.measure(code).label)
    return message("{rate:raw} % of {people}", rate=rate, people=named)


def weights_word(allocation: SharedTarget) -> Label:
    """Return what the weights are called: by their code in English, else by the measure's name."""
    return weights_called(allocation.weighting, allocation.campaign)


def weights_called(name: str, campaign: Campaign) -> Label:
    """Return what weights of a name are called, as `weights_word` does."""
    known = {measure.code: measure.label for measure in campaign.measures}
    known |= {annex.code: annex.label for annex in campaign.annexes}
    if name in known:
        return in_english(name, known[name])
    word = _WEIGHTS.get(name, message_in("weights", "weight"))
    return in_english(name, word)


def in_english(code: str, label: Label | Message) -> Label:
    """Return a label that is the code in English, where codes are words."""
    texts = (
        {lang: label.text(lang) for lang in ("zh-Hans", "zh-Hant")}
        if isinstance(label, Message)
        else dict(label.texts)
    )
    return Label({**texts, "en": code})


def row_of(allocation: SharedTarget, unit: str) -> int:
    """Return the row of a unit, or an error that names some units."""
    rows = np.flatnonzero((allocation.frame["unit"] == unit).to_numpy(dtype=bool))
    if not len(rows) or rows[0] >= len(allocation.weights):
        fix = unit_meant(allocation.campaign.units, unit, allocation.frame["unit"].tolist())
        raise DefinitionError(
            Problem(message("unit '{code}'", code=unit), "has no share here", fix)
        )
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


def binding(allocation: SharedTarget) -> pd.DataFrame:
    """Return the units whose bound decides: see `Allocation.bounds`."""
    frame, held = allocation.frame, _held_rows(allocation)
    pinned, names = frame["pinned"].to_numpy(dtype=bool), frame["name"].tolist()
    codes, shares = frame["unit"].tolist(), frame["share"].tolist()
    few = 0 < len(held) <= _MOST_SHARED_AGAIN
    free = _without_one(allocation, held) if few else [None] * len(held)
    rows = [
        (codes[row], names[row], "pin" if pinned[row] else bound, shares[row], without)
        for (row, bound), without in zip(held, free, strict=True)
    ]
    columns = ["unit", "name", "bound", "share", "without_it"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"unit": "str", "name": "str", "bound": "str", "share": "Int64", "without_it": "Int64"}
    )


def _held_rows(allocation: SharedTarget) -> list[tuple[int, str]]:
    """Return the rows whose bound decides, and which bound that is."""
    return [
        (int(record.rows[one.unit]), one.bound)
        for record in records(allocation)
        for one in record.apportionment.binding
    ]


def _without_one(allocation: SharedTarget, held: Sequence[tuple[int, str]]) -> list[int | None]:
    """Return each row's share when all is shared again without that one bound of it.

    None where the row has no bound of its own: those of the units below it are gathered there.
    """
    tree, asked = _asked_again(allocation, len(held))
    frame = allocation.frame.iloc[: len(tree.codes)]
    shape = len(held), len(tree.codes)
    low, high = (
        np.broadcast_to(frame[name].fillna(none).to_numpy("int64"), shape).copy()
        for name, none in (("floor", 0), ("cap", NO_CAP))
    )
    known = [frame[name].notna().to_numpy(dtype=bool) for name in ("floor", "cap")]
    pinned = frame["pinned"].to_numpy(dtype=bool)
    left = left_to_enrol(allocation.campaign, tree)
    own = np.zeros(len(held), dtype=bool)
    for place, (row, bound) in enumerate(held):
        own[place] = known[0 if bound == "floor" else 1][row]
        if bound == "floor" or pinned[row]:
            low[place, row] = 0
        if bound == "cap" or pinned[row]:
            high[place, row] = NO_CAP if high[place, row] == left[row] else left[row]
    never = np.zeros((1, shape[1]), dtype=bool)
    limits = Limits(low, high, known[0][np.newaxis], never, never, never)
    found = share(attrs.evolve(asked, limits=limits))
    return [
        int(found.share[place, row]) if own[place] and found.solved[place] else None
        for place, (row, _) in enumerate(held)
    ]


def levels(allocation: SharedTarget) -> pd.DataFrame:
    """Return how full each leaf is, before and after: see `Allocation.levels`."""
    leaves = allocation.leaf_rows
    none = np.zeros(len(leaves), dtype=np.int64)
    existing = allocation.existing[leaves] if len(allocation.existing) else none
    part = allocation.frame.iloc[leaves].reset_index(drop=True)
    weights = [float(allocation.weights[row]) for row in leaves.tolist()]
    per = pd.array([weight or None for weight in weights], dtype="Float64")
    after = part["share"] + existing
    held = _deciding(allocation)
    return pd.DataFrame(
        {
            "unit": part["unit"].str.removesuffix(OWN),
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


def reconciliation(allocation: SharedTarget) -> pd.DataFrame:
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


def _deciding(allocation: SharedTarget) -> dict[str, str]:
    """Return the bounds that decide, by unit."""
    frame = allocation.frame
    pinned, codes = frame["pinned"].to_numpy(dtype=bool), frame["unit"].tolist()
    return {codes[row]: "pin" if pinned[row] else bound for row, bound in _held_rows(allocation)}


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


def _why(allocation: SharedTarget, row: int, bound: str, difference: int, *, decides: bool) -> str:
    if bound == "pin":
        return "pinned by the caller"
    if decides:
        return _held(allocation, row, bound)
    if not difference:
        return ""
    return f"{'takes on' if difference > 0 else 'gives up'} what others' bounds leave"


def _held(allocation: SharedTarget, row: int, bound: str) -> str:
    if allocation.frame[bound].isna().iloc[row]:  # gathered from the units below
        what = "have room for no more" if bound == "cap" else "need as much"
        return f"the units below it {what}"
    if bound == "floor":
        return "raised to its floor"
    nobody = ": no more people are left to enrol" if allocation.uncovered_caps[row] else ""
    return f"held at its cap{nobody}"


def _without_bounds(allocation: SharedTarget) -> Ints:
    """Return the shares if nobody had a floor, a cap or a pin, only a base.

    Nor do the people who are left to enrol bound anybody.
    """
    tree, asked = _asked_again(allocation, 1)
    free: Ints = share(attrs.evolve(asked, limits=unbounded(tree))).share[0]
    return free


def _asked_again(allocation: SharedTarget, count: int) -> tuple[UnitTree, Requests]:
    """Return what an allocation shared, so many times, with no bounds but the people left."""
    if allocation.method is None:  # pragma: no cover - the caller has seen to it
        raise AssertionError
    own = [of_whole(code) for code in allocation.frame["unit"] if code.endswith(OWN)]
    tree = UnitTree.of(allocation.campaign, allocation.among, sharing=own)
    leaves = tree.leaf_rows.tolist()
    codes = [tree.codes[row] for row in leaves]
    weights = {code: allocation.weights[row] for code, row in zip(codes, leaves, strict=True)}
    existing = {
        code: int(allocation.existing[row]) for code, row in zip(codes, leaves, strict=True)
    }
    base = int((allocation.shifts + allocation.existing)[leaves].max())
    values: dict[str, object] = {
        **dict.fromkeys(("floors", "caps", "pins")),
        "target": allocation.total,
        "weights": declared(weights, because=""),
        "uplift": 0,
        "already_covered": existing if allocation.already_covered else None,
        "base": base,
    }
    remainder: Remainder = "keep" if allocation.unallocated else "raise"
    rule: Any = allocation.ties[0].rule if allocation.ties else "code"
    reader = RequestReader(
        allocation.campaign, tree, allocation.method, rule, allocation.order, remainder
    )
    inputs = {name: InputColumn((value,)) for name, value in values.items()}
    return tree, reader.requests(inputs, count)
