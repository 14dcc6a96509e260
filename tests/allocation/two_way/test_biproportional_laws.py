"""Laws of the two-way methods, against a twin that looks at every table there is."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.two_way.biproportional import (
    biproportional,
    biproportional_explain,
)
from coverage_campaign.allocation.two_way.certificates import least_cut
from coverage_campaign.allocation.two_way.controlled_rounding import controlled_rounding
from coverage_campaign.errors import InfeasibleError
from support.two_way_oracles import best_biproportional, best_rounding, chosen, proves

if TYPE_CHECKING:
    from coverage_campaign.allocation.apportionment.methods import Method

METHODS: dict[str, Method] = {
    "webster": apportion.webster,
    "jefferson": apportion.jefferson,
    "adams": apportion.adams,
    "hill": apportion.hill,
    "dean": apportion.dean,
    "modified(7/5)": apportion.modified("7/5"),
    "stationary(1/3)": apportion.stationary("1/3"),
}
HIGH = 99


@attrs.frozen
class Case:
    """A two-way problem."""

    weights: list[list[int]]
    rows: list[int]
    columns: list[int]
    rule: str
    floors: list[list[int]]
    caps: list[list[int]]

    def bounds(self) -> dict[str, list[list[int]] | None]:
        """Return floors and caps as a caller gives them: none where none binds."""
        return {
            "floors": self.floors if np.any(self.floors) else None,
            "caps": self.caps if np.any(np.array(self.caps) < HIGH) else None,
        }

    def solve(self, **options: object) -> np.ndarray:
        """Return the matrix."""
        return biproportional(
            self.weights,
            row_totals=self.rows,
            col_totals=self.columns,
            method=METHODS[self.rule],
            **self.bounds(),
            **options,  # type: ignore[arg-type]  # each law names its own
        )


def matrices(height: int, width: int, least: int, most: int) -> st.SearchStrategy[list[list[int]]]:
    """Matrices of whole numbers."""
    row = st.lists(st.integers(least, most), min_size=width, max_size=width)
    return st.lists(row, min_size=height, max_size=height)


@st.composite
def cases(draw: st.DrawFn, *, size: int = 3, seats: int = 3, feasible: bool = True) -> Case:
    """Problems with zeros, ties, floors and caps; feasible ones come from a table that exists."""
    height, width = draw(st.integers(1, size)), draw(st.integers(1, size))
    most = draw(st.sampled_from([1, 3, 12, 1000]))
    weights = draw(matrices(height, width, 0, most))
    rule = draw(st.sampled_from(sorted(METHODS)))
    bounded = draw(st.booleans())
    floors = draw(matrices(height, width, 0, 1)) if bounded else [[0] * width] * height
    caps = [[HIGH] * width] * height
    if bounded:
        room = draw(matrices(height, width, 0, 3))
        caps = (np.array(floors) + room).tolist()
    table = np.array(draw(matrices(height, width, 0, seats)))
    if feasible:
        positive = np.array(weights) > 0
        low = np.array(floors)
        if rule in {"adams", "hill", "dean"}:
            low = np.where(positive, np.maximum(low, np.minimum(1, caps)), low)
        table = np.clip(table, low, np.where(positive, caps, low))
    rows, columns = table.sum(axis=1).tolist(), table.sum(axis=0).tolist()
    if not feasible:
        columns = draw(st.permutations(columns))
    return Case(weights, rows, list(columns), rule, floors, caps)


@pytest.mark.slow
@given(cases(feasible=False), st.data())
@settings(deadline=None, max_examples=250)
def test_the_matrix_is_the_best_of_all_there_are(case: Case, data: st.DataObject) -> None:
    """Infeasible, unique, tied, and every tie rule: as the twin finds by looking at all tables."""
    best = best_biproportional(
        [[Fraction(w) for w in row] for row in case.weights],
        case.rows,
        case.columns,
        rule=case.rule,
        floors=case.floors,
        caps=case.caps,
    )
    shape = len(case.rows), len(case.columns)
    count = shape[0] * shape[1]
    ranks = {
        "first": np.arange(count).reshape(shape),
        "last": -np.arange(count).reshape(shape),
        "ranks": np.array(data.draw(st.permutations(range(count)))).reshape(shape),
    }
    rule = data.draw(st.sampled_from(sorted(ranks)))
    ties = ranks[rule] if rule == "ranks" else rule
    if not best:
        with pytest.raises(InfeasibleError):
            case.solve(ties=ties)
        return
    expected = [list(row) for row in chosen(best, ranks[rule].tolist())]
    assert case.solve(ties=ties).tolist() == expected


@given(cases(size=6, seats=9))
@settings(deadline=None, max_examples=150)
def test_margins_add_up_zeros_stay_and_the_certificate_holds(case: Case) -> None:
    """Every feasible problem: exact margins, cells within bounds, divisors that prove each cell."""
    result = biproportional_explain(
        case.weights,
        row_totals=case.rows,
        col_totals=case.columns,
        method=METHODS[case.rule],
        **case.bounds(),  # type: ignore[arg-type]  # both of one type
    )
    matrix = result.matrix
    assert matrix.sum(axis=1).tolist() == case.rows
    assert matrix.sum(axis=0).tolist() == case.columns
    empty = np.array(case.weights) == 0
    assert (matrix[empty] == np.array(case.floors)[empty]).all()
    assert (matrix >= case.floors).all()
    assert (matrix <= case.caps).all()
    assert proves(
        matrix.tolist(),
        [[Fraction(w) for w in row] for row in case.weights],
        rule=case.rule,
        floors=case.floors,
        caps=case.caps,
        row_divisors=result.row_divisors,
        col_divisors=result.col_divisors,
    )
    assert result.certificate.verdict == ("tied" if result.ties else "unique")


@given(cases(size=5, seats=6), st.data())
@settings(deadline=None, max_examples=100)
def test_neither_order_nor_scale_nor_side_matters(case: Case, data: st.DataObject) -> None:
    """Permuted with its ranks, scaled by rows and columns, or turned: the same table."""
    shape = len(case.rows), len(case.columns)
    ranks = np.array(data.draw(st.permutations(range(shape[0] * shape[1])))).reshape(shape)
    expected = case.solve(ties=ranks)
    down = np.array(data.draw(st.permutations(range(shape[0]))))
    across = np.array(data.draw(st.permutations(range(shape[1]))))
    cut = np.ix_(down, across)
    by_row = np.array(data.draw(st.lists(st.integers(1, 9), min_size=shape[0], max_size=shape[0])))
    by_column = np.array(
        data.draw(st.lists(st.integers(1, 9), min_size=shape[1], max_size=shape[1]))
    )
    weights = np.array(case.weights) * by_row[:, None] * by_column
    other = Case(
        weights[cut].tolist(),
        np.array(case.rows)[down].tolist(),
        np.array(case.columns)[across].tolist(),
        case.rule,
        np.array(case.floors)[cut].tolist(),
        np.array(case.caps)[cut].tolist(),
    )
    assert other.solve(ties=ranks[cut]).tolist() == expected[cut].tolist()
    turned = Case(
        np.array(case.weights).T.tolist(),
        case.columns,
        case.rows,
        case.rule,
        np.array(case.floors).T.tolist(),
        np.array(case.caps).T.tolist(),
    )
    assert turned.solve(ties=ranks.T).tolist() == expected.T.tolist()


@given(cases(size=5, seats=6), st.data())
@settings(deadline=None, max_examples=60)
def test_a_part_of_the_table_is_the_table_of_its_own_margins(
    case: Case, data: st.DataObject
) -> None:
    """Uniformity: rows taken out with the column sums they have are solved alike."""
    shape = len(case.rows), len(case.columns)
    whole = case.solve(ties="first")
    kept = np.array(sorted(data.draw(st.sets(st.integers(0, shape[0] - 1), min_size=1))))
    part = Case(
        np.array(case.weights)[kept].tolist(),
        np.array(case.rows)[kept].tolist(),
        whole[kept].sum(axis=0).tolist(),
        case.rule,
        np.array(case.floors)[kept].tolist(),
        np.array(case.caps)[kept].tolist(),
    )
    assert part.solve(ties="first").tolist() == whole[kept].tolist()


@given(cases(size=5, seats=6))
@settings(deadline=None, max_examples=60)
def test_a_table_is_its_own_answer(case: Case) -> None:
    """Weights that are whole numbers with the right margins come back as they are."""
    assume(case.rule in {"webster", "modified(7/5)", "stationary(1/3)"})
    table = np.array(case.weights)
    again = biproportional(
        table,
        row_totals=table.sum(axis=1),
        col_totals=table.sum(axis=0),
        method=METHODS[case.rule],
    )
    assert again.tolist() == table.tolist()


@given(
    st.integers(1, 60).flatmap(
        lambda k: st.lists(
            st.tuples(st.integers(1, 10**9), st.integers(0, 4)), min_size=k, max_size=k
        )
    )
)
@settings(deadline=None, max_examples=60)
def test_a_single_line_has_no_choice(units: list[tuple[int, int]]) -> None:
    """One row or one column: the other margin is the answer, whatever the weights."""
    weights = [w for w, _ in units]
    totals = [t for _, t in units]
    matrix = biproportional([weights], row_totals=[sum(totals)], col_totals=totals)
    assert matrix.tolist() == [totals]
    column = biproportional([[w] for w in weights], row_totals=totals, col_totals=[sum(totals)])
    assert column.tolist() == [[t] for t in totals]


@given(st.integers(1, 4), st.integers(1, 4), st.data())
@settings(deadline=None, max_examples=120)
def test_controlled_rounding_is_the_nearest_of_all_tables(
    height: int, width: int, data: st.DataObject
) -> None:
    """Given margins next to the table's own: the twin's choice among all neighbouring tables."""
    below = data.draw(st.sampled_from([2, 4, 10, 997]))
    whole = data.draw(matrices(height, width, 0, 3 * below))
    table = [[Fraction(value, below) for value in row] for row in whole]
    rows = [data.draw(st.sampled_from([floor(sum(row)), ceil(sum(row))])) for row in table]
    columns = [
        data.draw(st.sampled_from([floor(sum(column)), ceil(sum(column))]))
        for column in zip(*table, strict=True)
    ]
    assume(sum(rows) == sum(columns))
    best = best_rounding(table, rows, columns)
    if not best:
        with pytest.raises(InfeasibleError):
            controlled_rounding(table, row_totals=rows, col_totals=columns)
        return
    ranks = np.arange(height * width).reshape(height, width).tolist()
    expected = [list(row) for row in chosen(best, ranks)]
    got = controlled_rounding(table, row_totals=rows, col_totals=columns)
    assert got.tolist() == expected


@given(st.integers(1, 8), st.integers(1, 8), st.data())
@settings(deadline=None, max_examples=80)
def test_open_margins_round_to_neighbours_too(height: int, width: int, data: st.DataObject) -> None:
    """Without totals every cell, row, column and the whole is a neighbour of its real value."""
    real = st.floats(-50, 50, allow_nan=False) | st.integers(-5, 5).map(float)
    table = data.draw(
        st.lists(st.lists(real, min_size=width, max_size=width), min_size=height, max_size=height)
    )
    rounded = controlled_rounding(table)
    pairs = [
        *zip(rounded.ravel().tolist(), map(Fraction, sum(table, [])), strict=True),  # noqa: RUF017  small
        *zip(rounded.sum(axis=1).tolist(), (sum(map(Fraction, row)) for row in table), strict=True),
        *zip(
            rounded.sum(axis=0).tolist(),
            (sum(map(Fraction, column)) for column in zip(*table, strict=True)),
            strict=True,
        ),
        (int(rounded.sum()), sum(map(Fraction, sum(table, [])))),  # noqa: RUF017  small
    ]
    assert all(floor(value) <= whole <= ceil(value) for whole, value in pairs)


@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 2**29, 2**45]), st.data())
@settings(deadline=None, max_examples=80)
def test_the_least_cut_is_the_worst_of_all_cuts(
    height: int, width: int, scale: int, data: st.DataObject
) -> None:
    """Beside all 2**(rows + columns) cuts, also for flows beyond 32 bits."""
    open_cells = np.array(data.draw(matrices(height, width, 0, 3))) * scale
    table = np.array(data.draw(matrices(height, width, 0, 3))) * scale
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def missing(near: np.ndarray, held: np.ndarray) -> int:
        through = open_cells[np.ix_(near, ~held)].sum()
        return int(rows[near].sum() - columns[held].sum() - through)

    worst = max(
        missing(
            np.array([a >> i & 1 for i in range(height)], bool),
            np.array([b >> j & 1 for j in range(width)], bool),
        )
        for a in range(2**height)
        for b in range(2**width)
    )
    cut = least_cut(rows, columns, open_cells)
    assert (cut is None) == (worst == 0)
    if cut is not None:
        assert missing(*cut) == worst
