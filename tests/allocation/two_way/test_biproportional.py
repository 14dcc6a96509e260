"""Both margins at once: published results, ties, infeasible margins, bad input."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.two_way.biproportional import (
    biproportional,
    biproportional_explain,
    certify,
)
from coverage_campaign.errors import DefinitionError, InfeasibleError, TieError
from support.two_way_oracles import proves

if TYPE_CHECKING:
    from collections.abc import Iterator

ZURICH = Path(__file__).parents[2] / "data" / "kantonsrat_zurich" / "seats.csv"
ZUG = Path(__file__).parents[2] / "data" / "kantonsrat_zug" / "votes.csv"

# (weights, row totals, column totals, method, published matrix)
PUBLISHED = {
    # en.wikipedia.org/wiki/Biproportional_apportionment; also a test of the R package proporz
    "wikipedia-en": (
        [[123, 45, 815], [912, 714, 414], [312, 255, 215]],
        [5, 11, 4],
        [7, 5, 8],
        apportion.webster,
        [[1, 0, 4], [4, 4, 3], [2, 1, 1]],
    ),
    # de.wikipedia.org/wiki/Doppeltproportionales_Zuteilungsverfahren; also a test of proporz
    "wikipedia-de": (
        [[5100, 9800, 4500], [6000, 10000, 12000], [6300, 10200, 14400]],
        [4, 5, 6],
        [4, 5, 6],
        apportion.webster,
        [[1, 2, 1], [1, 2, 2], [2, 1, 3]],
    ),
    # Landrat of Uri 2020, official report "Landratswahlen 2020"; votes and result in proporz
    "uri-2020": (
        [
            [11471, 2822, 2309, 4794],
            [11908, 1606, 1705, 2600],
            [9213, 1567, 946, 2961],
            [7756, 2945, 1573, 3498],
        ],
        [12, 9, 7, 9],
        [15, 7, 6, 9],
        apportion.webster,
        [[5, 2, 2, 3], [4, 1, 2, 2], [3, 1, 1, 2], [3, 3, 1, 2]],
    ),
    # README of Apportionment.jl (fmhahne): D'Hondt in both directions
    "apportionment.jl": (
        [[770, 130], [20, 380], [10, 190]],
        [7, 5, 3],
        [8, 7],
        apportion.d_hondt,
        [[7, 0], [1, 4], [0, 3]],
    ),
}


def zurich() -> Iterator[tuple[str, list[list[int]], list[list[int]]]]:
    """Yield year, votes and seats (district x party) of the published elections."""
    votes: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    seats: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    with ZURICH.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            votes[row["year"]][row["district"]].append(int(row["votes"]))
            seats[row["year"]][row["district"]].append(int(row["seats"]))
    for year, by_district in votes.items():
        yield year, list(by_district.values()), list(seats[year].values())


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_examples_come_out_and_are_certified(name: str) -> None:
    """Matrices from textbooks, reports and other libraries come out, each with a certificate."""
    weights, rows, columns, method, expected = PUBLISHED[name]
    result = biproportional_explain(weights, row_totals=rows, col_totals=columns, method=method)
    assert result.matrix.tolist() == expected
    assert result.matrix.dtype == np.int64
    assert result.certificate.verdict == "unique"
    assert result.ties == ()


@pytest.mark.parametrize(("year", "votes", "seats"), list(zurich()))
def test_the_cantonal_council_of_zurich_is_the_published_one(
    year: str, votes: list[list[int]], seats: list[list[int]]
) -> None:
    """Four elections of 180 seats in 18 districts come out as published, proved in Fractions."""
    rows = [sum(row) for row in seats]
    columns = [sum(column) for column in zip(*seats, strict=True)]
    result = biproportional_explain(votes, row_totals=rows, col_totals=columns)
    assert sum(rows) == 180, year
    assert result.matrix.tolist() == seats
    assert result.certificate.verdict == "unique"
    height, width = len(votes), len(votes[0])
    assert proves(
        seats,
        votes,
        rule="webster",
        floors=[[0] * width] * height,
        caps=[[200] * width] * height,
        row_divisors=result.row_divisors,
        col_divisors=result.col_divisors,
    )


def test_the_cantonal_council_of_zug_is_the_published_one() -> None:
    """2022, both steps: seats of the parties in the canton and in Baar are the published ones.

    A party's votes count per seat of their municipality, exactly; the quorum is 5 % of the votes of
    a municipality or 3 % of these numbers of voters.
    """
    with ZUG.open(encoding="utf-8", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    names, seats = [row[0] for row in rows], [int(row[1]) for row in rows]
    votes = [[int(cell) for cell in row[2:]] for row in rows]
    parties = dict(zip(head[2:], zip(*votes, strict=True), strict=True))
    voters = {
        party: sum(Fraction(count, here) for count, here in zip(counts, seats, strict=True))
        for party, counts in parties.items()
    }
    all_votes = [sum(row) for row in votes]
    taking_part = [
        party
        for party, counts in parties.items()
        if voters[party] >= Fraction(3, 100) * sum(voters.values())
        or any(20 * count >= whole for count, whole in zip(counts, all_votes, strict=True))
    ]
    upper = apportion.webster(80, [voters[party] for party in taking_part])
    published = {"ALG": 11, "Die Mitte": 19, "FDP": 18, "GLP": 6, "SP": 8, "SVP": 18}
    assert dict(zip(taking_part, upper.tolist(), strict=True)) == published
    table = [list(row) for row in zip(*(parties[party] for party in taking_part), strict=True)]
    lower = biproportional_explain(table, row_totals=seats, col_totals=upper)
    assert lower.certificate.verdict == "unique"
    baar = dict(zip(taking_part, lower.matrix[names.index("Baar")].tolist(), strict=True))
    assert baar == {"ALG": 2, "Die Mitte": 3, "FDP": 3, "GLP": 1, "SP": 2, "SVP": 4}


def test_a_winner_takes_one_seat_by_a_floor() -> None:
    """Winner-take-one as cell floors: proporz' example, where plain rounding leaves B without."""
    votes = [[200, 10], [100, 11]]
    plain = biproportional(votes, row_totals=[2, 1], col_totals=[2, 1])
    winners = biproportional(votes, row_totals=[2, 1], col_totals=[2, 1], floors=[[1, 0], [0, 1]])
    assert plain.tolist() == [[1, 1], [1, 0]]
    assert winners.tolist() == [[2, 0], [0, 1]]


