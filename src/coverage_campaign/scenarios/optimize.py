"""The sharing with the least largest burden, within capacities of drives and sizes of groups.

Persons flow from the total to units, from units to parts (drives, or groups of drives), from parts
to drives: a network, whose corners are whole persons. HiGHS finds a corner and whole numbers check
it; that no smaller largest burden can be had is proved by asking for one. Where nothing can be
had, constraints are left out one by one until only those stay that clash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocate import declared_weights, without_a_share
from coverage_campaign.allocation.request import (
    BoundName,
    Bounds,
    Limits,
    limits_of,
    read_given,
    read_headcount,
    tree_of,
    vector_of,
)
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.allocation.weights import Number, Weighting, WeightTable, to_weighting
from coverage_campaign.assessment.rationals import rounded_percent
from coverage_campaign.checks import checked_call, checked_fields
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.frames import IntSeries, by_value, owned_array
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.notebook import html_table

__all__ = ["Optimum", "optimize"]

_WHOLE = 1e-6  # what a solver may leave of a whole number
_NOTHING: Mapping[str, int] = {}
_TOTAL = message("total")
_NO_NEED = message("units without a need")


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Optimum:
    """Whole persons by unit and part with the least largest burden that the constraints leave.

    `largest_burden` is exact: share over need of the unit that bears most. It was proved that no
    sharing has a smaller one. `constraints` are the constraints that hold with nothing to spare,
    `limits` the floors, caps, capacities and sizes that were given, by code.

    It has no `notes` beside its `basis`, no `plot` and no `explain`: its allocation draws and
    explains the shares.
    """

    campaign: Campaign
    units: tuple[str, ...]
    parts: tuple[str, ...]
    need: tuple[int | Fraction, ...]
    persons: NDArray[np.int64] = attrs.field(converter=owned_array, eq=by_value)
    largest_burden: Fraction
    constraints: tuple[Message, ...]
    limits: Mapping[str, Mapping[str, int]]
    basis: Basis

    @property
    def binding(self) -> tuple[str, ...]:
        """The constraints that hold with nothing to spare, in English."""
        return tuple(map(str, self.constraints))

    def sentence(self, *, lang: Language | None = None) -> str:
        """Return in one sentence the largest burden, and what binds; English by default."""
        return self.message.text(check_language(lang, default="en"))

    @property
    def message(self) -> Message:
        """The largest burden and what binds, in the language of the reader."""
        found = message(
            "{n} {n:plural person|people}: the largest burden is {burden} of the need",
            n=int(self.persons.sum()),
            burden=rounded_percent(self.largest_burden),
        )
        if not self.constraints:
            return found
        return message("{found}; binding: {constraints}", found=found, constraints=self.constraints)

    def shares(self) -> IntSeries:
        """Return the persons of each unit, int64, indexed by unit code: pins for `allocate`."""
        index = pd.Index(self.units, dtype="str", name="unit")
        return pd.Series(self.persons.sum(axis=1), index=index, name="share")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit and part: unit, name, part, persons, burden (of the unit)."""
        names = [self.campaign.unit(code).label.text() for code in self.units]
        burden = [
            float(Fraction(int(share)) / Fraction(need)) if need else None
            for share, need in zip(self.persons.sum(axis=1), self.need, strict=True)
        ]
        many = len(self.parts)
        return pd.DataFrame(
            {
                "unit": pd.array(np.repeat(np.array(self.units, dtype=object), many), dtype="str"),
                "name": pd.array(np.repeat(np.array(names, dtype=object), many), dtype="str"),
                "part": pd.array(list(self.parts) * len(self.units), dtype="str"),
                "persons": pd.array(self.persons.ravel(), dtype="Int64"),
                "burden": pd.array([one for one in burden for _ in range(many)], dtype="Float64"),
            }
        )

    def totals(self) -> pd.DataFrame:
        """Return the persons of each part: part, persons."""
        return pd.DataFrame(
            {
                "part": pd.array(self.parts, dtype="str"),
                "persons": pd.array(self.persons.sum(axis=0), dtype="Int64"),
            }
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the total, the largest burden and what binds."""
        return f"<Optimum: {self.message}>"


@attrs.frozen
class _Part:
    """What persons are enrolled in: its name, its drive and its target group ('' = none)."""

    name: str
    drive: str
    group: str


@attrs.frozen(eq=False)
class _Constraint:
    """So many persons at least and at most in some cells (unit, part); `notes_in` in words."""

    said: Message
    cells: NDArray[np.intp]
    least: int
    most: int


@attrs.frozen(eq=False, kw_only=True)
class _Network:
    """Cells of units and parts, and the constraints on their sums."""

    units: tuple[str, ...]
    parts: tuple[str, ...]
    need: tuple[Fraction, ...]
    constraints: tuple[_Constraint, ...]

    @property
    def cells(self) -> int:
        """The number of cells."""
        return len(self.units) * len(self.parts)

    def of_unit(self, unit: int) -> NDArray[np.intp]:
        """Return the cells of a unit."""
        many = len(self.parts)
        return np.arange(unit * many, (unit + 1) * many)

    def below(self, burden: Fraction, *, strictly: bool) -> list[_Constraint]:
        """Return the constraints that keep every unit's burden at, or below, a value."""
        found = []
        for unit, need in enumerate(self.need):
            most = ceil(burden * need) - 1 if strictly else floor(burden * need)
            if need:
                found.append(_Constraint(_TOTAL, self.of_unit(unit), 0, max(most, -1)))
        return found


@checked_call
def optimize(
    campaign: Campaign,
    *,
    need: Weighting | WeightTable,
    among: str = "counties",
    target: HeadcountTarget | CoverageTarget | int | str | None = None,
    floors: Bounds | None = None,
    caps: Bounds | None = None,
    capacities: Mapping[str, int] = _NOTHING,
    sizes: Mapping[str, int] = _NOTHING,
) -> Optimum:
    """Return the sharing whose most burdened unit bears as little as the constraints allow.

    Burden is share over need. Among sharings with the least largest burden the one is taken that
    lies nearest to proportional shares (the least sum of differences). Whole persons, exact.

    Args:
        campaign: The campaign; uncovered people bound every unit as in `allocate`.
        need: What a share is a burden on: a weighting or a number by unit code.
        among: A cut of one tier.
        target: A headcount, as in `allocate`.
        floors: Least persons by unit code.
        caps: Most persons by unit code.
        capacities: Most persons that a drive can enrol, by phase code.
        sizes: Most persons that can be enrolled in a target group, by group code. A group belongs
            to the drives that work on it (`Phase.groups`); its persons count in one of them.

    Raises:
        DefinitionError: A cut of several tiers, an unknown drive or group, a group without a drive
            although capacities are given.
        InfeasibleError: The constraints clash: an irreducible set of them, each with its number.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> found = cc.optimize(
    ...     campaign,
    ...     need=cc.weights.by_measure("census_2000"),
    ...     capacities={"drive-1": 30_000, "drive-2": 20_000, "drive-3": 40_000},
    ...     caps={"430481": 10_000},
    ... )
    >>> int(found.shares().sum()), int(found.shares()["430481"])
    (76000, 10000)
    """
    weighting = to_weighting(need)
    tree = tree_of(campaign, among, weighting)
    if len(tree.starts) > 2:  # noqa: PLR2004 - one tier has a start and an end
        raise DefinitionError(Problem(f"among={among!r}", "has several tiers", "share one tier"))
    _, total = read_headcount(campaign, target)
    needs = vector_of(campaign, tree, weighting)
    parts = _parts(campaign, capacities, sizes)
    bounds: dict[BoundName, Bounds | None] = {"floors": floors, "caps": caps, "pins": None}
    given_bounds = {name: read_given(campaign, tree, name, [one]) for name, one in bounds.items()}
    limits = limits_of(campaign, tree, given_bounds)
    network = _Network(
        units=tree.codes,
        parts=tuple(part.name for part in parts),
        need=tuple(Fraction(one) for one in needs),
        constraints=(
            *_of_units(tree.codes, len(parts), total=total, limits=limits, needs=needs),
            *_of_parts(parts, len(tree.codes), capacities=capacities, sizes=sizes),
        ),
    )
    persons = _least_burden(network, total)
    shares = persons.reshape(len(tree.codes), len(parts)).sum(axis=1)
    burdens = [Fraction(int(s)) / n for s, n in zip(shares, network.need, strict=True) if n]
    basis = campaign.basis().assuming(*without_a_share(campaign, tree, needs))
    if weighting.assumption:
        basis = basis.assuming(declared_weights(campaign, among, weighting))
    return Optimum(
        campaign=campaign,
        units=tree.codes,
        parts=network.parts,
        need=network.need,
        persons=persons.reshape(len(tree.codes), len(parts)),
        largest_burden=max(burdens, default=Fraction(0)),
        constraints=tuple(
            one.said
            for one in network.constraints
            if one.said not in (_TOTAL, _NO_NEED) and int(persons[one.cells].sum()) == one.most
        ),
        limits={
            **{name: {} if one is None else dict(one) for name, one in bounds.items()},
            "capacities": dict(capacities),
            "sizes": dict(sizes),
        },
        basis=basis,
    )


def _parts(
    campaign: Campaign, capacities: Mapping[str, int], sizes: Mapping[str, int]
) -> list[_Part]:
    """Return the parts that persons are enrolled in.

    A group that several drives work on is a part in each of them.
    """
    for drive in capacities:
        campaign.phase(drive)
    for group in sizes:
        campaign.group(group)
    for name, bounds in (("capacities", capacities), ("sizes", sizes)):
        for code, persons in bounds.items():
            if type(persons) is not int or persons < 0:  # True is an int to isinstance
                where = f"{name}['{code}']"
                raise DefinitionError(
                    Problem(where, f"{persons!r}", "give whole persons, 0 or more")
                )
    if not sizes:
        return [_Part(drive, drive, "") for drive in capacities] or [_Part("all", "", "")]
    if not capacities:
        return [_Part(group, "", group) for group in sizes]
    pairs = [
        (group, phase.code)
        for group in sizes
        for phase in campaign.phases
        if group in phase.groups and phase.code in capacities
    ]
    homeless = [group for group in sizes if group not in {group for group, _ in pairs}]
    if homeless:
        raise DefinitionError(
            Problem(f"sizes['{homeless[0]}']", "no drive with a capacity works on it",
                    "give its drive a capacity, or leave it out")
        )  # fmt: skip
    single = len({group for group, _ in pairs}) == len(pairs)
    return [
        _Part(group if single else f"{group} in {drive}", drive, group) for group, drive in pairs
    ]


def _of_units(
    units: Sequence[str], many: int, *, total: int, limits: Limits, needs: Sequence[Number]
) -> Iterable[_Constraint]:
    cells = np.arange(len(units) * many).reshape(len(units), many)
    yield _Constraint(_TOTAL, cells.ravel(), total, total)
    for row, code in enumerate(units):
        low, high = int(limits.low[0, row]), int(limits.high[0, row])
        if low:
            said = message("floor of {unit:raw}", unit=code)
            yield _Constraint(said, cells[row], low, total)
        if not needs[row]:  # who has no need bears any share too heavily
            yield _Constraint(_NO_NEED, cells[row], 0, low)
        if high < NO_CAP:
            yield _Constraint(message("cap of {unit:raw}", unit=code), cells[row], 0, high)


def _of_parts(
    parts: Sequence[_Part],
    units: int,
    *,
    capacities: Mapping[str, int],
    sizes: Mapping[str, int],
) -> Iterable[_Constraint]:
    cells = np.arange(units * len(parts)).reshape(units, len(parts))
    for drive, persons in capacities.items():
        mine = [at for at, part in enumerate(parts) if part.drive == drive]
        yield _Constraint(
            message("capacity of {phase:raw}", phase=drive), cells[:, mine].ravel(), 0, persons
        )
    for group, persons in sizes.items():
        mine = [at for at, part in enumerate(parts) if part.group == group]
        yield _Constraint(
            message("size of {group:raw}", group=group), cells[:, mine].ravel(), 0, persons
        )


def _least_burden(network: _Network, total: int) -> NDArray[np.int64]:
    """Return whole persons by cell with the least largest burden, nearest to proportional shares.

    Raises:
        InfeasibleError: With an irreducible set of constraints that clash.
    """
    persons = _solved(network, network.constraints)
    if persons is None:
        raise _clash(network)
    best, low = _largest(network, persons), Fraction(0)
    while best:  # no burden is less than none
        # That less cannot be had is the proof; halving what is left comes to it quickly.
        less = _solved(network, [*network.constraints, *network.below(best, strictly=True)])
        if less is None:
            break
        best = _largest(network, less)
        middle = (low + best) / 2
        half = _solved(network, [*network.constraints, *network.below(middle, strictly=False)])
        if half is None:
            low = middle
        else:
            best = _largest(network, half)
    within = [*network.constraints, *network.below(best, strictly=False)]
    whole = sum(network.need)
    wanted = [total * need / whole if whole else Fraction(0) for need in network.need]
    near = _solved(network, within, wanted=wanted)
    if near is None:
        raise ArithmeticError("a sharing that was found cannot be found again")
    return near


def _largest(network: _Network, persons: NDArray[np.int64]) -> Fraction:
    shares = persons.reshape(len(network.units), -1).sum(axis=1).tolist()
    rates = [
        Fraction(share) / need for share, need in zip(shares, network.need, strict=True) if need
    ]
    return max(rates, default=Fraction(0))


def _solved(
    network: _Network,
    constraints: Iterable[_Constraint],
    *,
    wanted: Sequence[Fraction] | None = None,
) -> NDArray[np.int64] | None:
    """Return whole persons by cell that meet the constraints, None where there are none.

    With `wanted` shares their sum of distances is the least. A distance is a cost with corners at
    whole persons, so that the corners of the programme stay whole: for each unit one person above
    the part below, more persons above, and persons below.
    """
    from scipy.optimize import Bounds as Box  # only an optimisation needs SciPy
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    limits = list(constraints)
    units, cells = len(network.units), network.cells
    rows = [(number, int(cell), 1.0) for number, one in enumerate(limits) for cell in one.cells]
    least = [float(one.least) for one in limits]
    most = [float(one.most) for one in limits]
    cost, upper = np.zeros(cells), np.full(cells, np.inf)
    if wanted is not None:
        down = [floor(one) for one in wanted]
        part = np.array([float(one - low) for one, low in zip(wanted, down, strict=True)])
        for unit in range(units):
            number = len(least)
            rows += [(number, cell, 1.0) for cell in network.of_unit(unit).tolist()]
            signs = zip(range(3), (-1.0, -1.0, 1.0), strict=True)
            rows += [(number, cells + kind * units + unit, sign) for kind, sign in signs]
            least.append(down[unit])
            most.append(down[unit])
        cost = np.concatenate([cost, 1 - 2 * part, np.ones(2 * units)])
        upper = np.concatenate([upper, np.ones(units), np.full(2 * units, np.inf)])
    at, column, value = zip(*rows, strict=True)
    matrix = csr_array((value, (at, column)), shape=(len(least), len(cost)))
    for whole in (0, 1):  # a group of several drives can leave a corner that is not whole
        found: Any = milp(
            cost,
            integrality=np.full(len(cost), whole),
            bounds=Box(0, upper),
            constraints=LinearConstraint(matrix, least, most),
        )
        if found.x is None:
            return None
        persons: NDArray[np.int64] = np.rint(found.x[:cells]).astype(np.int64)
        # Whole numbers decide whether what HiGHS found meets the constraints.
        met = all(one.least <= int(persons[one.cells].sum()) <= one.most for one in limits)
        if met and np.abs(found.x[:cells] - persons).max(initial=0.0) < _WHOLE:
            return persons
    return persons if met else None


def _clash(network: _Network) -> InfeasibleError:
    """Return the error with constraints that clash, none of which can be left out."""
    left = list(network.constraints)
    for one in network.constraints:
        fewer = [other for other in left if other is not one]
        if fewer and _solved(network, fewer) is None:
            left = fewer
    return InfeasibleError(
        [
            Problem(
                str(one.said),
                message("{least} people", least=one.least)
                if one.least
                else message("{most} people at most", most=one.most),
                "these clash together: change one of them",
            )
            for one in left
        ],
        source="constraints that cannot be met together",
    )
