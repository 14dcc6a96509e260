"""The example from a CSV of wishes to a workbook, as a user runs it; read by another reader."""

import importlib.util
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import coverage_campaign as cc

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> Any:  # noqa: ANN401 - a module
    """Return an example as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # annotations are looked up there
    spec.loader.exec_module(module)
    return module


def wishes(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Return a CSV file of wishes."""
    path = tmp_path / "wishes.csv"
    path.write_bytes(text.encode(encoding))
    return path


def run(path: Path, out: Path, *more: str) -> int:
    """Return the exit code of the command."""
    code: int = example("whatif_allocations").main([str(path), "--out", str(out), *more])
    return code


def sheet(path: Path, name: str) -> list[dict[str, Any]]:
    """Return a sheet's table as rows by heading, read by openpyxl."""
    grid = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
    end = next((n for n, row in enumerate(grid) if not any(row)), len(grid))
    return [dict(zip(map(str, grid[0]), row, strict=True)) for row in grid[1:end]]


def test_the_wishes_hold_and_the_rest_is_shared_by_census(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bound units have what they asked for; each other unit has its part of what is left."""
    out = tmp_path / "new" / "whatif.xlsx"
    assert run(EXAMPLES / "data" / "wishes.csv", out) == 0
    rows = {row["unit"]: row for row in sheet(out, "Comparison")}
    after = {code: row["after"] for code, row in rows.items() if code}
    assert sum(after.values()) == 76_000
    assert capsys.readouterr().out.startswith(
        "12 of 12 units change, most of all Leiyang City: 13,220 -> 12,000.\n"
    )
    bound = {"430412": 500, "430406": 2_500, "430481": 12_000, "430426": 10_000}
    assert {code: after[code] for code in bound} == bound
    assert {code: row["decided by"] for code, row in rows.items() if row["decided by"]} == {
        "430412": "pin",
        "430406": "floor",
        "430481": "cap",
        "430426": "cap",
    }
    campaign = cc.load_case("hengyang", year=2008)
    people = {u.code: u.count("census_2000") or 0 for u in campaign.leaves("counties")}
    free = sum(count for code, count in people.items() if code not in bound)
    for code in people.keys() - bound.keys():
        deserved = Fraction(people[code] * (76_000 - 25_000), free)
        assert abs(after[code] - deserved) < 1
    (total,) = (row for row in sheet(out, "Comparison") if row["name"] == "Total")
    assert (total["before"], total["after"], total["change"]) == (76_000, 76_000, 0)


def test_each_wish_alone_says_who_pays(tmp_path: Path) -> None:
    """Others take the 10 people that a pin frees; a wish that binds nobody is felt by nobody."""
    text = "unit,pin,cap\n430412,588,\n430405,,100000\n"
    out = tmp_path / "whatif.xlsx"
    assert run(wishes(tmp_path, text), out) == 0
    pinned, idle = sheet(out, "Each wish alone")
    assert (pinned["change"], idle["change"]) == (-10, 0)
    assert 1 <= pinned["units that feel it"] <= 10
    assert idle["units that feel it"] == 0
    assert idle["who feels it most"] is None


def test_no_wish_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list of units without a wish gives the same shares twice, and says so."""
    out = tmp_path / "whatif.xlsx"
    assert run(wishes(tmp_path, "unit,pin,remark\n430412,,none\n"), out) == 0
    assert capsys.readouterr().out.startswith("The wishes change nothing.\n")
    assert sheet(out, "Each wish alone") == []


def test_every_mistake_is_said_at_once_with_its_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hostile names, half persons, clashes and doubles: one line each, exit code 2."""
    text = (
        "unit,pin,floor,cap\n"
        "=cmd|' /C calc'!A0,1,,\n"
        "430405,1.5,,\n"
        "430406,,-3,\n"
        "430407,,200,100\n"
        "430408,many,,\n"
        "430412,5,,\n"
        "南岳区,6,,\n"
        "430421,10%,,\n"
        "430422,5,9,\n"
        "city,5,,\n"
    )
    out = tmp_path / "whatif.xlsx"
    assert run(wishes(tmp_path, text), out) == 2
    assert not out.exists()
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "wishes.csv, 9 problems"
    cells = ["A2", "B3", "C4", "A5", "B6", "A8", "B9", "A10", "A11"]
    assert [cell for cell in cells if not any(f"cell {cell}:" in line for line in said)] == []
    assert all(" -- " in line for line in said[1:])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no column unit"),
        ("unit,remark\n430405,x\n", "none of pin, floor, cap"),
        ("unit,pin,pin\n430405,1,2\n", "C1"),
        ("unit,pin,prize\n430405,1,2\n", "'prize'"),
        ("<html><table></table></html>", "a web page"),
    ],
)
def test_a_sheet_of_another_kind_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, word: str
) -> None:
    """Without the columns, with one twice, with an unknown one, or no table at all: exit code 2."""
    assert run(wishes(tmp_path, text), tmp_path / "out.xlsx") == 2
    assert word in capsys.readouterr().err


def test_wishes_that_cannot_all_be_met_say_by_how_much(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pins of 80,000 of 76,000 miss by 4,000: exit code 1, and no workbook."""
    text = "unit,pin\n430405,40000\n430406,40000\n"
    out = tmp_path / "whatif.xlsx"
    assert run(wishes(tmp_path, text), out) == 1
    assert "4,000" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_csv_is_read_as_offices_save_it(tmp_path: Path, encoding: str) -> None:
    """Chinese names, full-width digits, thousands and 万 in three encodings; semicolons too."""
    text = "unit;floor;cap\n耒阳;;１.３万\n雁峰区;2,500;\n"
    out = tmp_path / "whatif.xlsx"
    assert run(wishes(tmp_path, text, encoding), out) == 0
    after = {row["unit"]: row["after"] for row in sheet(out, "Comparison")}
    assert (after["430481"], after["430406"]) == (13_000, 2_500)


def test_names_stay_text_in_the_workbook(tmp_path: Path) -> None:
    """A unit called like a formula is a text cell, and no cell of the workbook is a formula."""
    campaign = cc.load_case("hengyang", year=2008)
    units = [
        cc.vary(unit, label="=HYPERLINK(1)") if unit.code == "430405" else unit
        for unit in campaign.units
    ]
    path = tmp_path / "hostile.toml"
    cc.save_campaign(cc.vary(campaign, units=units), path)
    out = tmp_path / "whatif.xlsx"
    given = wishes(tmp_path, "unit,pin\n430405,5\n")
    assert run(given, out, "--campaign", str(path)) == 0
    cells = [c for page in openpyxl.load_workbook(out) for row in page.iter_rows() for c in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(cell.value == "=HYPERLINK(1)" for cell in cells)


def test_the_command_line_explains_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--help names the exit codes; a missing file, campaign or folder is said with the way out."""
    with pytest.raises(SystemExit) as ended:
        example("whatif_allocations").main(["--help"])
    assert ended.value.code == 0
    assert "exit codes" in capsys.readouterr().out
    given = wishes(tmp_path, "unit,pin\n430405,5\n")
    assert run(tmp_path / "nowhere.csv", tmp_path / "out.xlsx") == 2
    assert run(tmp_path, tmp_path / "out.xlsx") == 2
    assert run(given, tmp_path / "out.xlsx", "--campaign", str(tmp_path / "no.toml")) == 2
    assert run(given, given / "out.xlsx") == 1
    assert capsys.readouterr().err.count(" -- ") == 4


def test_thirty_lines_share_and_schedule_a_campaign(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every month of every county is printed, and they sum to the target; problems are JSON."""
    import csv
    import io
    import json

    path = tmp_path / "hengyang.toml"
    cc.save_campaign(cc.load_case("hengyang", year=2008), path)
    script = example("thirty_lines")
    assert script.main(str(path), "census_2000") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert sum(int(persons) for _, _, persons in rows) == 76_000
    assert len({unit for unit, _, _ in rows}) == 12
    assert script.main(str(path), "census_1066") == 2
    problem = json.loads(capsys.readouterr().err)
    assert set(problem) == {"where", "found", "fix"}


def test_thirty_lines_are_thirty_and_need_nothing_else() -> None:
    """Below its docstring it has at most thirty lines, and imports the library alone."""
    text = (EXAMPLES / "thirty_lines.py").read_text(encoding="utf-8")
    code = text.split('"""\n', 1)[-1].strip().splitlines()
    assert len(code) <= 30
    imported = {line.split()[1] for line in code if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"coverage_campaign"}
