"""Every kind of file is written whole or not at all."""

import errno
import functools
import os
import resource
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import coverage_campaign as cc
from coverage_campaign import saving
from coverage_campaign.files.exports import save_csv, save_workbook
from coverage_campaign.saving import replacing, save_bytes
from coverage_campaign.views.export import figure_png
from laws.test_results import CAMPAIGN, allocation, plan, scenario


def document() -> cc.documents.Document:
    """Return a document with a table."""
    return cc.documents.letters(cc.letters(allocation()), lang="en")


KINDS: dict[str, Callable[[Path], object]] = {
    "campaign.toml": lambda path: cc.save_campaign(CAMPAIGN, path),
    "campaign.json": lambda path: cc.save_campaign(CAMPAIGN, path),
    "campaign.xlsx": lambda path: cc.save_campaign(CAMPAIGN, path),
    "campaign_form.xlsx": cc.campaign_form,
    "report_form.xlsx": lambda path: cc.report_form(plan(), path),
    "csv.csv": lambda path: save_csv(allocation().to_frame(), path),
    "workbook.xlsx": lambda path: save_workbook({"t": allocation().to_frame()}, path),
    "live.xlsx": lambda path: allocation().to_excel(path, live=True),
    "document.xlsx": lambda path: document().to_excel(path),
    "document.docx": lambda path: document().to_docx(path),
    "document.html": lambda path: document().to_html(path),
    "folder.md": lambda path: document().to_folder(path.parent, name="folder"),
    "chart.png": lambda path: figure_png(plan().plot(), path),
    "part-00000.parquet": lambda path: cc.save_study(study(), path.parent),
}


STUDY = "part-00000.parquet"
"""A study makes its folder, and never writes over a part that is there."""


def old_file(kind: str, folder: Path) -> tuple[Path, dict[str, bytes]]:
    """Return the path of a file that is there before it is saved, and all that the folder holds."""
    path = folder / kind
    if kind != STUDY:
        path.write_bytes(b"last month")
    return path, left_in(folder)


def left_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, hidden ones too."""
    return {name: (folder / name).read_bytes() for name in os.listdir(folder)}  # noqa: PTH208


def made(kind: str) -> None:
    """Save a file of a kind elsewhere, so that whatever is loaded and kept for it is there."""
    with tempfile.TemporaryDirectory() as folder:
        KINDS[kind](Path(folder) / kind)


@functools.cache
def study() -> cc.Study:
    """Return a study of two scenarios."""
    return cc.explore(scenario(), over={"target": [100, 120]})


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_leaves_the_old_file_whole(kind: str, tmp_path: Path) -> None:
    """Where no byte more can be written the error says so, and what was there is untouched."""
    path, others = old_file(kind, tmp_path)
    limit, default = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    made(kind)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limit[1]))
    try:
        with pytest.raises(cc.SaveError, match="too large"):
            KINDS[kind](path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, default)
    assert left_in(tmp_path) == others


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "no permission to write there"),
        (errno.EROFS, "the disk is read-only"),
        (errno.ENOSPC, "the disk is full"),
    ],
)
def test_a_folder_that_takes_nothing_is_named_with_its_cause(
    kind: str, number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without permission, on a read-only or a full disk: one error that says which it is."""

    def refuse(**options: object) -> None:
        raise OSError(number, os.strerror(number), str(options["dir"]))

    path, others = old_file(kind, tmp_path)
    made(kind)
    monkeypatch.setattr(saving.tempfile, "mkstemp", refuse)
    with pytest.raises(cc.SaveError, match=words):
        KINDS[kind](path)
    assert left_in(tmp_path) == others


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != STUDY])
def test_a_missing_folder_is_named(kind: str, tmp_path: Path) -> None:
    """A path into a folder that is not there says so; no folder is made by the way."""
    with pytest.raises(cc.SaveError, match="no such folder -- make the folder first"):
        KINDS[kind](tmp_path / "no" / kind)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != STUDY])
def test_a_folder_is_no_file(kind: str, tmp_path: Path) -> None:
    """The path of a folder is refused, and the folder stays."""
    folder = tmp_path / kind
    folder.mkdir()
    with pytest.raises(cc.SaveError, match="a folder -- give the path of a file"):
        KINDS[kind](folder)
    assert folder.is_dir()


def test_a_study_is_not_saved_where_a_file_is(tmp_path: Path) -> None:
    """Its folder is made where there is none, and a file in its place stays."""
    path = tmp_path / "study"
    path.write_bytes(b"last month")
    with pytest.raises(cc.SaveError):
        cc.save_study(study(), path)
    assert path.read_bytes() == b"last month"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "no permission"), (errno.EIO, "")],
)
def test_the_cause_is_told(
    number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is not called a missing permission; an unknown cause has the system's words."""

    def fail(file: Path) -> None:
        raise OSError(number, os.strerror(number), str(file))

    monkeypatch.setattr(saving, "_flush", fail)
    path = tmp_path / "out.toml"
    path.write_bytes(b"old")
    with pytest.raises(cc.SaveError, match=words or os.strerror(number)):
        save_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["out.toml"]


def test_an_error_of_the_writer_leaves_nothing_behind(tmp_path: Path) -> None:
    """Whatever goes wrong while a file is written, the old one stays and the new one goes."""
    path = tmp_path / "out.toml"
    path.write_bytes(b"old")

    def write() -> None:
        with replacing(path) as file:
            file.write_bytes(b"half")
            raise RuntimeError("the writer stops")

    with pytest.raises(RuntimeError, match="the writer stops"):
        write()
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["out.toml"]


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    """A link goes on pointing to its file, and the file keeps who may read it."""
    path, link = tmp_path / "out.toml", tmp_path / "link.toml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    save_bytes(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    save_bytes(tmp_path / "fresh", b"")
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "fresh").stat().st_mode & 0o777 == 0o666 & ~mask
