from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from coverage_campaign.files.exports import save_csv, save_workbook

HOSTILE = ["=cmd()|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "<script>", "naïve 衡阳"]


def test_a_csv_never_hands_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    """A text that begins like a formula gets an apostrophe; other texts and numbers stay."""
    frame = pd.DataFrame(
        {"=name": HOSTILE, "persons": pd.array([1, -2, 3, 4, 5, None, 7], "Int64")}
    )
    read = pd.read_csv(save_csv(frame, tmp_path / "a.csv"), encoding="utf-8-sig")
    assert read.columns[0] == "'=name"
    assert [text[0] for text in read.iloc[:5, 0]] == ["'"] * 5
    assert read.iloc[5:, 0].tolist() == HOSTILE[5:]
    assert read["persons"].iloc[1] == -2
    assert pd.isna(read["persons"].iloc[5])


def test_the_callers_frame_is_not_touched(tmp_path: Path) -> None:
    """Writing neutralises a copy."""
    frame = pd.DataFrame({"name": HOSTILE})
    save_csv(frame, tmp_path / "a.csv")
    assert frame["name"].tolist() == HOSTILE


@pytest.mark.parametrize("text", HOSTILE)
def test_a_workbook_stores_every_text_as_text(text: str, tmp_path: Path) -> None:
    """Read back by an independent reader, no cell is a formula."""
    path = save_workbook({"t": pd.DataFrame({text: [text]})}, tmp_path / "a.xlsx", notes=[text])
    sheet = openpyxl.load_workbook(path)["t"]
    cells = [sheet["A1"], sheet["A2"], sheet["A4"]]
    assert [cell.value for cell in cells] == [text] * 3
    assert {cell.data_type for cell in cells} == {"s"}


def test_notes_stand_below_the_table_of_their_name(tmp_path: Path) -> None:
    """A mapping gives each sheet its own notes; a missing value is an empty cell."""
    tables = {"a": pd.DataFrame({"n": pd.array([1, None], "Int64")}), "b": pd.DataFrame({"n": [2]})}
    book = openpyxl.load_workbook(save_workbook(tables, tmp_path / "x.xlsx", notes={"a": ["why"]}))
    assert [cell.value for cell in book["a"]["A"]] == ["n", 1, None, None, "why"]
    assert [cell.value for cell in book["b"]["A"]] == ["n", 2]
