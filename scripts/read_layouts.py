"""How many layouts of known meaning are read: `python scripts/read_layouts.py [layouts] [kinds]`.

Draws tables and books in the layouts of offices (tests/support/report_layouts.py), writes each as
.xlsx and as text, lets LibreOffice save it in other kinds, and reads every file. Prints how many
are read whole, how many are refused or in part explained, and for which causes; a figure that is
not the true one is an error of the library, printed with its layout.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from coverage_campaign.errors import CampaignError
from coverage_campaign.reporting.sheets.read_reports import read_reports

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.report_layouts import Sheet, books, campaign, layouts, write_csv, write_xlsx

CAMPAIGN = campaign()
_BATCH = 100


def drawn(number: int) -> list[Sheet]:
    """Return so many different layouts."""
    found: dict[object, Sheet] = {}
    run = 0
    while len(found) < number:
        run += 1

        @seed(run)
        @settings(
            deadline=None,
            max_examples=200,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(sheet=st.one_of(layouts(), layouts(), layouts(), books()))
        def draw(sheet: Sheet) -> None:
            key = (sheet.title, sheet.rows, tuple(one.rows for one in sheet.more), sheet.kind)
            found.setdefault(key, sheet)

        draw()
    return list(found.values())[:number]


def outcome(sheet: Sheet, path: Path) -> tuple[str, str]:
    """Return 'read', 'explained', 'refused' or 'WRONG', and the cause."""
    baseline = 0 if sheet.kind == "cumulative" else None
    try:
        tally = read_reports(path, CAMPAIGN, figures=sheet.kind, baseline=baseline)
    except CampaignError as error:
        cause = str(error.problems[0].found)
        return "refused", re.sub(r"[A-Z]* ?'[^']*'", "…", cause)
    frame = tally.to_frame()
    periods = frame["period"].dt.strftime("%Y-%m-%d")
    found = dict(zip(zip(frame["unit"], periods, strict=True), frame["persons"], strict=True))
    missing = len(sheet.truth) - len(found)
    reasons = [
        one.reason for one in tally.problems if not one.counted and one.reason != "printed_total"
    ]
    if not found.items() <= sheet.truth.items() or missing > len(reasons):
        return "WRONG", f"{sheet.what} {sheet.rows[:5]} {found}"
    return ("explained", ", ".join(sorted(set(reasons)))) if missing else ("read", "")


def saved(paths: list[Path], kind: str, folder: Path) -> None:
    """Let LibreOffice save files in another kind, into the folder of that name."""
    office = shutil.which("soffice") or sys.exit("LibreOffice is missing")
    for at in range(0, len(paths), _BATCH):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        batch = [str(path) for path in paths[at : at + _BATCH]]
        subprocess.run(  # noqa: S603 - our own files, the office that was found
            [
                office,
                profile,
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                folder / kind,
                *batch,
            ],
            check=True,
            capture_output=True,
        )


def written(sheets: list[Sheet], kind: str, folder: Path) -> list[tuple[Sheet, Path]]:
    """Write layouts as files of a kind and return each with its path."""
    files = [(one, folder / kind / f"t{at}.{kind}") for at, one in enumerate(sheets)]
    (folder / kind).mkdir(exist_ok=True)
    if kind == "csv":  # a text holds one sheet, and no name of it
        files = [(one, path) for one, path in files if not one.more and one.title == "Sheet1"]
    for sheet, path in files:
        if kind == "csv":
            write_csv(sheet, path, encoding="gb18030")
        elif kind == "xlsx":
            write_xlsx(sheet, path)
    if kind not in {"csv", "xlsx"}:
        saved([folder / "xlsx" / f"{path.stem}.xlsx" for _, path in files], kind, folder)
    return files


def main(number: int, kinds: list[str]) -> int:
    """Print the table; return how many files gave a figure that is not the true one."""
    sheets = drawn(number)
    causes: Counter[str] = Counter()
    wrong: list[str] = []
    print("| file | layouts | read whole | explained in part | refused | wrong |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as made:
        for kind in kinds:
            counts: Counter[str] = Counter()
            for sheet, path in written(sheets, kind, Path(made)):
                what, why = outcome(sheet, path)
                counts[what] += 1
                if what == "WRONG":
                    wrong.append(f"{kind}: {why}")
                elif what != "read" and kind == "xlsx":
                    causes[f"{what}: {why}"] += 1
            row = [counts[one] for one in ("read", "explained", "refused", "WRONG")]
            print(f"| .{kind} | {sum(row)} | {' | '.join(map(str, row))} |", flush=True)
    for cause, times in causes.most_common():
        print(f"{times:5d}  {cause}")
    print("\n".join(wrong[:10]))
    return len(wrong)


if __name__ == "__main__":
    asked = [one for one in sys.argv[1:] if not one.isdecimal()]
    size = next((int(one) for one in sys.argv[1:] if one.isdecimal()), 2_000)
    sys.exit(main(size, asked or ["xlsx", "xls", "ods", "csv"]) > 0)