def test_a_lot_decision_is_reported_with_its_cells() -> None:
    """Proportional lists tie on everything (a case of the Swiss counting software)."""
    result = biproportional_explain(
        [[1000, 1000, 1000], [500, 500, 500]], row_totals=[8, 4], col_totals=[4, 4, 4]
    )
    assert result.certificate.verdict == "tied"
    assert result.matrix.tolist() == [[3, 3, 2], [1, 1, 2]]
    (tie,) = result.ties
    assert (len(tie.cells), tie.seats, tie.rule) == (6, 3, "first")
    assert tie.winners == ((0, 0), (0, 1), (1, 2))


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("first", [[3, 3, 2], [1, 1, 2]]),
        ("last", [[3, 3, 2], [1, 1, 2]]),
        ([[3, 2, 1], [4, 5, 6]], [[2, 3, 3], [2, 1, 1]]),
        (np.array([[1, 3, 2], [4, 5, 6]]), [[3, 2, 3], [1, 2, 1]]),
    ],
)
def test_a_tie_goes_to_the_cell_that_the_rule_serves_first(
    ties: object, expected: list[list[int]]
) -> None:
    """Each rule serves its first cell if any best matrix does, then its second, and so on."""
    matrix = biproportional(
        [[1000, 1000, 1000], [500, 500, 500]],
        row_totals=[8, 4],
        col_totals=[4, 4, 4],
        ties=ties,  # type: ignore[arg-type]  # the parameters are of several types
    )
    assert matrix.tolist() == expected


def test_a_tie_can_be_refused() -> None:
    """ties="raise" and equal ranks name the cells and the seats at stake."""
    votes = [[1, 1], [1, 1]]
    solve = partial(biproportional, votes, row_totals=[1, 1], col_totals=[1, 1])
    with pytest.raises(
        TieError, match=r"cells \(A, X\), \(A, Y\), \(B, X\) and \(B, Y\).* 2 seats"
    ):
        solve(ties="raise", row_names=["A", "B"], col_names=["X", "Y"])
    with pytest.raises(TieError, match="a rank of its own"):
        solve(ties=[[1, 1], [1, 1]])


def test_a_tie_that_moves_no_seat_is_none() -> None:
    """Cells exactly at a signpost are no tie where the margins leave no other table."""
    result = biproportional_explain([[1, 1], [1, 0]], row_totals=[1, 1], col_totals=[1, 1])
    assert result.matrix.tolist() == [[0, 1], [1, 0]]
    assert result.certificate.verdict == "unique"


