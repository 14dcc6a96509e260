"""What if the counties had their wishes? From a CSV of wishes to a workbook that compares.

    python examples/whatif_allocations.py examples/data/wishes.csv --out out/whatif.xlsx

The CSV has a row per unit (code, name or alias) and the columns pin, floor and cap [persons]; an
empty cell is no wish. The workbook shows, unit by unit, what all wishes together change, which
bound decides, and what each wish alone would cost whom.

Exit codes: 0 done; 1 the wishes cannot all be met, or cannot be written down; 2 something in the
arguments or the CSV is wrong, with every problem and its cell on standard error.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.files.exports import save_workbook
from coverage_campaign.messages import Message
from coverage_campaign.reporting.sheets.names import unit_names
from coverage_campaign.reporting.sheets.numbers import read_number
from coverage_campaign.workbooks.grid import Cell, Grid, grid_of_text

WISHES = ("pin", "floor", "cap")
MOST_BYTES, MOST_SHOWN = 2**20, 60
METHODS = {
    "webster": cc.apportion.webster,
    "hamilton": cc.apportion.hamilton,
    "jefferson": cc.apportion.jefferson,
    "adams": cc.apportion.adams,
    "hill": cc.apportion.hill,
    "dean": cc.apportion.dean,
}


@attrs.frozen(kw_only=True)
class Wish:
    """What one unit asks for [persons]; None where it asks for nothing."""

    unit: str
    pin: int | None = None
    floor: int | None = None
    cap: int | None = None

    def text(self) -> str:
        """Return the wish in a few words."""
        asked = attrs.asdict(
            self, filter=lambda field, value: field.name in WISHES and value is not None
        )
        return ", ".join(f"{name} {value:,}" for name, value in asked.items())


# -- from the sheet to wishes ----------------------------------------------------------------------


def read_wishes(path: Path, campaign: cc.Campaign, *, among: str) -> tuple[Wish, ...]:
    """Return the wishes of a CSV file; everything that is wrong with it is in one error."""
    grid = grid_of_text(_bytes_of(path), path.name)
    columns, problems = _columns(grid)
    if problems:
        raise cc.DefinitionError(problems, source=path.name)
    known = {unit.code for unit in campaign.leaves(among)}
    names = unit_names(campaign)

    def meant(text: str) -> frozenset[str]:
        return names.meant(text) & known

    wishes: dict[str, Wish] = {}
    for row in range(1, len(grid.cells)):
        wish = _wish(grid, row, columns, meant, problems)
        if wish is None:
            continue
        if wish.unit in wishes:
            place = grid.place(row, columns["unit"])
            problems.append(cc.Problem(place, f"a second row for {wish.unit}", "keep one of them"))
        wishes[wish.unit] = wish
    if problems:
        raise cc.DefinitionError(problems, source=path.name)
    return tuple(wish for wish in wishes.values() if wish.text())


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_file() and size <= MOST_BYTES:
            return path.read_bytes()
        found = f"{size:,} bytes" if path.is_file() else "no file"
        fix = f"give a CSV file of at most {MOST_BYTES:,} bytes"
    except OSError as error:
        found, fix = error.strerror or "cannot be read", "give the path of a CSV file"
    raise cc.DefinitionError(cc.Problem(str(path), found, fix))


def _columns(grid: Grid) -> tuple[Mapping[str, int], list[cc.Problem]]:
    """Return the position of each column by its name, and what is wrong with the first row."""
    known = ("unit", *WISHES, "remark")
    fix = f"the columns are {', '.join(known)}"
    columns: dict[str, int] = {}
    problems = []
    for position, cell in enumerate(grid.cells[0] if grid.cells else ()):
        name = str(cell or "").strip().lower()
        if not name:
            continue
        if name not in known or name in columns:
            problems.append(cc.Problem(grid.place(0, position), _shown(cell), fix))
        columns[name] = position
    if "unit" not in columns or not set(WISHES) & set(columns):
        problems.append(cc.Problem(grid.name, "no column unit, or none of pin, floor, cap", fix))
    return columns, problems


def _wish(
    grid: Grid,
    row: int,
    columns: Mapping[str, int],
    meant: Callable[[str], frozenset[str]],
    problems: list[cc.Problem],
) -> Wish | None:
    """Return the wish of a row, or None for an empty row or an unknown unit; add its problems."""
    cells = grid.cells[row]
    asked = {name: cells[columns[name]] for name in WISHES if name in columns}
    text, place = cells[columns["unit"]], grid.place(row, columns["unit"])
    if text is None and not any(asked.values()):
        return None
    codes = meant(str(text or ""))
    if len(codes) != 1:
        fix = "write the code or the name of a unit that is shared among"
        problems.append(cc.Problem(place, f"no unit {_shown(text)}", fix))
    persons = {
        name: _persons(cell, grid.place(row, columns[name]), problems)
        for name, cell in asked.items()
    }
    wish = Wish(unit=next(iter(codes), ""), **persons)
    problems += (cc.Problem(place, found, "change one of the two") for found in _clashes(wish))
    return wish if wish.unit else None


def _persons(cell: Cell, place: str | Message, problems: list[cc.Problem]) -> int | None:
    """Return the whole persons of a cell, or None for an empty one; add what is wrong with it."""
    try:
        number = read_number(cell)
    except ValueError:
        problems.append(cc.Problem(place, _shown(cell), "give a whole number of persons"))
        return None
    if number is None:
        return None
    if number.percent or number.value.denominator != 1 or number.value < 0:
        problems.append(
            cc.Problem(place, _shown(cell), "give a whole number of persons, 0 or more")
        )
    return int(number.value)


def _clashes(wish: Wish) -> Iterator[str]:
    if wish.floor is not None and wish.cap is not None and wish.floor > wish.cap:
        yield f"floor {wish.floor:,} is above cap {wish.cap:,}"
    if wish.pin is not None and not (wish.floor or 0) <= wish.pin:
        yield f"pin {wish.pin:,} is below floor {wish.floor:,}"
    if wish.pin is not None and wish.cap is not None and wish.pin > wish.cap:
        yield f"pin {wish.pin:,} is above cap {wish.cap:,}"


def _shown(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return repr(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}...")


# -- from wishes to a comparison -------------------------------------------------------------------


def wishing(scenario: cc.Scenario, wishes: tuple[Wish, ...]) -> cc.Scenario:
    """Return the scenario in which these wishes hold."""
    bounds = {
        f"{name}s": {
            one.unit: getattr(one, name) for one in wishes if getattr(one, name) is not None
        }
        for name in WISHES
    }
    return cc.vary(scenario, pins=bounds["pins"], floors=bounds["floors"], caps=bounds["caps"])


def side_by_side(before: cc.Outcome, after: cc.Outcome, wishes: tuple[Wish, ...]) -> pd.DataFrame:
    """Return one row per unit: both shares, the change, its wish and which bound decides."""
    old, new = before.allocation.shares(), after.allocation.shares()
    deciding = after.allocation.bounds().set_index("unit")["bound"].to_dict()
    asked = {wish.unit: wish.text() for wish in wishes}
    campaign = before.scenario.campaign
    codes = [str(code) for code in old.index]
    table = pd.DataFrame(
        {
            "unit": codes,
            "name": [campaign.unit(code).label.text() for code in codes],
            "wish": [asked.get(code) for code in codes],
            "decided by": [deciding.get(code) for code in codes],
            "before": old.to_numpy(),
            "after": new.reindex(old.index).to_numpy(),
        }
    )
    table["change"] = table["after"] - table["before"]
    total = {"unit": "", "name": "Total", **table[["before", "after", "change"]].sum().to_dict()}
    return pd.concat([table, pd.DataFrame([total])], ignore_index=True)


def each_alone(before: cc.Outcome, wishes: tuple[Wish, ...]) -> pd.DataFrame:
    """Return one row per wish: what it alone gives or takes its unit, and who feels it most."""
    rows: list[dict[str, str | int | None]] = []
    old, campaign = before.allocation.shares(), before.scenario.campaign
    for wish in wishes:
        try:
            new = cc.run(wishing(before.scenario, (wish,))).allocation.shares()
        except cc.InfeasibleError:  # only together with another wish is there room for it
            rows.append({"unit": wish.unit, "wish": f"{wish.text()} (not to be met alone)"})
            continue
        change = (new - old).drop(wish.unit)
        most = str(change.abs().idxmax()) if change.any() else None
        rows.append(
            {
                "unit": wish.unit,
                "name": campaign.unit(wish.unit).label.text(),
                "wish": wish.text(),
                "change": int(new[wish.unit] - old[wish.unit]),
                "units that feel it": int(change.astype(bool).sum()),
                "who feels it most": campaign.unit(most).label.text() if most else None,
                "their change": int(change[most]) if most else None,
            }
        )
    counts = ("change", "units that feel it", "their change")
    columns = ["unit", "name", "wish", "who feels it most", *counts]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(counts, "Int64"))


def compare_to(path: Path, scenario: cc.Scenario, wishes: tuple[Wish, ...]) -> str:
    """Write the workbook and return what changes most; InfeasibleError where wishes clash."""
    before, after = cc.run(scenario), cc.run(wishing(scenario, wishes))
    table = side_by_side(before, after, wishes)
    sheets = {"Comparison": table, "Each wish alone": each_alone(before, wishes)}
    path.parent.mkdir(parents=True, exist_ok=True)
    sentence = in_short(table.iloc[:-1])
    notes = (sentence, *after.allocation.basis.lines())
    save_workbook(sheets, path, notes=dict.fromkeys(sheets, notes))
    return sentence


def in_short(units: pd.DataFrame) -> str:
    """Return in one sentence how many units change, and which one most."""
    changes = units["change"].abs()
    if not changes.any():
        return "The wishes change nothing."
    most = units.iloc[int(changes.to_numpy().argmax())]
    return (
        f"{changes.astype(bool).sum()} of {len(units)} units change, most of all {most['name']}: "
        f"{most['before']:,} -> {most['after']:,}."
    )


# -- the command -----------------------------------------------------------------------------------


def scenario_of(given: argparse.Namespace) -> cc.Scenario:
    """Return the scenario that the arguments describe, without any wish."""
    if given.campaign:
        campaign = cc.load_campaign(given.campaign, year=given.year)
    else:
        campaign = cc.load_case(given.case, year=given.year)
    return cc.Scenario(
        campaign=campaign,
        weights=cc.weights.by_measure(given.weights),
        among=given.among,
        method=METHODS[given.method],
        target=given.total,
    )


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    line = argparse.ArgumentParser(
        description="Compare an allocation with one in which the units have their wishes.",
        epilog="exit codes: 0 done, 1 the wishes cannot be met, 2 wrong arguments or a wrong CSV",
    )
    line.add_argument("wishes", type=Path, help="CSV with the columns unit, pin, floor, cap")
    line.add_argument("--campaign", type=Path, help="a campaign file (TOML)")
    line.add_argument("--case", default="hengyang", help="or a shipped case")
    line.add_argument("--year", type=int, default=None, help="where the source names none")
    line.add_argument("--weights", default="census_2000", help="the measure to share by")
    line.add_argument("--among", default="counties", help="the cut to share among")
    line.add_argument("--method", choices=METHODS, default="webster", help="how to round")
    line.add_argument("--total", type=int, help="persons; by default the campaign's target")
    line.add_argument("--out", type=Path, default=Path("out/whatif.xlsx"), help="the workbook")
    return line


def main(arguments: list[str] | None = None) -> int:
    """Read the wishes, write the workbook, say what changes most; return the exit code."""
    given = parser().parse_args(arguments)
    if given.case == "hengyang" and given.campaign is None and given.year is None:
        given.year = 2008  # the notice names no year; --year says another one
    try:
        scenario = scenario_of(given)
        wishes = read_wishes(given.wishes, scenario.campaign, among=scenario.among)
        sentence = compare_to(given.out, scenario, wishes)
    except cc.InfeasibleError as error:
        print(error, file=sys.stderr)
        return 1
    except cc.CampaignError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{given.out}: {error.strerror} -- give another --out", file=sys.stderr)
        return 1
    print(sentence)
    print(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
