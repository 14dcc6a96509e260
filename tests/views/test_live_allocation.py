"""An allocation as a sheet that computes: a real office finds the library's own whole numbers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import openpyxl
import pytest

import coverage_campaign as cc

METHODS: dict[str, Callable[..., Any]] = {
    "webster": cc.apportion.webster,
    "jefferson": cc.apportion.jefferson,
    "adams": cc.apportion.adams,
    "hill": cc.apportion.hill,
    "dean": cc.apportion.dean,
    "stationary": cc.apportion.stationary("1/3"),
    "modified": cc.apportion.modified("7/5"),
    "hamilton": cc.apportion.hamilton,
    "droop": partial(cc.apportion.hamilton, quota="droop"),
    "quota": partial(cc.apportion.hamilton, bounds="quota"),
}
MORE = 37


@attrs.frozen
class Case:
    """A sharing drawn with a seed: its method, weights and bounds."""

    method: Callable[..., Any]
    total: int
    weights: list[int]
    floors: list[int] | None
    caps: list[int] | None

    @property
    def allocation(self) -> cc.Allocation:
        """The allocation of a campaign with these units."""
        codes = [f"u{place}" for place in range(len(self.weights))]
        campaign = cc.Campaign(
            code="x",
            label="X",
            year=2026,
            units=[cc.Unit(code, code.upper(), "county") for code in codes],
            breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
            targets=[cc.HeadcountTarget("people", "people", persons=self.total)],
            phases=[cc.Phase("action", "Action", "06-01", "11-30")],
        )
        bounds = {
            name: dict(zip(codes, given, strict=True))
            for name, given in (("floors", self.floors), ("caps", self.caps))
            if given is not None
        }
        weights = dict(zip(codes, self.weights, strict=True))
        return cc.allocate(campaign, weights=weights, method=self.method, **bounds)

    def shares(self, total: int) -> list[int]:
        """The seats of the plain function of arrays."""
        found: np.ndarray[Any, Any] = self.method(
            total, self.weights, floors=self.floors, caps=self.caps
        )
        return [int(seat) for seat in found]


def drawn(seed: int) -> Case:
    """Return a case: every method is drawn twice, every other one with bounds, some with ties."""
    random = np.random.default_rng(seed)
    units = int(random.integers(3, 14))
    name = list(METHODS)[seed % len(METHODS)]
    total = int(random.integers(40, 4_000)) * units
    # A whole Droop quota is far from the fraction where weights are small.
    highest = 90_000_000 if name == "droop" else 9 if seed % 5 == 4 else 90_000
    weights = [int(weight) for weight in random.integers(1, highest, units)]
    floors = caps = None
    if seed >= len(METHODS) and name not in ("droop", "quota"):
        mean = total // units
        floors = [int(one) for one in random.integers(0, mean // 2, units)]
        caps = [int(one) for one in random.integers(mean * 3 // 2, mean * 4, units)]
    return Case(METHODS[name], total, weights, floors, caps)


def labelled(sheet: Any, words: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Return the value cell beside a label."""
    (found,) = [row[2] for row in sheet.iter_rows(max_row=12) if row[1].value == words]
    return found


def shares_of(sheet: Any) -> list[int]:  # noqa: ANN401 - as above
    """Return the column of shares."""
    rows = list(sheet.iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if "Target (persons)" in row)
    at = rows[head].index("Target (persons)")
    return [row[at] for row in rows[head + 1 :] if isinstance(row[0], (int, float))]