def test_floats_never_decide_a_near_tie() -> None:
    """Weights that differ below float resolution are told apart; equal ones are a tie."""
    large = 2**70
    near = [[large + 1, large], [large, large]]
    for ties in ("first", "last"):
        result = biproportional_explain(near, row_totals=[1, 1], col_totals=[1, 1], ties=ties)
        assert result.matrix.tolist() == [[1, 0], [0, 1]]
        assert result.certificate.verdict == "unique"
    below = [[large - 1, large], [large, large]]
    result = biproportional_explain(below, row_totals=[1, 1], col_totals=[1, 1])
    assert result.matrix.tolist() == [[0, 1], [1, 0]]
    assert result.certificate.verdict == "unique"


def test_weights_of_every_exact_kind_give_the_same_matrix() -> None:
    """Integers, floats, Fractions, Decimals and huge integers of one proportion agree."""
    weights = [[3, 1, 5], [2, 7, 1]]
    kinds = [
        weights,
        np.array(weights, dtype=np.float64),
        [[Fraction(w, 7) for w in row] for row in weights],
        [[Decimal(w) / 10 for w in row] for row in weights],
        [[w * 10**40 for w in row] for row in weights],
    ]
    answers = {
        str(biproportional(kind, row_totals=[9, 10], col_totals=[5, 8, 6]).tolist())  # type: ignore[arg-type]  # several kinds
        for kind in kinds
    }
    assert len(answers) == 1


def test_margins_that_disagree_are_refused_with_both_sums() -> None:
    """Rows and columns have to share one total."""
    with pytest.raises(InfeasibleError, match="rows sum to 5, columns sum to 7"):
        biproportional([[1, 2], [3, 4]], row_totals=[2, 3], col_totals=[3, 4])


def test_rows_that_cannot_find_room_are_named_with_their_columns() -> None:
    """Blocks A, B x 1, 2 and C, D x 3, 4 (proporz' example): the cut is complete and named."""
    votes = [[12, 5, 0, 0], [10, 5, 0, 0], [0, 0, 6, 10], [0, 0, 10, 5]]
    with pytest.raises(InfeasibleError) as caught:
        biproportional(
            votes,
            row_totals=[6, 5, 5, 5],
            col_totals=[5, 5, 5, 6],
            row_names=["A", "B", "C", "D"],
            col_names=["1", "2", "3", "4"],
        )
    assert str(caught.value).startswith(
        "rows A, B: need 11 but can only use columns 1, 2, which hold 10: 1 too many"
    )


def test_a_cut_that_no_single_row_shows_is_found() -> None:
    """Three rows with different cells share two columns: only all of them together overflow."""
    votes = [[1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 1, 1]]
    with pytest.raises(InfeasibleError, match=r"rows 0, 1, 2: need 6 .*columns 0, 1.* hold 5"):
        biproportional(votes, row_totals=[2, 2, 2, 2], col_totals=[2, 3, 3])


def test_caps_and_floors_that_leave_no_way_say_by_how_much() -> None:
    """Lines beyond their bounds, and cuts through caps and floors, are told with numbers."""
    weights = [[1, 1], [1, 1]]
    with pytest.raises(InfeasibleError, match="row 0: its floors sum to 4 but its total is 3"):
        biproportional(weights, row_totals=[3, 3], col_totals=[3, 3], floors=[[2, 2], [0, 0]])
    with pytest.raises(InfeasibleError, match=r"column 1: its total is 4 but .* at most 2"):
        biproportional(weights, row_totals=[4, 4], col_totals=[4, 4], caps=[[9, 1], [9, 1]])
    with pytest.raises(InfeasibleError, match=r"cell \(1, 0\): floor 3 > cap 2"):
        biproportional(weights, row_totals=[4, 4], col_totals=[4, 4], floors=[[0], [3]], caps=2)
    with pytest.raises(InfeasibleError, match=r"^row 0: needs 4 .* holds 2, .*at most 1 in"):
        biproportional(
            [[1, 1, 0], [1, 1, 1]],
            row_totals=[4, 4],
            col_totals=[2, 5, 1],
            caps=[[9, 1, 9], [9] * 3],
        )


def test_margins_without_a_table_are_told_in_chinese() -> None:
    """Row 0 needs 4: column 0 holds 2 and its capped cell 1, which leaves 1 too many."""
    with pytest.raises(InfeasibleError) as caught:
        biproportional(
            [[1, 1, 0], [1, 1, 1]],
            row_totals=[4, 4],
            col_totals=[2, 5, 1],
            caps=[[9, 1, 9], [9] * 3],
        )
    told = "行0：需要4，但只能使用列0，共容2，其他有上限的格至多再容1：多1——"
    assert caught.value.text("zh").startswith(told)
    with pytest.raises(DefinitionError) as zeros:
        apportion.webster(10, [0, 0])
    assert zeros.value.text("zh").endswith("请至少给一个单位权重，或将总数改为0")


