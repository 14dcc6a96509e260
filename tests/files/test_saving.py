"""Every kind of file is written whole or not at all."""

import errno
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import coverage_campaign as cc
from coverage_campaign import saving
from coverage_campaign.files.exports import save_csv, save_workbook
from coverage_campaign.saving import replacing, save_bytes
from support.campaigns import tiny


def allocation() -> cc.Allocation:
    """Return the allocation of a small campaign."""
    return cc.allocate(tiny(), weights={"a": 5, "b": 3, "c": 2})


def document() -> cc.documents.Document:
    """Return a document with a table."""
    return cc.documents.letters(cc.letters(allocation()), lang="en")


KINDS: dict[str, Callable[[Path], object]] = {
    "campaign": lambda path: cc.save_campaign(tiny(), path),
    "csv": lambda path: save_csv(allocation().to_frame(), path),
    "workbook": lambda path: save_workbook({"t": allocation().to_frame()}, path),
    "document.xlsx": lambda path: document().to_excel(path),
    "document.docx": lambda path: document().to_docx(path),
    "document.html": lambda path: document().to_html(path),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_leaves_the_old_file_whole(kind: str, tmp_path: Path) -> None:
    """Where no byte more can be written the error says so, and what was there is untouched."""
    path = tmp_path / "out.toml"
    path.write_bytes(b"last month")
    limit, default = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limit[1]))
    try:
        with pytest.raises(cc.SaveError, match="too large"):
            KINDS[kind](path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, default)
    assert path.read_bytes() == b"last month"
    assert os.listdir(tmp_path) == ["out.toml"]  # noqa: PTH208 - hidden files too


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_folder_is_named(kind: str, tmp_path: Path) -> None:
    """A path into a folder that is not there says so; no folder is made by the way."""
    with pytest.raises(cc.SaveError, match="no such folder -- make the folder first"):
        KINDS[kind](tmp_path / "no" / "out.toml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_is_no_file(kind: str, tmp_path: Path) -> None:
    """The path of a folder is refused, and the folder stays."""
    folder = tmp_path / "a.toml"
    folder.mkdir()
    with pytest.raises(cc.SaveError, match="a folder -- give the path of a file"):
        KINDS[kind](folder)
    assert folder.is_dir()


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