def recomputed(folder: Path, books: dict[str, Any]) -> dict[str, Any]:
    """Return the first sheets as LibreOffice computes them from the formulas alone."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is missing: apt-get install libreoffice-calc-nogui")
    given, made = folder / "given", folder / "made"
    given.mkdir(parents=True)
    for name, book in books.items():
        book.save(given / f"{name}.xlsx")  # openpyxl keeps formulas and drops the stored values
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = [str(given / f"{name}.xlsx") for name in books]
    subprocess.run(  # noqa: S603 - our own files, the office that was found
        [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", made, *files],
        check=True,
        capture_output=True,
        timeout=600,
    )
    return {
        name: openpyxl.load_workbook(made / f"{name}.xlsx", data_only=True).worksheets[0]
        for name in books
    }


@pytest.mark.slow
@pytest.mark.real
def test_an_office_computes_the_same_whole_numbers_before_and_after_a_change(
    tmp_path: Path,
) -> None:
    """Twenty cases: the sheet's shares are the library's, as written and with 37 persons more.

    Then the difference is told first, and the divisor that is suggested gives the shares, but for
    ties, whose units differ by one.
    """
    cases = {f"c{seed:02d}": drawn(seed) for seed in range(20)}
    books = {}
    for name, case in cases.items():
        case.allocation.to_excel(tmp_path / f"{name}.xlsx", live=True)
        books[name] = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
    for name, sheet in recomputed(tmp_path / "as-written", books).items():
        assert shares_of(sheet) == cases[name].shares(cases[name].total), name
        assert labelled(sheet, "Difference").value == 0
    for name, book in books.items():
        labelled(book.worksheets[0], "Persons to share out").value = cases[name].total + MORE
        for row in book.worksheets[0].iter_rows(min_row=14):
            row[7].value = 0 if isinstance(row[0].value, int) else None
    changed = recomputed(tmp_path / "changed", books)
    divisors = [name for name in cases if "hamilton" not in str(cases[name].method)]
    for name in divisors:
        assert labelled(changed[name], "Difference").value < 0
        suggested = labelled(changed[name], "Divisor that the signposts suggest").value
        labelled(books[name].worksheets[0], "Divisor").value = suggested
    mended = recomputed(tmp_path / "mended", {name: books[name] for name in divisors})
    for name, case in cases.items():
        sheet = mended.get(name, changed[name])
        found, right = shares_of(sheet), case.shares(case.total + MORE)
        missed = labelled(sheet, "Difference").value
        off = [one - other for one, other in zip(found, right, strict=True)]
        assert missed == sum(off)
        assert all(one == 0 for one in off) or (missed != 0 and max(map(abs, off)) == 1), name
    exact = [name for name in divisors if labelled(mended[name], "Difference").value == 0]
    assert len(exact) >= len(divisors) - 3


def test_a_tie_stands_in_its_own_column(tmp_path: Path) -> None:
    """Of two equal units one has the odd person: the sheet says which, by a 1 or -1 beside it."""
    case = Case(cc.apportion.webster, 5, [10, 10], None, None)
    case.allocation.to_excel(tmp_path / "tie.xlsx", live=True)
    values = openpyxl.load_workbook(tmp_path / "tie.xlsx", data_only=True).worksheets[0]
    assert shares_of(values) == [3, 2]
    ties = [row[7] for row in values.iter_rows(min_row=14, values_only=True)][:2]
    assert sorted(map(abs, ties)) == [0, 1]
    assert labelled(values, "Ties decided by hand").value == 1


def test_every_figure_is_a_cell_to_change_or_a_formula(tmp_path: Path) -> None:
    """No number outside the inputs is fixed: nothing half-updates."""
    drawn(10).allocation.to_excel(tmp_path / "live.xlsx", live=True)
    sheet = openpyxl.load_workbook(tmp_path / "live.xlsx").worksheets[0]
    inputs = {"C", "D", "E", "H", "K"}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, (int, float)) and cell.column_letter != "A":
                assert cell.column_letter in inputs


def test_what_no_formula_can_compute_is_refused(tmp_path: Path) -> None:
    """A function of the caller's own cannot be written as formulas; the static sheet can."""

    def own(total: int, weights: Any, **_: object) -> Any:  # noqa: ANN401 - any arrays
        return cc.apportion.webster(total, weights)

    allocation = attrs.evolve(drawn(0), method=cc.apportion.quota_method).allocation
    with pytest.raises(cc.DefinitionError, match="live=False"):
        allocation.to_excel(tmp_path / "live.xlsx", live=True)
    assert allocation.to_excel(tmp_path / "static.xlsx").exists()
    with pytest.raises(cc.DefinitionError, match="live=False"):
        attrs.evolve(drawn(0), method=own).allocation.to_excel(tmp_path / "x.xlsx", live=True)


def test_lower_sheets_take_their_total_from_the_upper_one(tmp_path: Path) -> None:
    """Down a tree the total of a lower sheet is a reference to the share above it."""
    campaign = cc.Campaign(
        code="x",
        label="X",
        year=2026,
        units=[
            cc.Unit("n", "North", "city"),
            cc.Unit("s", "South", "city"),
            *(cc.Unit(f"{up}{k}", f"{up}{k}", "county", parent=up) for up in "ns" for k in "12"),
        ],
        breakdowns=[cc.Breakdown("all", "All", ["city", "county"])],
        targets=[cc.HeadcountTarget("people", "people", persons=100)],
        phases=[cc.Phase("action", "Action", "06-01", "11-30")],
    )
    weights = {"n1": 3, "n2": 4, "s1": 5, "s2": 6}
    allocation = cc.allocate(campaign, among="all", weights=weights)
    allocation.to_excel(tmp_path / "tree.xlsx", live=True)
    book = openpyxl.load_workbook(tmp_path / "tree.xlsx")
    totals = [
        labelled(sheet, "Persons to share out").value
        for sheet in book.worksheets
        if not sheet.title.startswith("Search")
    ]
    assert totals[0] == 100
    assert [str(total).endswith(("$J$14", "$J$15")) for total in totals[1:]] == [True, True]
