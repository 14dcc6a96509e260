"""A table of known meaning in the layouts of offices: its own figures come back, or a refusal."""

import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from coverage_campaign.errors import ReportError
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports
from support.report_layouts import Sheet, books, campaign, layouts, write_csv, write_xlsx

CAMPAIGN = campaign()


def read(sheet: Sheet, path: Path) -> Tally:
    """Return the tally of a file, declared as what it holds."""
    baseline = 0 if sheet.kind == "cumulative" else None
    return read_reports(path, CAMPAIGN, figures=sheet.kind, baseline=baseline)


def counted(tally: Tally) -> dict[tuple[str, str], int]:
    """Return the persons by unit and period of a tally."""
    frame = tally.to_frame()
    periods = frame["period"].dt.strftime("%Y-%m-%d")
    return dict(zip(zip(frame["unit"], periods, strict=True), frame["persons"], strict=True))


def unexplained(problems: list[ReportProblem], missing: int) -> int:
    """Return how many figures are neither counted nor explained."""
    said = sum(not one.counted and one.reason != "printed_total" for one in problems)
    return max(0, missing - said)


def check(sheet: Sheet, path: Path) -> bool:
    """Tell whether all figures were read; no other figure is, and each that is not is explained."""
    try:
        tally = read(sheet, path)
    except ReportError:
        return False
    found = counted(tally)
    assert found.items() <= sheet.truth.items(), (sheet, found, tally.columns)
    missing = len(sheet.truth) - len(found)
    assert not unexplained(list(tally.problems), missing), (sheet, tally.problems)
    if not sheet.more:
        blank = sheet.what.count("blank_column")
        assert len(tally.columns) == max(map(len, sheet.rows)) - blank
    assert (tally.columns["why"] != "").all()
    return missing == 0


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(sheet=st.one_of(layouts(), layouts(), books()))
def test_a_table_gives_its_own_figures_or_a_refusal(sheet: Sheet) -> None:
    """Workbook and text alike: never another number, each column with a role, nothing unsaid."""
    with tempfile.TemporaryDirectory() as folder:
        book, text = Path(folder) / "report.xlsx", Path(folder) / "report.csv"
        write_xlsx(sheet, book)
        read_whole = check(sheet, book)
        target(float(not read_whole))
        write_csv(sheet, text, encoding="gb18030")
        if sheet.title == "Sheet1":  # a text has no sheet whose name could say a date or a unit
            assert check(sheet, text) == read_whole


@pytest.mark.slow
@pytest.mark.real
def test_most_tables_are_read_whoever_saved_them(tmp_path: Path) -> None:
    """LibreOffice's .xls and .ods give what the .xlsx gave; four of five tables are read whole."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is missing: apt-get install libreoffice-calc-nogui")
    sheets: dict[str, Sheet] = {}

    @settings(deadline=None, max_examples=40, database=None, derandomize=True)
    @given(sheet=st.one_of(layouts(), books()))
    def drawn(sheet: Sheet) -> None:
        sheets[f"t{len(sheets)}"] = sheet

    drawn()
    outcomes: Counter[str] = Counter()
    for name, sheet in sheets.items():
        write_xlsx(sheet, tmp_path / f"{name}.xlsx")
    for kind in ("xls", "ods"):
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        files = [str(tmp_path / f"{name}.xlsx") for name in sheets]
        subprocess.run(  # noqa: S603 - our own files, the office that was found
            [office, profile, "--headless", "--convert-to", kind, "--outdir", tmp_path, *files],
            check=True,
            capture_output=True,
            timeout=600,
        )
    for name, sheet in sheets.items():
        read_whole = check(sheet, tmp_path / f"{name}.xlsx")
        outcomes["read" if read_whole else "refused"] += 1
        for kind in ("xls", "ods"):
            assert check(sheet, tmp_path / f"{name}.{kind}") == read_whole, (name, kind)
    assert outcomes["read"] >= 0.8 * len(sheets)