def test_adams_needs_a_seat_for_every_cell() -> None:
    """A rule whose first signpost is 0 gives every weighted cell one, or says why it cannot."""
    with pytest.raises(InfeasibleError, match="row 0: its floors sum to 2 but its total is 1"):
        biproportional(
            [[1, 1], [1, 1]], row_totals=[1, 3], col_totals=[2, 2], method=apportion.adams
        )
    matrix = biproportional(
        [[1, 9], [0, 9]], row_totals=[2, 3], col_totals=[1, 4], method=apportion.adams
    )
    assert matrix.tolist() == [[1, 1], [0, 3]]


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ([1, 2], {}, "a matrix"),
        ([[1, -2], [3, 4]], {}, r"weights\[0, 1\]: -2"),
        ([[1, float("nan")], [3, 4]], {}, r"weights\[0, 1\]: nan"),
        ([[True, 1], [3, 4]], {}, "weights"),
        ([[1, 2], [3, 4]], {"row_totals": [1]}, "row_totals"),
        ([[1, 2], [3, 4]], {"row_totals": [1, -1]}, "row_totals"),
        ([[1, 2], [3, 4]], {"row_totals": [1.5, 0.5]}, "row_totals"),
        ([[1, 2], [3, 4]], {"method": apportion.hamilton}, "method"),
        ([[1, 2], [3, 4]], {"ties": "coin"}, "ties"),
        ([[1, 2], [3, 4]], {"row_names": ["A"]}, "row_names"),
        ([[1, 10**150], [3, 4]], {}, "weights of row 0"),
        ([[1, 2], [3, 4]], {"row_totals": [2**60, 0], "col_totals": [2**60, 0]}, "at most"),
    ],
)
def test_bad_input_is_named(weights: object, options: dict[str, object], message: str) -> None:
    """What is no matrix of weights, no margin or no divisor method is refused with its place."""
    arguments = {"row_totals": [1, 1], "col_totals": [1, 1], **options}
    with pytest.raises(DefinitionError, match=message):
        biproportional(weights, **arguments)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (1, 4), (4, 1)])
def test_small_shapes_are_tables_too(shape: tuple[int, int]) -> None:
    """No rows, no columns, one line: the margins decide."""
    rows = [shape[1]] * shape[0]
    columns = [shape[0]] * shape[1]
    matrix = biproportional(np.ones(shape), row_totals=rows, col_totals=columns)
    assert matrix.tolist() == np.ones(shape, int).tolist()


def test_a_table_without_any_weight_holds_only_nothing() -> None:
    """All weights zero: zero margins are met, others are not."""
    nothing = np.zeros((2, 2))
    assert not biproportional(nothing, row_totals=[0, 0], col_totals=[0, 0]).any()
    with pytest.raises(InfeasibleError, match="row 0: its total is 1"):
        biproportional(nothing, row_totals=[1, 0], col_totals=[0, 1])


@pytest.mark.parametrize("total", [10**9, 10**12])
def test_large_totals_are_exact(total: int) -> None:
    """Far more seats than cells: margins exact, every cell within a seat of the real fit."""
    rng = np.random.default_rng(5)
    weights = rng.integers(1, 10**6, (6, 4))
    rows = apportion.webster(total, rng.integers(1, 100, 6))
    columns = apportion.webster(total, rng.integers(1, 100, 4))
    result = biproportional_explain(weights, row_totals=rows, col_totals=columns)
    assert result.matrix.sum(axis=1).tolist() == rows.tolist()
    assert result.matrix.sum(axis=0).tolist() == columns.tolist()
    assert proves(
        result.matrix.tolist(),
        weights.tolist(),
        rule="webster",
        floors=[[0] * 4] * 6,
        caps=[[total] * 4] * 6,
        row_divisors=result.row_divisors,
        col_divisors=result.col_divisors,
    )


def test_a_table_that_is_all_tie_is_broken_by_the_rule() -> None:
    """Equal weights, 2 of 5 cells a row: first rows go first while the last column can still fill.

    With k rows on columns 2 and 3, column 4 needs 12 of the 18 - k rows that are left: k is 6.
    """
    result = biproportional_explain(np.ones((30, 5)), row_totals=[2] * 30, col_totals=[12] * 5)
    assert result.certificate.verdict == "tied"
    assert result.matrix[:12].tolist() == [[1, 1, 0, 0, 0]] * 12
    assert result.matrix[12:18].tolist() == [[0, 0, 1, 1, 0]] * 6
    assert result.matrix[18:24].tolist() == [[0, 0, 1, 0, 1]] * 6
    assert result.matrix[24:].tolist() == [[0, 0, 0, 1, 1]] * 6


def test_divisors_have_few_digits() -> None:
    """Zurich's councillors can be checked on a calculator: at most five digits a divisor."""
    year, votes, seats = max(zurich())
    rows = [sum(row) for row in seats]
    columns = [sum(column) for column in zip(*seats, strict=True)]
    result = biproportional_explain(votes, row_totals=rows, col_totals=columns)
    assert year == "2023"
    for divisor in (*result.row_divisors, *result.col_divisors):
        digits = f"{float(divisor):.12f}".replace(".", "").strip("0")
        assert len(digits) <= 5
        assert Fraction(f"{float(divisor):.12f}") == divisor


@pytest.mark.parametrize(("year", "votes", "seats"), list(zurich()))
def test_published_matrices_are_certified_and_a_moved_seat_is_not(
    year: str, votes: list[list[int]], seats: list[list[int]]
) -> None:
    """An official result is proved as it stands; with seats turned round four cells it is not."""
    assert certify(seats, votes).verdict == "unique", year
    moved = np.array(seats)
    rows = np.flatnonzero(moved[:, 0] > 0)[:1], np.flatnonzero(moved[:, 1] > 0)[-1:]
    moved[rows[0], 0] -= 1
    moved[rows[0], 1] += 1
    moved[rows[1], 1] -= 1
    moved[rows[1], 0] += 1
    certificate = certify(moved, votes)
    assert certificate.verdict == "not certified"
    assert {(cell.row, cell.column) for cell in certificate.misfits} <= {
        (int(row[0]), column) for row in rows for column in (0, 1)
    }


def test_every_winner_of_a_tie_is_certified_as_tied() -> None:
    """All six matrices of a full tie are right, and none is the only one."""
    weights = [[1, 1, 1], [2, 2, 2], [3, 3, 3]]
    for order in ([0, 1, 2], [1, 0, 2], [2, 1, 0]):
        assert certify(np.eye(3, dtype=int)[order], weights).verdict == "tied"
    assert certify([[2, 0, 0], [0, 2, 0], [0, 0, 2]], weights).verdict == "not certified"


def test_seats_where_none_may_be_are_not_certified() -> None:
    """A seat in a cell without weight, or beyond a cap, is a misfit."""
    certificate = certify([[1, 1], [1, 1]], [[1, 1], [1, 1]], caps=[[1, 9], [9, 0]])
    assert certificate.verdict == "not certified"
    assert (1, 1) in {(cell.row, cell.column) for cell in certificate.misfits}
    with pytest.raises(DefinitionError, match="a matrix of whole numbers"):
        certify([[0.5, 1.5]], [[1, 1]])  # type: ignore[list-item]  # wrong on purpose


@pytest.mark.parametrize("rule", ["webster", "jefferson", "hill"])
@pytest.mark.parametrize("spread", [0.0, 2.0, 5.0])
def test_wild_tables_of_middle_size_are_proved(rule: str, spread: float) -> None:
    """Equal or wildly unequal weights, many zeros, tight bounds, up to 10^6 a cell: all proved."""
    rng = np.random.default_rng(int(spread))
    shape = (40, 15)
    weights = np.floor(np.exp(rng.normal(8.0, spread, shape))).astype(np.int64)
    weights *= rng.random(shape) < 0.4
    floors = rng.integers(0, 3, shape) * (rng.random(shape) < 0.2)
    caps = floors + rng.integers(1, 3 * 10**6, shape)
    table = np.where(weights > 0, np.clip(rng.poisson(10.0**6, shape), floors + 1, caps), floors)
    result = biproportional_explain(
        weights,
        row_totals=table.sum(axis=1),
        col_totals=table.sum(axis=0),
        method=getattr(apportion, rule),
        floors=floors,
        caps=caps,
    )
    assert result.matrix.sum(axis=1).tolist() == table.sum(axis=1).tolist()
    assert result.matrix.sum(axis=0).tolist() == table.sum(axis=0).tolist()
    assert proves(
        result.matrix.tolist(),
        weights.tolist(),
        rule=rule,
        floors=floors.tolist(),
        caps=caps.tolist(),
        row_divisors=result.row_divisors,
        col_divisors=result.col_divisors,
    )
